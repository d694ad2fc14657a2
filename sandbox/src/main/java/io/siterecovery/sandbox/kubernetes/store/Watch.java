package io.siterecovery.sandbox.kubernetes.store;

import java.util.ArrayList;
import java.util.List;

/**
 * A reader's place in the changes of one table. It holds no events: a slow reader costs nothing.
 */
public final class Watch implements AutoCloseable {
    /** The reader asks for changes that are no longer held. */
    public static final class Expired extends Exception {
        private static final long serialVersionUID = 1L;

        Expired(long resourceVersion, long oldest) {
            super("too old resource version: " + resourceVersion + " (" + oldest + ")");
        }
    }

    private final ObjectStore store;
    private final ObjectTable table;
    private final Runnable wakeUp;
    private long position;
    private long resourceVersion;

    Watch(
            ObjectStore store,
            ObjectTable table,
            long position,
            long resourceVersion,
            Runnable wakeUp) {
        this.store = store;
        this.table = table;
        this.position = position;
        this.resourceVersion = resourceVersion;
        this.wakeUp = wakeUp;
    }

    /** The next changes in order, at most {@code max}; empty when there are none yet. */
    public List<Change> next(int max) throws Expired {
        store.lock();
        try {
            if (table.isDropped() || !table.log.holds(position)) {
                throw new Expired(resourceVersion, table.log.completeAfter());
            }
            List<Change> changes = new ArrayList<>();
            while (position < table.log.end() && changes.size() < max) {
                Change change = table.log.get(position);
                changes.add(change);
                position++;
                resourceVersion = change.resourceVersion();
            }
            if (position == table.log.end()) {
                resourceVersion = Math.max(resourceVersion, store.revision());
            }
            return changes;
        } finally {
            store.unlock();
        }
    }

    /** Everything up to here has been given to the reader. */
    public long resourceVersion() {
        return resourceVersion;
    }

    void wake() {
        wakeUp.run();
    }

    @Override
    public void close() {
        table.watches.remove(this);
    }
}
