package io.siterecovery.failover.verticle;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;

/** Turns on the virtual-thread context of a verticle. */
record VertxTurns(Vertx vertx, Context context) implements Turns {

    @Override
    public void take(Runnable work) {
        context.runOnContext(_ -> work.run());
    }

    @Override
    public Timer after(Duration delay, Runnable work) {
        long id = vertx.setTimer(Math.max(1, delay.toMillis()), _ -> work.run());
        return () -> vertx.cancelTimer(id);
    }
}
