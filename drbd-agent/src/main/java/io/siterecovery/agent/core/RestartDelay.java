package io.siterecovery.agent.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long to wait before a child is started again: longer each time, unless it had lasted. */
public final class RestartDelay {

    static final Duration FIRST = Duration.ofMillis(200);
    public static final Duration LONGEST = Duration.ofSeconds(5);
    static final Duration STABLE = Duration.ofSeconds(10);

    private final Duration longest;
    private Instant started = Instant.EPOCH;
    private Duration next = FIRST;
    private @Nullable Duration once;

    public RestartDelay(Duration longest) {
        this.longest = longest;
    }

    public void started(Instant at) {
        started = at;
    }

    /** The next start is not a second try of the same. */
    public void none() {
        once = Duration.ZERO;
    }

    /** There is nothing that a soon start could change. */
    public void longest() {
        once = longest;
    }

    public Duration next(Instant now) {
        if (once != null) {
            Duration delay = once;
            once = null;
            return delay;
        }
        if (now.isAfter(started.plus(STABLE))) {
            next = FIRST;
        }
        Duration delay = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(longest) < 0 ? doubled : longest;
        return delay;
    }
}
