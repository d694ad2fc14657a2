package io.siterecovery.model.definition;

import io.siterecovery.model.ResourceKind;

/**
 * An object that a VM refers to, and needs wherever it is to run.
 *
 * @param namespace empty for cluster-scoped kinds
 * @param optional the VM starts without it, too
 */
public record Reference(ResourceKind kind, String namespace, String name, boolean optional) {

    @Override
    public String toString() {
        return namespace.isEmpty()
                ? kind.kind() + " " + name
                : kind.kind() + " " + namespace + "/" + name;
    }
}
