package io.siterecovery.platform;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of one cluster's API, and done to it. Every call has a deadline and is sent
 * once; retrying is its caller's business. Futures fail with {@link KubernetesFailure} only.
 */
public interface KubernetesApi {

    /** The deployment's name for the cluster; {@code quorum} for the quorum cluster. */
    String name();

    /** Asks the cluster who it is and who we are; asks once, an answer stays. */
    Future<ClusterIdentity> identify();

    /** Reads one object as it is now: no cached answer. */
    Future<Optional<GenericKubernetesResource>> get(
            ResourceKind kind, String namespace, String name);

    /**
     * Reads all objects of a kind as they are now: no cached answer.
     *
     * @param namespace null for all
     */
    Future<List<GenericKubernetesResource>> list(
            ResourceKind kind, @Nullable String namespace, @Nullable String labelSelector);

    Future<GenericKubernetesResource> create(ResourceKind kind, GenericKubernetesResource object);

    /** Applies a JSON Patch: one round trip, all of it or nothing. */
    Future<GenericKubernetesResource> patch(
            ResourceKind kind, String namespace, String name, JsonPatch patch);

    Future<GenericKubernetesResource> patchStatus(
            ResourceKind kind, String namespace, String name, JsonPatch patch);

    /** Asks what a patch would do, admission policies included; nothing is stored. */
    Future<GenericKubernetesResource> dryRunPatch(
            ResourceKind kind, String namespace, String name, JsonPatch patch);

    Future<GenericKubernetesResource> mergePatch(
            ResourceKind kind, String namespace, String name, ObjectNode patch);

    /**
     * @param uid deletes only this object, not one of the same name; null: whichever is there
     */
    Future<Void> delete(ResourceKind kind, String namespace, String name, @Nullable String uid);

    /**
     * Tells the follower about every object of a kind, now and from now on.
     *
     * @param namespace null for all
     */
    Watch follow(
            ResourceKind kind, @Nullable String namespace, Selector selector, Follower follower);
}
