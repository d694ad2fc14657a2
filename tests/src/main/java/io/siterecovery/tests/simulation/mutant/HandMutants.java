package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.verticle.Turns;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Bugs in how decisions are carried out. */
final class HandMutants {

    static List<Mutant> all() {
        return List.of(
                Mutant.acting(
                        "effects-without-guard",
                        "writes land on whatever is there",
                        p -> bare(p, _ -> true, Future::succeededFuture)),
                Mutant.acting(
                        "ownership-not-compared",
                        "of two writers of an ownership the last one wins",
                        p ->
                                bare(
                                        p,
                                        k -> k.equals(ResourceKind.GROUP_OWNERSHIP),
                                        Future::succeededFuture)),
                Mutant.acting(
                        "states-not-compared",
                        "of two writers of a Failover's state the last one wins",
                        p ->
                                bare(
                                        p,
                                        k -> k.equals(ResourceKind.FAILOVER),
                                        Future::succeededFuture)),
                Mutant.acting(
                        "lease-instead-of-epoch",
                        "whoever renewed its lease of late writes without comparing",
                        p -> bare(p, _ -> true, new LeaseHeld(p)::check)),
                Mutant.waiting(
                        "no-backoff", "what fails is tried again at once", HandMutants::atOnce));
    }

    private static Ports bare(
            Ports p, Predicate<ResourceKind> which, Supplier<Future<Void>> before) {
        return new Ports(
                p.tenant(),
                p.instanceId(),
                new WithoutGuards(p.quorum(), which, before),
                new WithoutGuards(p.primary(), which, before),
                new WithoutGuards(p.dr(), which, before),
                p.writer(),
                p.clock());
    }

    private static Turns atOnce(Turns sound) {
        return new Turns() {
            @Override
            public void take(Runnable work) {
                sound.take(work);
            }

            @Override
            public Timer after(Duration delay, Runnable work) {
                boolean retry = delay.compareTo(Duration.ofSeconds(5)) <= 0;
                return sound.after(retry ? Duration.ofMillis(1) : delay, work);
            }
        };
    }

    private HandMutants() {}
}
