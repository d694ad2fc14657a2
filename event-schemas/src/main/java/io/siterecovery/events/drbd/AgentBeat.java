package io.siterecovery.events.drbd;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An agent's heartbeat, once a second: silence is never a fact.
 *
 * @param sequence the last record of this incarnation that Kafka acknowledged before this beat
 * @param streamComplete whether the stream of this incarnation has passed {@code exists -} and
 *     Kafka has acknowledged all that it named until then
 * @param versions {@code drbd-utils}, {@code drbd-kernel}, as far as known
 * @param acknowledgedOffset the highest offset that Kafka had acknowledged to this agent when
 *     nothing waited to be sent: so what it says was said after that record was appended, however
 *     long it took to arrive itself. Absent until there is one
 * @param stream how it stands with the stream: {@code Starting}, {@code Following}, {@code
 *     NoKernelModule}, {@code Failing}
 * @param unparsedLines lines of drbdsetup that could not be used, since the agent started
 */
public record AgentBeat(
        String node,
        String incarnation,
        long sequence,
        boolean streamComplete,
        Instant observedAt,
        Map<String, String> versions,
        @Nullable Long acknowledgedOffset,
        @Nullable String stream,
        @Nullable Long unparsedLines) {

    public AgentBeat {
        versions = Map.copyOf(versions);
    }

    public AgentBeat(
            String node,
            String incarnation,
            long sequence,
            boolean streamComplete,
            Instant observedAt,
            Map<String, String> versions) {
        this(node, incarnation, sequence, streamComplete, observedAt, versions, null, null, null);
    }
}
