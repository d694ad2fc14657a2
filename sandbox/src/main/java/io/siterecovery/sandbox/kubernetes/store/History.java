package io.siterecovery.sandbox.kubernetes.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Every write of a cluster's life, oldest first: what an experiment is judged by. Unbounded. */
public final class History {
    /** One successful write. */
    public record Entry(
            long nanoTime,
            Instant at,
            Origin origin,
            Change.Type type,
            String resource,
            Stored object) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Entry> entries = new ArrayList<>();

    void add(Change.Type type, String resource, Stored object, Origin origin) {
        lock.lock();
        try {
            entries.add(
                    new Entry(System.nanoTime(), Instant.now(), origin, type, resource, object));
        } finally {
            lock.unlock();
        }
    }

    /** All but the first so many. */
    public List<Entry> since(int count) {
        lock.lock();
        try {
            return List.copyOf(entries.subList(Math.min(count, entries.size()), entries.size()));
        } finally {
            lock.unlock();
        }
    }
}
