package io.siterecovery.events.cluster;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Identity and version of the observed object.
 *
 * @param generation 0 where the kind has none
 * @param deletedAt when deletion was asked for; absent while the object is wanted
 * @param annotations only those of our own prefix {@code siterecovery.trilio.io/}
 */
public record ObjectMeta(
        String uid,
        String resourceVersion,
        long generation,
        Instant createdAt,
        @Nullable Instant deletedAt,
        Map<String, String> annotations) {

    public ObjectMeta {
        annotations = Map.copyOf(annotations);
    }

    public boolean deleting() {
        return deletedAt != null;
    }
}
