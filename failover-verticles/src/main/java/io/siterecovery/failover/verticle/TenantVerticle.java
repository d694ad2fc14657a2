package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.adapter.FailoverEffects;
import io.siterecovery.failover.adapter.FailoverRecords;
import io.siterecovery.failover.adapter.FailoverStore;
import io.siterecovery.failover.adapter.FencePolicies;
import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.LockLease;
import io.siterecovery.failover.adapter.OperationLog;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.adapter.RequestEffects;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.failover.view.TenantView.Change;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Subscription;
import io.siterecovery.platform.Tenant;
import io.siterecovery.platform.TenantContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that decides and acts for one deployment: its view, its groups, its failovers and its
 * requests, on one virtual-thread context of its own.
 */
final class TenantVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(TenantVerticle.class);

    /** Everything is looked at again this often even if nothing happened: a safety net. */
    private static final long FULL_PASS_MILLIS = 60_000;

    private final TenantContext tenant;
    private final Set<String> dirty = new HashSet<>();
    private TenantView view = new TenantView(this::changed);
    private boolean wishesChanged;
    private boolean scheduled;
    private volatile boolean ready;
    private Optional<Staff> staff = Optional.empty();

    /** Who works here once the view is rebuilt. */
    private record Staff(
            GroupViews views,
            ProtectionGroups groups,
            Failovers failovers,
            Requests requests,
            FencePolicies policies,
            Lane policyLane,
            List<Subscription> subscriptions) {}

    TenantVerticle(TenantContext tenant) {
        this.tenant = tenant;
    }

    boolean isReady() {
        return ready;
    }

    @Override
    public Future<?> start() {
        Tenant is = tenant.tenant();
        view = new TenantView(this::changed);
        Subscription facts =
                tenant.reader().subscribe(Topics.clusters(is.name()), is.name(), this::fact);
        Subscription drbd =
                tenant.reader().subscribe(Topics.drbd(is.name()), is.name(), this::drbd);
        return Future.join(facts.caughtUp(), drbd.caughtUp())
                .onSuccess(_ -> hire(List.of(facts, drbd)));
    }

    /** Only a view that has read its topics to the end may decide anything. */
    private void hire(List<Subscription> subscriptions) {
        Tenant is = tenant.tenant();
        Desk desk = new Desk(tenant, context);
        FencePolicies policies = new FencePolicies(is);
        GroupViews views = new GroupViews(view, is, policies::inForce);
        OwnershipStore ownerships = new OwnershipStore(tenant.quorum(), is.namespace(), view);
        GroupEffects groupEffects = new GroupEffects(tenant, view, ownerships);
        FailoverAdapters adapters =
                new FailoverAdapters(
                        is.namespace(),
                        new FailoverRecords(is),
                        new FailoverStore(tenant.quorum(), is.namespace(), view),
                        new FailoverEffects(tenant, policies),
                        groupEffects,
                        ownerships,
                        new LockLease(tenant, this::everythingChanged),
                        new OperationLog(tenant));
        FailoverSight sight = new FailoverSight(views, is, tenant.instanceId());
        Lane policyLane =
                desk.lane(
                        "fence policies",
                        () -> {
                            installPolicies(policies);
                            return Optional.empty();
                        });
        staff =
                Optional.of(
                        new Staff(
                                views,
                                new ProtectionGroups(desk, views, groupEffects, ownerships),
                                new Failovers(desk, view, views, sight, adapters),
                                new Requests(
                                        desk,
                                        is.namespace(),
                                        view,
                                        views,
                                        new RequestEffects(tenant, view)),
                                policies,
                                policyLane,
                                subscriptions));
        policyLane.wake();
        ready = true;
        vertx.setPeriodic(FULL_PASS_MILLIS, _ -> fullPass());
        everythingChanged();
    }

    private void installPolicies(FencePolicies policies) {
        for (KubernetesCluster site : List.of(tenant.primary(), tenant.dr())) {
            await(policies.install(site));
        }
        everythingChanged();
    }

    private void fullPass() {
        staff.ifPresent(s -> List.of(tenant.primary(), tenant.dr()).forEach(s.policies()::check));
        everythingChanged();
    }

    private void everythingChanged() {
        changed(new Change(TenantView.EVERY_NAMESPACE, true));
    }

    @Override
    public Future<?> stop() {
        ready = false;
        staff.ifPresent(
                s -> {
                    s.subscriptions().forEach(Subscription::close);
                    s.groups().close();
                    s.failovers().close();
                    s.requests().close();
                    s.policyLane().close();
                });
        return Future.succeededFuture();
    }

    private void fact(ReceivedEvent event) {
        if (event.data() == null || event.data() instanceof ClusterFact) {
            view.apply(FactKey.parse(event.key()), (ClusterFact) event.data());
        }
    }

    private void drbd(ReceivedEvent event) {
        String[] key = event.key().split("/", 3);
        if (event.data() instanceof RoutedBeats beats) {
            view.applyBeats(beats);
        } else if (key.length == 3) {
            view.applyDrbd(key[0], key[1], key[2], (RoutedDrbdState) event.data());
        }
    }

    private void changed(Change change) {
        dirty.add(change.namespace());
        wishesChanged |= change.wish();
        if (staff.isPresent() && !scheduled) {
            scheduled = true;
            context.runOnContext(_ -> dispatch());
        }
    }

    private void dispatch() {
        scheduled = false;
        Staff s = staff.orElseThrow();
        boolean everything = dirty.contains(TenantView.EVERY_NAMESPACE);
        for (GroupId group : s.views().groups()) {
            if (everything || dirty.contains(group.namespace())) {
                s.groups().wake(group);
            }
        }
        s.failovers().wake();
        if (wishesChanged || everything) {
            s.requests().wake();
        }
        dirty.clear();
        wishesChanged = false;
        LOG.trace("dispatched");
    }
}
