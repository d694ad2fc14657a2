package io.siterecovery.failover.verticle;

import java.time.Duration;

/**
 * Where the work of one deployment happens: one piece at a time, and whoever awaits an answer lets
 * the next piece go on meanwhile.
 */
public interface Turns {

    /** Does the work when its turn comes, after all that was given before. */
    void take(Runnable work);

    /** Does the work later, unless that is cancelled. */
    Timer after(Duration delay, Runnable work);

    /** Something that will happen. */
    interface Timer {
        void cancel();
    }
}
