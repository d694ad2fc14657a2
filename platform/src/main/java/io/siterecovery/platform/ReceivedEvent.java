package io.siterecovery.platform;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was read.
 *
 * @param appendedAt the record's time stamp: the broker's where the topic is configured so
 * @param data the decoded record; absent in a tombstone
 * @param headers as text, {@code ce_*} among them
 */
public record ReceivedEvent(
        String topic,
        String key,
        long offset,
        Instant appendedAt,
        @Nullable Record data,
        Map<String, String> headers) {

    public ReceivedEvent {
        headers = Map.copyOf(headers);
    }
}
