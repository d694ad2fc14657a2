package io.siterecovery.platform;

import io.vertx.core.Handler;
import org.jspecify.annotations.Nullable;

/** Reads topics from their first record on and never stops. */
public interface EventReader {

    /**
     * Calls the handler for every record of the topic (partition 0), in order, one at a time, on
     * the Vert.x context of the caller. A slow handler pauses its own topic and nobody else's.
     *
     * @param tenant the deployment that the topic belongs to: records that fit no schema are parked
     *     in its poison topic; null for topics of a physical cluster, where they are only counted
     */
    Subscription subscribe(String topic, @Nullable String tenant, Handler<ReceivedEvent> handler);
}
