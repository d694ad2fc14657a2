package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ProtectionZoneSpec.Site;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class TenantRunTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();

    @Test
    void a_start_that_fails_is_tried_again(Vertx vertx) {
        failures.set(2);
        TenantRun run = run(vertx, tenant("a"));
        await().atMost(PATIENCE).until(() -> log.contains("started a"));
        assertThat(log).containsExactly("failed a", "failed a", "started a");
        assertThat(run.notReady()).isEmpty();
    }

    @Test
    void a_start_that_failed_says_why_until_it_succeeds(Vertx vertx) {
        failures.set(1_000);
        TenantRun run = run(vertx, tenant("a"));
        await().atMost(PATIENCE).until(() -> log.contains("failed a"));
        await().atMost(PATIENCE)
                .until(() -> run.notReady().orElse("").equals("start failed: no luck"));
    }

    @Test
    void another_zone_is_another_start_after_the_stop(Vertx vertx) {
        AtomicReference<TenantRun> run = new AtomicReference<>();
        Context context = vertx.getOrCreateContext();
        context.runOnContext(
                now -> {
                    run.set(newRun(vertx));
                    run.get().want(tenant("a"));
                    run.get().want(tenant("b"));
                    run.get().want(tenant("c"));
                });
        await().atMost(PATIENCE).until(() -> log.contains("started c"));
        assertThat(log).containsExactly("started a", "stopped a", "started c");
        context.runOnContext(now -> run.get().want(tenant("c")));
        run.get().end().await();
        assertThat(log).containsExactly("started a", "stopped a", "started c", "stopped c", "gone");
    }

    /** Whoever is told that it has gone may have made another one by then. */
    @Test
    void what_has_gone_while_it_waited_to_be_tried_again_goes_once(Vertx vertx) {
        failures.set(1);
        TenantRun run = run(vertx, tenant("a"));
        await().atMost(PATIENCE).until(() -> run.notReady().orElse("").contains("no luck"));
        run.end().await();
        assertThat(log).containsExactly("failed a", "gone");
        // Its timer fires in vain.
        await().pollDelay(Duration.ofMillis(900)).atMost(PATIENCE).until(() -> true);
        assertThat(log).containsExactly("failed a", "gone");
    }

    private TenantRun run(Vertx vertx, Tenant tenant) {
        AtomicReference<TenantRun> run = new AtomicReference<>();
        vertx.getOrCreateContext()
                .runOnContext(
                        now -> {
                            TenantRun made = newRun(vertx);
                            made.want(tenant);
                            run.set(made);
                        });
        await().atMost(PATIENCE).until(() -> run.get() != null);
        return run.get();
    }

    private TenantRun newRun(Vertx vertx) {
        return new TenantRun(vertx, "prod", this::start, () -> log.add("gone"));
    }

    private Future<TenantRun.Running> start(Tenant tenant) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            log.add("failed " + tenant.primary());
            return Future.failedFuture("no luck");
        }
        log.add("started " + tenant.primary());
        return Future.succeededFuture(
                new TenantRun.Running() {
                    @Override
                    public Future<Void> stop() {
                        log.add("stopped " + tenant.primary());
                        return Future.succeededFuture();
                    }

                    @Override
                    public java.util.Optional<String> notReady() {
                        return java.util.Optional.empty();
                    }
                });
    }

    private static Tenant tenant(String primary) {
        return new Tenant(
                "prod",
                "dr-prod",
                new ProtectionZoneSpec(
                        new Site(primary, null, null),
                        new Site("dr1", null, null),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
    }
}
