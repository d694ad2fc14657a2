package io.siterecovery.sandbox.kubernetes.resources;

import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.User;
import java.util.List;

/**
 * A request for one resource.
 *
 * @param namespace "" for all namespaces and for cluster-wide resources
 * @param name "" for the collection
 * @param subresource "" for the object itself
 * @param duplicates paths of keys that stand twice in the body
 */
public record Call(
        User user,
        ApiResource resource,
        String namespace,
        String name,
        String subresource,
        boolean dryRun,
        FieldValidation fieldValidation,
        List<String> duplicates) {

    /** What to do about fields that the schema does not know. */
    public enum FieldValidation {
        Ignore,
        Warn,
        Strict
    }

    public Call(
            User user,
            ApiResource resource,
            String namespace,
            String name,
            String subresource,
            boolean dryRun,
            FieldValidation fieldValidation) {
        this(user, resource, namespace, name, subresource, dryRun, fieldValidation, List.of());
    }

    public Call named(String newNamespace, String newName) {
        return new Call(
                user,
                resource,
                newNamespace,
                newName,
                subresource,
                dryRun,
                fieldValidation,
                duplicates);
    }

    public Call dry() {
        return new Call(
                user, resource, namespace, name, subresource, true, fieldValidation, duplicates);
    }

    public Call withDuplicates(List<String> keys) {
        return new Call(
                user, resource, namespace, name, subresource, dryRun, fieldValidation, keys);
    }
}
