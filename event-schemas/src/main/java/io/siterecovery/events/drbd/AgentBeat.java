package io.siterecovery.events.drbd;

import java.time.Instant;
import java.util.Map;

/**
 * An agent's heartbeat, once a second: silence is never a fact.
 *
 * @param sequence the last record of this incarnation that Kafka acknowledged before this beat
 * @param streamComplete whether the stream of this incarnation has passed {@code exists -} and
 *     Kafka has acknowledged all that it named until then
 * @param versions {@code drbd-utils}, {@code drbd-kernel}, as far as known
 */
public record AgentBeat(
        String node,
        String incarnation,
        long sequence,
        boolean streamComplete,
        Instant observedAt,
        Map<String, String> versions) {

    public AgentBeat {
        versions = Map.copyOf(versions);
    }
}
