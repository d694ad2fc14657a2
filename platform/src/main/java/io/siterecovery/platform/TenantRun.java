package io.siterecovery.platform;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one tenant as it is wanted: started, started anew with another zone, or stopped. One thing
 * at a time; a start that fails is tried again, less and less often, and concerns nobody else.
 */
final class TenantRun {

    private static final Logger LOG = LoggerFactory.getLogger(TenantRun.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** A start that neither succeeds nor fails would keep the tenant out for ever. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    interface Factory {
        TenantRun create(String name, Runnable whenGone);
    }

    interface Starter {
        Future<? extends Running> start(Tenant tenant);
    }

    /** A tenant that was started. */
    interface Running {
        Future<Void> stop();

        Optional<String> notReady();
    }

    private final Vertx vertx;
    private final Context context;
    private final String name;
    private final Starter starter;
    private final Runnable whenGone;
    private final Promise<Void> gone = Promise.promise();
    private @Nullable Tenant wanted;
    private @Nullable Tenant started;
    private volatile @Nullable Running running;
    private volatile String problem = "starting";
    private boolean busy;
    private boolean waiting;
    private Duration wait = FIRST_WAIT;

    TenantRun(Vertx vertx, String name, Starter starter, Runnable whenGone) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.name = name;
        this.starter = starter;
        this.whenGone = whenGone;
    }

    String name() {
        return name;
    }

    /**
     * On the context that made it.
     *
     * @param tenant null to stop
     */
    void want(@Nullable Tenant tenant) {
        if (tenant != null && !tenant.equals(wanted)) {
            wait = FIRST_WAIT;
        }
        wanted = tenant;
        step();
    }

    boolean isWanted() {
        return wanted != null;
    }

    /** Completes when nothing of the tenant runs and nobody has wanted it again meanwhile. */
    Future<Void> gone() {
        return gone.future();
    }

    /** Stops the tenant; completes when it has stopped. */
    Future<Void> end() {
        context.runOnContext(now -> want(null));
        return gone.future();
    }

    Optional<String> notReady() {
        Running present = running;
        return present == null ? Optional.of(problem) : present.notReady();
    }

    private void step() {
        Running present = running;
        Tenant next = wanted;
        if (busy) {
            return;
        }
        if (present != null && !(next != null && next.equals(started))) {
            stop(present);
        } else if (present == null && next == null && gone.tryComplete()) {
            whenGone.run();
        } else if (present == null && next != null && !waiting) {
            start(next);
        }
    }

    private void stop(Running present) {
        busy = true;
        problem = "stopping";
        running = null;
        present.stop()
                .onComplete(
                        done ->
                                context.runOnContext(
                                        now -> {
                                            LOG.atInfo()
                                                    .addKeyValue("tenant", name)
                                                    .log("tenant stopped");
                                            busy = false;
                                            step();
                                        }));
    }

    private void start(Tenant next) {
        busy = true;
        problem = "starting";
        Future<? extends Running> starting = starter.start(next);
        starting.timeout(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(
                        result ->
                                context.runOnContext(
                                        now -> {
                                            busy = false;
                                            if (result.succeeded()) {
                                                started(next, result.result());
                                            } else {
                                                failed(result.cause());
                                                // After a time-out it may still succeed, too late.
                                                starting.onSuccess(Running::stop);
                                            }
                                            step();
                                        }));
    }

    private void started(Tenant tenant, Running now) {
        started = tenant;
        running = now;
        wait = FIRST_WAIT;
        LOG.atInfo()
                .addKeyValue("tenant", name)
                .addKeyValue("primary", tenant.primary())
                .addKeyValue("dr", tenant.dr())
                .log("tenant started");
    }

    private void failed(Throwable cause) {
        String said = cause.getMessage();
        problem = "start failed: " + (said == null ? cause.getClass().getSimpleName() : said);
        long jitter = ThreadLocalRandom.current().nextLong(wait.toMillis() / 4 + 1);
        LOG.atWarn()
                .addKeyValue("tenant", name)
                .addKeyValue("reason", problem)
                .addKeyValue("againMs", wait.toMillis() + jitter)
                .log("tenant not started");
        waiting = true;
        vertx.setTimer(
                wait.toMillis() + jitter,
                fired ->
                        context.runOnContext(
                                now -> {
                                    waiting = false;
                                    step();
                                }));
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
    }
}
