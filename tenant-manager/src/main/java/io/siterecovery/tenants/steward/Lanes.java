package io.siterecovery.tenants.steward;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one deployment after another, a few at a time and each never twice at once. A look that
 * fails is repeated, less and less often. Belongs to one virtual-thread context.
 */
final class Lanes {

    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final int AT_ONCE = 8;
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final Context context;
    private final Function<String, Optional<Duration>> look;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Queue<String> waiting = new ArrayDeque<>();
    private int busy;
    private boolean closed;

    /**
     * @param look at a deployment; answers when to look again even if nothing happens
     */
    Lanes(Vertx vertx, Context context, Function<String, Optional<Duration>> look) {
        this.vertx = vertx;
        this.context = context;
        this.look = look;
    }

    private static final class Lane {
        private boolean queued;
        private boolean running;
        private boolean again;
        private long timer = -1;
        private Duration wait = FIRST_WAIT;
    }

    /** From any thread. */
    void wake(String deployment) {
        context.runOnContext(now -> woken(deployment));
    }

    void close() {
        closed = true;
    }

    private void woken(String deployment) {
        Lane lane = lanes.computeIfAbsent(deployment, none -> new Lane());
        if (lane.running) {
            lane.again = true;
        } else if (!lane.queued) {
            lane.queued = true;
            waiting.add(deployment);
            next();
        }
    }

    private void next() {
        while (!closed && busy < AT_ONCE && !waiting.isEmpty()) {
            String deployment = waiting.remove();
            busy++;
            context.runOnContext(now -> run(deployment));
        }
    }

    private void run(String deployment) {
        Lane lane = lanes.computeIfAbsent(deployment, none -> new Lane());
        lane.queued = false;
        lane.running = true;
        vertx.cancelTimer(lane.timer);
        Optional<Duration> later;
        try {
            later = look.apply(deployment);
            lane.wait = FIRST_WAIT;
        } catch (RuntimeException e) {
            later = Optional.of(afterFailure(deployment, lane, e));
        }
        busy--;
        lane.running = false;
        if (lane.again) {
            lane.again = false;
            woken(deployment);
        } else if (later.isPresent()) {
            lane.timer = vertx.setTimer(later.get().toMillis(), fired -> wake(deployment));
        } else {
            lanes.remove(deployment);
        }
        next();
    }

    private static Duration afterFailure(String deployment, Lane lane, RuntimeException failure) {
        Duration wait = lane.wait;
        Duration doubled = wait.multipliedBy(2);
        lane.wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
        LOG.atWarn()
                .addKeyValue("tenant", deployment)
                .addKeyValue("reason", String.valueOf(failure.getMessage()))
                .addKeyValue("againMs", wait.toMillis())
                .log("a deployment could not be looked after; again later");
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(wait.toMillis() / 4 + 1));
    }
}
