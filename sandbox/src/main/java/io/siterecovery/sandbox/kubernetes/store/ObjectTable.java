package io.siterecovery.sandbox.kubernetes.store;

import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** All objects of one resource type. Written only by its {@link ObjectStore}, under its lock. */
public final class ObjectTable {
    private static final int MAX_CHANGES = 8192;
    private static final long MAX_CHANGE_BYTES = 16L << 20;

    final String resource;
    final List<String> selectableFields;
    final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
    final ChangeLog log;
    final List<Watch> watches = new CopyOnWriteArrayList<>();
    private volatile long lastChange;
    private volatile boolean dropped;

    ObjectTable(String resource, List<String> selectableFields, long revision) {
        this.resource = resource;
        this.selectableFields = List.copyOf(selectableFields);
        log = new ChangeLog(MAX_CHANGES, MAX_CHANGE_BYTES, revision);
        lastChange = revision;
    }

    /** {@code plural.group}, or the plural alone in the core group. */
    public String resource() {
        return resource;
    }

    /** resourceVersion of the last change: equal answers mean an unchanged table. */
    public long lastChange() {
        return lastChange;
    }

    boolean isDropped() {
        return dropped;
    }

    /** Ends every watch: what they watched is no longer served. */
    void drop() {
        dropped = true;
        watches.forEach(Watch::wake);
    }

    void changed(Change change) {
        log.add(change);
        lastChange = change.resourceVersion();
        watches.forEach(Watch::wake);
    }

    /** The part of the table that lies in the namespace; everything for "". */
    NavigableMap<String, Stored> in(String namespace) {
        // '0' follows '/': the range holds exactly the keys that start with "<namespace>/".
        return namespace.isEmpty()
                ? objects
                : objects.subMap(namespace + "/", true, namespace + "0", false);
    }
}
