package io.siterecovery.events.drbd;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last beats of all agents of one cluster, written once a second, after every resource state
 * that came before them in {@code site-<id>.drbd}.
 */
public record RoutedBeats(String cluster, String siteId, Map<String, RoutedBeat> beats) {

    public RoutedBeats {
        beats = Map.copyOf(beats);
    }

    /**
     * @param offset of the original beat in {@code site-<id>.drbd}
     * @param complete the agent's stream is complete, and the router has read every record of this
     *     incarnation up to the sequence that the beat names
     * @param acknowledgedOffset what the original names: it was made after that record was appended
     */
    public record RoutedBeat(
            long offset,
            Instant appendedAt,
            String incarnation,
            long sequence,
            boolean complete,
            @Nullable Long acknowledgedOffset) {}
}
