package io.siterecovery.failover.verticle;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** One lane for each thing of a kind, made when it is first woken. */
final class Lanes<K> {

    /** One look at one thing. */
    interface Step<K> {
        Optional<Instant> run(K key) throws Exception;
    }

    private final Map<K, Lane> lanes = new LinkedHashMap<>();
    private final BiFunction<String, Lane.Step, Lane> newLane;
    private final Step<K> step;

    /**
     * @param newLane makes a lane for a subject
     */
    Lanes(BiFunction<String, Lane.Step, Lane> newLane, Step<K> step) {
        this.newLane = newLane;
        this.step = step;
    }

    void wake(K key) {
        lanes.computeIfAbsent(key, k -> newLane.apply(k.toString(), () -> step.run(k))).wake();
    }

    /** Forgets what is not among these any more. */
    void keepOnly(Set<K> keys) {
        lanes.entrySet()
                .removeIf(
                        e -> {
                            if (keys.contains(e.getKey())) {
                                return false;
                            }
                            e.getValue().close();
                            return true;
                        });
    }

    void close() {
        keepOnly(Set.of());
    }
}
