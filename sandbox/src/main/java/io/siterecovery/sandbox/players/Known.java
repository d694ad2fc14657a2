package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind as an informer knows them, and what we wrote and it has not seen yet, so
 * that a second look right after a write does not write again.
 */
final class Known<T extends HasMetadata> implements AutoCloseable {

    /** A write that the watch has not shown by then is looked up in the cache again. */
    private static final long OWN_NANOS = Duration.ofSeconds(10).toNanos();

    /** An object we wrote, or (without object) that is gone although the cache may show it. */
    private record Own<T>(@Nullable T object, String uid, long version, long until) {}

    private final Supplier<SharedIndexInformer<T>> informers;
    private final Consumer<T> changed;
    private final Map<String, Own<T>> own = new ConcurrentHashMap<>();
    private volatile SharedIndexInformer<T> informer;

    Known(Supplier<SharedIndexInformer<T>> informers, Consumer<T> changed) {
        this.informers = informers;
        this.changed = changed;
        this.informer = informers.get();
    }

    CompletionStage<Void> start() {
        return follow(informer);
    }

    /** A fresh list and watch; what vanished in between is announced too. */
    void restart() {
        SharedIndexInformer<T> old = informer;
        SharedIndexInformer<T> fresh = informers.get();
        var _ =
                follow(fresh)
                        .thenRun(
                                () -> {
                                    List<T> before = old.getStore().list();
                                    informer = fresh;
                                    old.close();
                                    before.forEach(changed);
                                    fresh.getStore().list().forEach(changed);
                                });
    }

    Optional<T> get(@Nullable String namespace, String name) {
        String key = namespace == null ? name : namespace + "/" + name;
        return Optional.ofNullable(newest(key, informer.getStore().getByKey(key)));
    }

    List<T> all() {
        var byKey = new HashMap<String, @Nullable T>();
        informer.getStore().list().forEach(o -> byKey.put(key(o), o));
        own.keySet().forEach(k -> byKey.putIfAbsent(k, null));
        return byKey.entrySet().stream()
                .map(e -> Optional.ofNullable(newest(e.getKey(), e.getValue())))
                .flatMap(Optional::stream)
                .toList();
    }

    T wrote(T object) {
        own.compute(
                key(object),
                (_, before) -> {
                    boolean gone = before != null && before.object() == null;
                    return gone && before.uid().equals(uid(object))
                            ? before
                            : entry(object, uid(object), version(object));
                });
        return object;
    }

    void deleted(T object) {
        own.put(key(object), entry(null, uid(object), version(object)));
    }

    void forgetOld() {
        long now = System.nanoTime();
        own.values().removeIf(o -> now - o.until() > 0);
    }

    @Override
    public void close() {
        informer.close();
    }

    private @Nullable T newest(String key, @Nullable T cached) {
        Own<T> mine = own.get(key);
        if (mine == null) {
            return cached;
        }
        if (System.nanoTime() - mine.until() > 0) {
            own.remove(key, mine);
            return cached;
        }
        T object = mine.object();
        if (object == null) {
            return cached == null || uid(cached).equals(mine.uid()) ? null : cached;
        }
        return cached != null && version(cached) >= mine.version() ? cached : object;
    }

    private CompletionStage<Void> follow(SharedIndexInformer<T> started) {
        // By default a failed first list, or any watcher exception, would be final.
        started.exceptionHandler((_, _) -> true);
        started.addEventHandler(
                new ResourceEventHandler<T>() {
                    @Override
                    public void onAdd(T object) {
                        changed.accept(object);
                    }

                    @Override
                    public void onUpdate(T before, T object) {
                        changed.accept(object);
                    }

                    @Override
                    public void onDelete(T object, boolean finalStateUnknown) {
                        deleted(object);
                        changed.accept(object);
                    }
                });
        return started.start();
    }

    private Own<T> entry(@Nullable T object, String uid, long version) {
        return new Own<>(object, uid, version, System.nanoTime() + OWN_NANOS);
    }

    private static String key(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        String name = object.getMetadata().getName();
        return namespace == null || namespace.isEmpty() ? name : namespace + "/" + name;
    }

    private static String uid(HasMetadata object) {
        return String.valueOf(object.getMetadata().getUid());
    }

    private static long version(HasMetadata object) {
        String version = object.getMetadata().getResourceVersion();
        return version == null || !version.matches("\\d+") ? 0 : Long.parseLong(version);
    }
}
