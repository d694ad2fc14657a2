package io.siterecovery.platform;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

/**
 * Told about every object of one kind, in order, on the context that called {@code follow}. An
 * object may be reported again without having changed.
 */
public interface Follower {

    void observed(GenericKubernetesResource object);

    /**
     * @param namespace empty for cluster-scoped objects
     */
    void vanished(String namespace, String name);

    /**
     * Every object has been observed since the last start or {@link #lost}; those that went
     * meanwhile were reported vanished.
     */
    void listed();

    /**
     * The stream broke, or the list failed: nothing is known from here to the next {@link #listed}.
     * Not called again while the reason stays the same. {@code NOT_FOUND}: the kind is not
     * installed; it is asked for again, slowly.
     */
    void lost(KubernetesFailure failure);
}
