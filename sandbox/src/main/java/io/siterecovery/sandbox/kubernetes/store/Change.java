package io.siterecovery.sandbox.kubernetes.store;

import org.jspecify.annotations.Nullable;

/**
 * One write as watches see it.
 *
 * @param after the new version; for a deletion the last one, with the deletion's resourceVersion
 * @param before the version it replaced; null for a creation
 */
public record Change(Type type, Stored after, @Nullable Stored before) {
    /** What happened; the names are those of watch events. */
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }

    long resourceVersion() {
        return after.resourceVersion();
    }

    long weight() {
        Stored replaced = before;
        return after.utf8().length + (replaced == null ? 0L : replaced.utf8().length);
    }
}
