package io.siterecovery.watchers.core;

import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of one agent's stream has been read. Records of a topic are read in order, so a beat is
 * read after all that came before it; what this guards against is a hole: a sequence number that
 * never came. Before the topic's present end numbers are missing by right (compaction drops what
 * was overwritten), so holes count only in what is read live.
 */
public final class AgentProgress {

    private String incarnation = "";
    private long highest;
    private boolean counted;
    private boolean hole;
    private @Nullable RoutedBeat beat;

    /**
     * @param live whether the topic had been read to its end when this record was appended
     */
    public void read(String ofIncarnation, long sequence, boolean live) {
        if (!ofIncarnation.equals(incarnation)) {
            incarnation = ofIncarnation;
            counted = false;
            hole = false;
        }
        if (live && counted && sequence > highest + 1) {
            hole = true;
        }
        highest = counted ? Math.max(highest, sequence) : sequence;
        counted = true;
    }

    /**
     * @param ofIncarnation null where the agent does not say it: then of the present one
     */
    public void readTombstone(@Nullable String ofIncarnation, long sequence, boolean live) {
        read(ofIncarnation == null ? incarnation : ofIncarnation, sequence, live);
    }

    public RoutedBeat beat(AgentBeat read, long offset, Instant appendedAt, boolean live) {
        if (!read.incarnation().equals(incarnation)) {
            incarnation = read.incarnation();
            counted = false;
            hole = false;
        }
        if (live && counted && read.sequence() > highest) {
            hole = true;
        }
        if (!counted || read.sequence() > highest) {
            highest = read.sequence();
            counted = true;
        }
        RoutedBeat routed =
                new RoutedBeat(
                        offset,
                        appendedAt,
                        read.incarnation(),
                        read.sequence(),
                        read.streamComplete() && !hole);
        beat = routed;
        return routed;
    }

    public @Nullable RoutedBeat lastBeat() {
        return beat;
    }
}
