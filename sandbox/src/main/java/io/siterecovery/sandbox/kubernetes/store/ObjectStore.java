package io.siterecovery.sandbox.kubernetes.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Every object of one cluster, in memory, under one growing resourceVersion. Reads take no lock; a
 * write succeeds only against the version that its writer looked at.
 */
public final class ObjectStore {
    /** A consistent view: these objects were all there was at this resourceVersion. */
    public record Listing(List<Stored> objects, long resourceVersion) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ObjectTable> tables = new ConcurrentHashMap<>();
    private final History history = new History();
    private final OwnerIndex owners = new OwnerIndex();
    private volatile long revision;

    /** The table of the resource, made on first use. */
    public ObjectTable table(String resource, List<String> selectableFields) {
        return tables.computeIfAbsent(
                resource, r -> new ObjectTable(r, selectableFields, revision));
    }

    public void dropTable(ObjectTable table) {
        atomically(() -> tables.remove(table.resource(), table));
        table.drop();
    }

    /** An object and the resource that it is stored under. */
    public record Owned(String resource, Stored object) {}

    public List<Owned> ownedBy(String uid) {
        return atomically(
                () -> {
                    List<Owned> found = new ArrayList<>();
                    for (OwnerIndex.Dependent dependent : owners.of(uid)) {
                        Stored stored = dependent.table().objects.get(dependent.key());
                        if (stored != null) {
                            found.add(new Owned(dependent.table().resource(), stored));
                        }
                    }
                    return found;
                });
    }

    /** Whether an object with this uid is there. Looks at everything: for rare questions only. */
    public boolean isAlive(String uid) {
        return tables.values().stream()
                .flatMap(table -> table.objects.values().stream())
                .anyMatch(stored -> stored.uid().equals(uid));
    }

    public long revision() {
        return revision;
    }

    public History history() {
        return history;
    }

    public @Nullable Stored get(ObjectTable table, String namespace, String name) {
        return table.objects.get(Stored.key(namespace, name));
    }

    /** All objects of the namespace, or of all namespaces for "". */
    public Listing list(ObjectTable table, String namespace) {
        return atomically(() -> new Listing(List.copyOf(table.in(namespace).values()), revision));
    }

    /** What is in every table now: references alone, so it costs little. */
    public Map<ObjectTable, Listing> snapshot() {
        return atomically(
                () -> {
                    Map<ObjectTable, Listing> all = new HashMap<>();
                    tables.values().forEach(table -> all.put(table, list(table, "")));
                    return all;
                });
    }

    /** Runs the action with nobody else writing; writes inside it are part of it. */
    public <T extends @Nullable Object> T atomically(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Stores a new object, or answers null when one of that name exists. */
    public @Nullable Stored create(ObjectTable table, ObjectNode object, Origin origin) {
        return atomically(
                () -> {
                    String key = keyOf(object);
                    return table.objects.containsKey(key)
                            ? null
                            : put(table, Change.Type.ADDED, object, null, origin);
                });
    }

    /** Replaces exactly this version, or answers null when it is no longer the current one. */
    public @Nullable Stored replace(
            ObjectTable table, Stored expected, ObjectNode object, Origin origin) {
        return atomically(
                () ->
                        isCurrent(table, expected)
                                ? put(table, Change.Type.MODIFIED, object, expected, origin)
                                : null);
    }

    /** Removes exactly this version, or answers null when it is no longer the current one. */
    public @Nullable Stored remove(
            ObjectTable table, Stored expected, ObjectNode last, Origin origin) {
        return atomically(
                () ->
                        isCurrent(table, expected)
                                ? put(table, Change.Type.DELETED, last, expected, origin)
                                : null);
    }

    /** A watch on everything after the resourceVersion. */
    public Watch watch(ObjectTable table, long resourceVersion, Runnable wakeUp)
            throws Watch.Expired {
        lock.lock();
        try {
            if (resourceVersion < table.log.completeAfter()) {
                throw new Watch.Expired(resourceVersion, table.log.completeAfter());
            }
            Watch watch =
                    new Watch(
                            this,
                            table,
                            table.log.firstAfter(resourceVersion),
                            resourceVersion,
                            wakeUp);
            table.watches.add(watch);
            return watch;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets all changes: every later watch from an old resourceVersion gets 410 Gone. */
    public void forgetChanges() {
        atomically(
                () -> {
                    tables.values().forEach(table -> table.log.dropAll());
                    return revision;
                });
    }

    public int watchCount() {
        return tables.values().stream().mapToInt(table -> table.watches.size()).sum();
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    private boolean isCurrent(ObjectTable table, Stored expected) {
        Stored current = table.objects.get(expected.key());
        return current != null
                && current.resourceVersion() == expected.resourceVersion()
                && current.uid().equals(expected.uid());
    }

    private Stored put(
            ObjectTable table,
            Change.Type type,
            ObjectNode object,
            @Nullable Stored before,
            Origin origin) {
        long version = revision + 1;
        Json.meta(object).put("resourceVersion", Long.toString(version));
        Stored stored = stored(table, object, version);
        revision = version;
        owners.changed(table, before, type == Change.Type.DELETED ? null : stored);
        if (type == Change.Type.DELETED) {
            table.objects.remove(stored.key());
        } else {
            table.objects.put(stored.key(), stored);
        }
        history.add(type, table.resource(), stored, origin);
        table.changed(new Change(type, stored, before));
        return stored;
    }

    private static List<String> owners(JsonNode references) {
        List<String> uids = new ArrayList<>();
        references.forEach(reference -> uids.add(Json.text(reference, "uid")));
        return List.copyOf(uids);
    }

    private static String keyOf(ObjectNode object) {
        JsonNode meta = object.path("metadata");
        return Stored.key(Json.text(meta, "namespace"), Json.text(meta, "name"));
    }

    private static Stored stored(ObjectTable table, ObjectNode object, long version) {
        JsonNode meta = object.path("metadata");
        Map<String, String> fields = new HashMap<>();
        for (String path : table.selectableFields) {
            fields.put(path, object.at("/" + path.replace('.', '/')).asText(""));
        }
        return new Stored(
                Json.text(meta, "namespace"),
                Json.text(meta, "name"),
                Json.text(meta, "uid"),
                version,
                Map.copyOf(new TreeMap<>(Json.stringMap(meta.path("labels")))),
                fields.isEmpty() ? Map.of() : Map.copyOf(fields),
                owners(meta.path("ownerReferences")),
                new Stored.Bytes(Json.bytes(object)));
    }
}
