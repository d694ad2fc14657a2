package io.siterecovery.failover.verticle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one thing again and again: never twice at a time, and once more if it was woken
 * meanwhile. What fails is tried again later and later, here and nowhere else.
 *
 * <p>A step may await: meanwhile others have their turns.
 */
final class Lane {

    /** One look. */
    interface Step {
        /** When to look again even if nothing happens until then. */
        Optional<Instant> run() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);
    private static final Duration LAST_RETRY = Duration.ofSeconds(5);
    private static final int ROUNDS_BEFORE_A_BREATH = 64;

    private final Turns turns;
    private final Clock clock;
    private final String tenant;
    private final String subject;
    private final RandomGenerator jitter;
    private final Step step;
    private boolean running;
    private boolean woken;
    private boolean closed;
    private Turns.@Nullable Timer timer;
    private int failures;
    private String lastFailure = "";

    Lane(
            Turns turns,
            Clock clock,
            RandomGenerator jitter,
            String tenant,
            String subject,
            Step step) {
        this.turns = turns;
        this.clock = clock;
        this.jitter = jitter;
        this.tenant = tenant;
        this.subject = subject;
        this.step = step;
    }

    void wake() {
        woken = true;
        if (!running && !closed) {
            running = true;
            turns.take(this::rounds);
        }
    }

    void close() {
        closed = true;
        cancelTimer();
    }

    private void rounds() {
        int rounds = 0;
        try {
            while (woken && !closed && rounds++ < ROUNDS_BEFORE_A_BREATH) {
                woken = false;
                cancelTimer();
                Optional<Instant> next = step.run();
                failures = 0;
                lastFailure = "";
                next.ifPresent(at -> wakeIn(Duration.between(clock.instant(), at)));
            }
        } catch (Exception e) {
            failed(e);
        } finally {
            running = false;
        }
        if (woken && failures == 0 && !closed) {
            wake();
        }
    }

    private void failed(Exception e) {
        if (closed) {
            return;
        }
        failures++;
        String failure = String.valueOf(e.getMessage());
        if (!failure.equals(lastFailure)) {
            lastFailure = failure;
            LOG.atWarn()
                    .addKeyValue("tenant", tenant)
                    .addKeyValue("subject", subject)
                    .addKeyValue("reason", failure)
                    .setCause(e instanceof NullPointerException ? e : null)
                    .log("will be tried again");
        }
        long most =
                Math.min(
                        LAST_RETRY.toMillis(),
                        FIRST_RETRY.toMillis() << Math.min(failures - 1, 10));
        wakeIn(Duration.ofMillis(most / 2 + jitter.nextLong(most / 2 + 1)));
    }

    private void wakeIn(Duration delay) {
        cancelTimer();
        if (!closed) {
            timer = turns.after(delay, this::wake);
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
