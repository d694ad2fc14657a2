package io.siterecovery.failover.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class LaneTest {

    @Test
    void looks_once_more_for_any_number_of_wakes_during_a_look(Vertx vertx, VertxTestContext test) {
        AtomicInteger looks = new AtomicInteger();
        Promise<Void> held = Promise.promise();
        onLane(
                vertx,
                test,
                () -> {
                    if (looks.incrementAndGet() == 1) {
                        Future.await(held.future());
                    }
                    return Optional.empty();
                },
                lane -> {
                    lane.wake();
                    vertx.setTimer(
                            20,
                            _ -> {
                                lane.wake();
                                lane.wake();
                                lane.wake();
                                held.complete();
                                vertx.setTimer(
                                        100,
                                        _ ->
                                                test.verify(
                                                        () -> {
                                                            assertThat(looks).hasValue(2);
                                                            test.completeNow();
                                                        }));
                            });
                });
    }

    @Test
    void what_fails_is_tried_again_by_itself(Vertx vertx, VertxTestContext test) {
        AtomicInteger looks = new AtomicInteger();
        onLane(
                vertx,
                test,
                () -> {
                    if (looks.incrementAndGet() < 4) {
                        throw new IllegalStateException("not yet");
                    }
                    test.completeNow();
                    return Optional.empty();
                },
                Lane::wake);
    }

    @Test
    void looks_again_at_the_time_it_asked_for(Vertx vertx, VertxTestContext test) {
        AtomicInteger looks = new AtomicInteger();
        onLane(
                vertx,
                test,
                () -> {
                    if (looks.incrementAndGet() == 2) {
                        test.completeNow();
                        return Optional.empty();
                    }
                    return Optional.of(Instant.now().plusMillis(30));
                },
                Lane::wake);
    }

    private interface Start {
        void with(Lane lane);
    }

    private static void onLane(Vertx vertx, VertxTestContext test, Lane.Step step, Start start) {
        VerticleBase verticle =
                new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        start.with(
                                new Lane(
                                        new VertxTurns(vertx, context),
                                        Clock.systemUTC(),
                                        RandomGenerator.getDefault(),
                                        "prod",
                                        "test",
                                        step));
                        return Future.succeededFuture();
                    }
                };
        vertx.deployVerticle(
                        verticle,
                        new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                .onFailure(test::failNow);
    }
}
