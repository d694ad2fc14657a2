package io.siterecovery.failover.verticle;

import io.siterecovery.platform.Urgency;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** One lane for each thing of a kind, made when it is first woken. */
final class Lanes<K> {

    /** One look at one thing. */
    interface Step<K> {
        Optional<Instant> run(K key) throws Exception;
    }

    private final Map<K, Lane> lanes = new LinkedHashMap<>();
    private final BiFunction<String, Lane.Step, Lane> newLane;
    private final Function<K, Urgency> urgency;
    private final Step<K> step;
    private boolean closed;

    /**
     * @param newLane makes a lane for a subject
     * @param urgency of what a look at one thing asks of the API servers
     */
    Lanes(BiFunction<String, Lane.Step, Lane> newLane, Function<K, Urgency> urgency, Step<K> step) {
        this.newLane = newLane;
        this.urgency = urgency;
        this.step = step;
    }

    void wake(K key) {
        if (!closed) {
            lanes.computeIfAbsent(key, k -> newLane.apply(k.toString(), () -> look(k))).wake();
        }
    }

    private Optional<Instant> look(K key) throws Exception {
        return urgency.apply(key).during(() -> step.run(key));
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

    /** For good: what is still under way makes no new ones. */
    void close() {
        closed = true;
        keepOnly(Set.of());
    }
}
