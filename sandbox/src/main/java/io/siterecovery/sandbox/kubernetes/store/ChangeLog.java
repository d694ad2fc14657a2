package io.siterecovery.sandbox.kubernetes.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last changes of one resource type, for watches to read at their own pace. Bounded: what is
 * dropped turns a watch that still wanted it into 410 Gone. Guarded by the store's lock.
 */
final class ChangeLog {
    private static final int FIRST_CAPACITY = 64;

    private final int maxChanges;
    private final long maxBytes;
    private @Nullable Change[] ring = new @Nullable Change[FIRST_CAPACITY];

    /** Sequence number of the oldest change held, and of the next to come. */
    private long first;

    private long next;
    private long bytes;

    /** Everything after this resourceVersion is still held. */
    private long completeAfter;

    ChangeLog(int maxChanges, long maxBytes, long completeAfter) {
        this.maxChanges = maxChanges;
        this.maxBytes = maxBytes;
        this.completeAfter = completeAfter;
    }

    void add(Change change) {
        if (next - first == ring.length) {
            grow();
        }
        ring[slot(next)] = change;
        next++;
        bytes += change.weight();
        while (next - first > maxChanges || (bytes > maxBytes && next - first > 1)) {
            dropFirst();
        }
    }

    void dropAll() {
        while (first < next) {
            dropFirst();
        }
    }

    long completeAfter() {
        return completeAfter;
    }

    long end() {
        return next;
    }

    boolean holds(long sequence) {
        return sequence >= first;
    }

    Change get(long sequence) {
        Change change = ring[slot(sequence)];
        if (change == null || !holds(sequence) || sequence >= next) {
            throw new IllegalArgumentException("no change " + sequence);
        }
        return change;
    }

    /** Sequence number of the first change after the resourceVersion. */
    long firstAfter(long resourceVersion) {
        long low = first;
        long high = next;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (get(middle).resourceVersion() > resourceVersion) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void dropFirst() {
        Change dropped = get(first);
        ring[slot(first)] = null;
        first++;
        bytes -= dropped.weight();
        completeAfter = dropped.resourceVersion();
    }

    private void grow() {
        @Nullable Change[] bigger = Arrays.copyOf(ring, ring.length * 2);
        Arrays.fill(bigger, null);
        for (long i = first; i < next; i++) {
            bigger[(int) (i & (bigger.length - 1))] = ring[slot(i)];
        }
        ring = bigger;
    }

    /** The capacity is a power of two. */
    private int slot(long sequence) {
        return (int) (sequence & (ring.length - 1));
    }
}
