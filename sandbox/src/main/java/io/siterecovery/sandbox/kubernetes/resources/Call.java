package io.siterecovery.sandbox.kubernetes.resources;

import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.User;

/**
 * A request for one resource.
 *
 * @param namespace "" for all namespaces and for cluster-wide resources
 * @param name "" for the collection
 * @param subresource "" for the object itself
 */
public record Call(
        User user,
        ApiResource resource,
        String namespace,
        String name,
        String subresource,
        boolean dryRun,
        FieldValidation fieldValidation) {

    /** What to do about fields that the schema does not know. */
    public enum FieldValidation {
        Ignore,
        Warn,
        Strict
    }

    public Call named(String newNamespace, String newName) {
        return new Call(
                user, resource, newNamespace, newName, subresource, dryRun, fieldValidation);
    }
}
