package io.siterecovery.failover.verticle;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One lane for each thing of a kind, made when it is first woken. */
final class Lanes<K> {

    /** One look at one thing. */
    interface Step<K> {
        Optional<Instant> run(K key) throws Exception;
    }

    private final Map<K, Lane> lanes = new HashMap<>();
    private final Vertx vertx;
    private final Context context;
    private final Clock clock;
    private final String tenant;
    private final Step<K> step;

    Lanes(Vertx vertx, Context context, Clock clock, String tenant, Step<K> step) {
        this.vertx = vertx;
        this.context = context;
        this.clock = clock;
        this.tenant = tenant;
        this.step = step;
    }

    void wake(K key) {
        lanes.computeIfAbsent(
                        key,
                        k ->
                                new Lane(
                                        vertx,
                                        context,
                                        clock,
                                        tenant,
                                        k.toString(),
                                        () -> step.run(k)))
                .wake();
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
