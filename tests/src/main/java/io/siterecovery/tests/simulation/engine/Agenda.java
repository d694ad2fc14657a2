package io.siterecovery.tests.simulation.engine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.PriorityQueue;

/**
 * Virtual time, and everything that will happen in it, in one order: by time, then by when it was
 * put down. Whatever an event wakes on virtual threads runs before the next event.
 */
public final class Agenda {

    public static final long MILLI = 1_000;
    public static final long SECOND = 1_000 * MILLI;
    private static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private final VirtualThreads threads = new VirtualThreads();
    private long micros;
    private long sequence;

    /** Something that will happen, unless it is cancelled. */
    public static final class Entry implements Comparable<Entry> {
        private final long at;
        private final long sequence;
        private final Runnable what;
        private boolean cancelled;

        private Entry(long at, long sequence, Runnable what) {
            this.at = at;
            this.sequence = sequence;
            this.what = what;
        }

        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Entry other) {
            return at != other.at
                    ? Long.compare(at, other.at)
                    : Long.compare(sequence, other.sequence);
        }
    }

    /** Microseconds since the beginning. */
    public long micros() {
        return micros;
    }

    public Instant now() {
        return instant(micros);
    }

    public static Instant instant(long micros) {
        return BEGINNING.plus(micros, ChronoUnit.MICROS);
    }

    public Entry after(long delayMicros, Runnable what) {
        Entry entry = new Entry(micros + Math.max(0, delayMicros), sequence++, what);
        entries.add(entry);
        return entry;
    }

    /** Runs on a virtual thread of this agenda: it may await what a later event completes. */
    public void onThread(Runnable what) {
        threads.start(what);
    }

    /**
     * The next event and all that it wakes.
     *
     * @return false when there is none until then
     */
    public boolean step(long untilMicros) {
        Entry next = entries.peek();
        while (next != null && next.cancelled) {
            entries.poll();
            next = entries.peek();
        }
        if (next == null || next.at > untilMicros) {
            micros = Math.max(micros, untilMicros);
            return false;
        }
        entries.poll();
        micros = next.at;
        next.what.run();
        threads.run();
        return true;
    }
}
