package io.siterecovery.tenants.core;

import io.siterecovery.model.ApiGroups;
import java.util.Optional;

/**
 * What a caller must be allowed on the quorum cluster for each thing that the API does: rights on
 * ProtectionZones, so that Kubernetes roles, and nothing else, decide.
 */
public enum Access {
    LIST("get", ""),
    CREATE("create", ""),
    VIEW("get", ""),
    CHANGE("patch", ""),
    /** What the platform grants: isolation, addresses, limits. */
    GRANT("update", "terms"),
    REMOVE("delete", ""),
    ROTATE("update", "credentials"),
    CORDON("update", "cordon");

    /**
     * @param namespace empty: in all
     */
    public record Question(
            String verb, String group, String resource, String subresource, String namespace) {}

    private final String verb;
    private final String subresource;

    Access(String verb, String subresource) {
        this.verb = verb;
        this.subresource = subresource;
    }

    public Question to(Optional<String> deployment) {
        return new Question(
                verb,
                ApiGroups.CANONICAL,
                "protectionzones",
                subresource,
                deployment.map(Manifests::namespaceOf).orElse(""));
    }
}
