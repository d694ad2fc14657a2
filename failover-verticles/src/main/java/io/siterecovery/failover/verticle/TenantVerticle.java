package io.siterecovery.failover.verticle;

import io.siterecovery.events.Topics;
import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.platform.Meters;
import io.siterecovery.platform.Subscription;
import io.siterecovery.platform.Tenant;
import io.siterecovery.platform.TenantContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The work of one deployment, on one virtual-thread context of its own. */
final class TenantVerticle extends VerticleBase {

    private final TenantContext tenant;
    private final Totals totals;
    private volatile boolean ready;
    private List<Subscription> subscriptions = List.of();
    private Optional<TenantWork> work = Optional.empty();
    private Optional<Figures> figures = Optional.empty();

    TenantVerticle(TenantContext tenant, Totals totals) {
        this.tenant = tenant;
        this.totals = totals;
    }

    boolean isReady() {
        return ready;
    }

    @Override
    public Future<?> start() {
        Tenant is = tenant.tenant();
        TenantWork starting =
                new TenantWork(
                        Ports.of(tenant),
                        new VertxTurns(vertx, context),
                        new Decisions.Core(),
                        RandomGenerator.getDefault());
        Figures counting = new Figures(is, tenant.clock(), Meters.of(tenant), totals);
        Subscription facts =
                tenant.reader()
                        .subscribe(
                                Topics.clusters(is.name()),
                                is.name(),
                                event -> {
                                    starting.fact(event);
                                    counting.fact(event);
                                });
        Subscription drbd =
                tenant.reader().subscribe(Topics.drbd(is.name()), is.name(), starting::drbd);
        subscriptions = List.of(facts, drbd);
        work = Optional.of(starting);
        figures = Optional.of(counting);
        return Future.join(facts.caughtUp(), drbd.caughtUp())
                .onSuccess(
                        _ -> {
                            starting.begin();
                            ready = true;
                        });
    }

    @Override
    public Future<?> stop() {
        ready = false;
        subscriptions.forEach(Subscription::close);
        work.ifPresent(TenantWork::close);
        figures.ifPresent(Figures::close);
        return Future.succeededFuture();
    }
}
