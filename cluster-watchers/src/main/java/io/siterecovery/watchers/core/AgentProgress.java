package io.siterecovery.watchers.core;

import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of one agent's stream has been read. A beat comes after every record that it speaks for,
 * so when it is read, those have been read; this checks that they really were. Numbers may be
 * skipped (a record that was not acknowledged is sent again under a new one), and of the past,
 * before the topic had been read to its end, the last record itself may be missing: a tombstone
 * that was compacted away.
 */
public final class AgentProgress {

    private String incarnation = "";
    private long highest;
    private @Nullable RoutedBeat lastBeat;

    /** A state or a tombstone. */
    public void read(String ofIncarnation, long sequence) {
        enter(ofIncarnation);
        highest = Math.max(highest, sequence);
    }

    /**
     * @param live whether the topic had been read to its end before this beat
     */
    public RoutedBeat beat(AgentBeat beat, long offset, Instant appendedAt, boolean live) {
        enter(beat.incarnation());
        boolean everythingRead = beat.sequence() <= highest || !live;
        if (!live) {
            highest = Math.max(highest, beat.sequence());
        }
        RoutedBeat routed =
                new RoutedBeat(
                        offset,
                        appendedAt,
                        beat.incarnation(),
                        beat.sequence(),
                        beat.streamComplete() && everythingRead,
                        beat.acknowledgedOffset());
        lastBeat = routed;
        return routed;
    }

    public @Nullable RoutedBeat lastBeat() {
        return lastBeat;
    }

    private void enter(String ofIncarnation) {
        if (!ofIncarnation.equals(incarnation)) {
            incarnation = ofIncarnation;
            highest = 0;
        }
    }
}
