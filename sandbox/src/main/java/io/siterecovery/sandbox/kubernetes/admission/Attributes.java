package io.siterecovery.sandbox.kubernetes.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.User;
import org.jspecify.annotations.Nullable;

/**
 * A write on its way to the store.
 *
 * @param object what would be stored; null for a deletion
 * @param before what is stored; null for a creation
 */
public record Attributes(
        Operation operation,
        ApiResource resource,
        String subresource,
        String namespace,
        String name,
        @Nullable ObjectNode object,
        @Nullable ObjectNode before,
        User user,
        boolean dryRun) {
    /** What the write does; the names are those of admission rules. */
    public enum Operation {
        CREATE,
        UPDATE,
        DELETE
    }

    /** The object that label selectors look at first. */
    ObjectNode subject() {
        ObjectNode after = object;
        ObjectNode old = before;
        if (after != null) {
            return after;
        }
        if (old != null) {
            return old;
        }
        throw new IllegalStateException("a write without an object");
    }
}
