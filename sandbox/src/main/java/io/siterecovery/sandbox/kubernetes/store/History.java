package io.siterecovery.sandbox.kubernetes.store;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The last writes of a cluster, oldest first: what an experiment is judged by. Bounded. */
public final class History {
    /** One successful write. */
    public record Entry(
            long nanoTime,
            Instant at,
            Origin origin,
            Change.Type type,
            String resource,
            Stored object) {}

    static final int MAX_ENTRIES = 100_000;
    static final long MAX_BYTES = 32L << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long bytes;

    void add(Change.Type type, String resource, Stored object, Origin origin) {
        lock.lock();
        try {
            entries.add(
                    new Entry(System.nanoTime(), Instant.now(), origin, type, resource, object));
            bytes += object.utf8().length;
            while (entries.size() > MAX_ENTRIES || (bytes > MAX_BYTES && entries.size() > 1)) {
                bytes -= entries.removeFirst().object().utf8().length;
            }
        } finally {
            lock.unlock();
        }
    }

    public List<Entry> entries() {
        lock.lock();
        try {
            return List.copyOf(entries);
        } finally {
            lock.unlock();
        }
    }
}
