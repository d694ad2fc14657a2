package io.siterecovery.platform;

import io.siterecovery.events.EventHeaders;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Writes records in the order they are given; an outage of the broker delays them. */
public interface EventWriter {

    /**
     * @param data null writes a tombstone; the headers' type is not sent then
     * @return the offset of the record once all replicas have it; fails when the broker was away
     *     for longer than the delivery timeout, and then the record may or may not be in the topic
     */
    Future<Long> publish(String topic, String key, @Nullable Record data, EventHeaders headers);

    /** The offset that the next record appended to the topic (partition 0) will have at least. */
    Future<Long> endOffset(String topic);
}
