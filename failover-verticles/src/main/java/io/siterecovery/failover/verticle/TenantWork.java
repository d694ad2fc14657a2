package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.adapter.DefinitionWrites;
import io.siterecovery.failover.adapter.FailoverEffects;
import io.siterecovery.failover.adapter.FailoverRecords;
import io.siterecovery.failover.adapter.FailoverStore;
import io.siterecovery.failover.adapter.FencePolicies;
import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.LockLease;
import io.siterecovery.failover.adapter.NodeTaints;
import io.siterecovery.failover.adapter.OperationLog;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.adapter.RequestEffects;
import io.siterecovery.failover.adapter.ZoneEffects;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.view.Change;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.failover.view.Misfits;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Tenant;
import io.siterecovery.platform.Urgency;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All that decides and acts for one deployment, given its ports: its view, its groups, its
 * failovers and its requests. Everything of it happens in its turns.
 */
public final class TenantWork {

    /** Everything is looked at again this often even if nothing happened: a safety net. */
    private static final Duration FULL_PASS = Duration.ofSeconds(60);

    private final Ports ports;
    private final Turns turns;
    private final Desk desk;
    private final TenantView view = new TenantView(this::changed);
    private final GroupViews views;
    private final OwnershipStore ownerships;
    private final FencePolicies policies;
    private final ProtectionGroups groups;
    private final Definitions definitions;
    private final Departures departures;
    private final MisfitReports misfits;
    private final Failovers failovers;
    private final Requests requests;
    private final Zones zones;
    private final Lanes<KubernetesApi> policyLanes;
    private final Lane beginning;
    private Set<Change> dirty = new LinkedHashSet<>();
    private boolean scheduled;
    private boolean begun;
    private Turns.@Nullable Timer fullPass;

    /**
     * @param jitter for retries, so that many do not come at once
     */
    public TenantWork(Ports ports, Turns turns, Decisions decisions, RandomGenerator jitter) {
        this.ports = ports;
        this.turns = turns;
        Tenant tenant = ports.tenant();
        desk = new Desk(ports, turns, jitter);
        policies = new FencePolicies(tenant);
        views = new GroupViews(view, tenant, policies::inForce, this::findings);
        ownerships = new OwnershipStore(ports.quorum(), tenant.namespace(), view);
        GroupEffects groupEffects = new GroupEffects(ports, view, ownerships);
        FailoverAdapters adapters =
                new FailoverAdapters(
                        tenant.namespace(),
                        new FailoverRecords(tenant),
                        new FailoverStore(ports.quorum(), tenant.namespace(), view),
                        new FailoverEffects(ports, policies, view),
                        groupEffects,
                        new NodeTaints(ports, view),
                        ownerships,
                        new LockLease(ports, ownerships, this::answers, this::everythingChanged),
                        new OperationLog(ports));
        FailoverSight sight = new FailoverSight(views, tenant, ports.instanceId());
        groups = new ProtectionGroups(desk, views, groupEffects, ownerships, decisions);
        definitions =
                new Definitions(
                        desk,
                        tenant,
                        view,
                        views,
                        new DefinitionWrites(ports),
                        ownerships,
                        groups::wake);
        departures = new Departures(desk, views, groupEffects, ownerships);
        misfits = new MisfitReports(desk, new Misfits(view, tenant), groupEffects);
        failovers = new Failovers(desk, view, views, sight, adapters, decisions);
        requests =
                new Requests(
                        desk, tenant.namespace(), view, views, new RequestEffects(ports, view));
        zones = new Zones(desk, tenant, view, views, new ZoneEffects(ports, view), decisions);
        policyLanes = desk.lanes(_ -> Urgency.NORMAL, this::installPolicies);
        beginning = desk.lane("beginning", this::whoActedUntilNow);
    }

    /** A record of {@code dr-<d>.clusters}. */
    public void fact(ReceivedEvent event) {
        if (event.data() == null || event.data() instanceof ClusterFact) {
            view.apply(FactKey.parse(event.key()), (ClusterFact) event.data());
        }
    }

    /** A record of {@code dr-<d>.drbd}. */
    public void drbd(ReceivedEvent event) {
        String[] key = event.key().split("/", 3);
        if (event.data() instanceof RoutedBeats beats) {
            view.applyBeats(beats);
        } else if (key.length == 3) {
            view.applyDrbd(key[0], key[1], key[2], (RoutedDrbdState) event.data());
        }
    }

    /** The topics were read to their ends: only now may anything be decided. */
    public void begin() {
        begun = true;
        sites().forEach(policyLanes::wake);
        fullPassLater();
        beginning.wake();
    }

    /** Nothing is done for any group before that is known, from where it is stored. */
    private Optional<Instant> whoActedUntilNow() {
        desk.begin(await(ownerships.readAll()));
        everythingChanged();
        return Optional.empty();
    }

    public void close() {
        begun = false;
        desk.close();
        if (fullPass != null) {
            fullPass.cancel();
        }
        groups.close();
        definitions.close();
        departures.close();
        misfits.close();
        failovers.close();
        requests.close();
        zones.close();
        policyLanes.close();
        beginning.close();
    }

    /** Each site for itself: one that is silent must not keep the other unfenced. */
    private Optional<Instant> installPolicies(KubernetesApi site) {
        await(policies.install(site));
        everythingChanged();
        return Optional.empty();
    }

    private Findings findings(GroupId group) {
        return definitions.findings(group);
    }

    private boolean answers(String site) {
        return view.reachability(site).filter(ReachabilityFact::reachable).isPresent();
    }

    private List<KubernetesApi> sites() {
        return List.of(ports.primary(), ports.dr());
    }

    private void fullPassLater() {
        fullPass = turns.after(FULL_PASS, this::fullPass);
    }

    private void fullPass() {
        if (begun) {
            fullPassLater();
            sites().forEach(policies::check);
            everythingChanged();
        }
    }

    private void everythingChanged() {
        changed(new Change.Everything());
    }

    private void changed(Change change) {
        views.changed(change);
        dirty.add(change);
        if (begun && !scheduled) {
            scheduled = true;
            turns.take(this::dispatch);
        }
    }

    private void dispatch() {
        scheduled = false;
        if (!begun) {
            return;
        }
        Set<Change> changes = dirty;
        dirty = new LinkedHashSet<>();
        boolean everything = changes.stream().anyMatch(Change.Everything.class::isInstance);
        List<GroupId> concerned =
                views.concerned(everything ? Set.of(new Change.Everything()) : changes);
        concerned.forEach(groups::wake);
        if (changes.stream().anyMatch(Change.Running.class::isInstance)) {
            concerned.forEach(departures::stir);
            defined(everything, changes);
        } else {
            concerned.forEach(definitions::wake);
            concerned.forEach(departures::wake);
        }
        if (everything) {
            views.keepOnly(views.groups());
            failovers.wakeAll();
            zones.wakeAll();
        } else {
            failovers.wake(concerned, changes);
            concerned.forEach(zones::wake);
        }
        if (changes.stream().anyMatch(TenantWork::isWish)) {
            requests.wake();
        }
        if (changes.stream().anyMatch(TenantWork::isDefinition)) {
            misfits.wake();
        }
    }

    private void defined(boolean everything, Set<Change> changes) {
        Set<Change> defining =
                everything ? Set.of(new Change.Everything()) : new LinkedHashSet<>(changes);
        if (!everything) {
            defining.removeIf(Change.Running.class::isInstance);
        }
        List<GroupId> concerned = views.concerned(defining);
        concerned.forEach(definitions::wake);
        concerned.forEach(departures::wake);
    }

    /** Whether what defines a group may have changed. */
    private static boolean isDefinition(Change change) {
        return switch (change) {
            case Change.Everything _, Change.Namespace _, Change.Wish _ -> true;
            case Change.Group _,
                    Change.Operation _,
                    Change.Edge _,
                    Change.Running _,
                    Change.Machines _,
                    Change.Beats _ ->
                    false;
        };
    }

    /** Whether one of our own resources may have changed. */
    private static boolean isWish(Change change) {
        return switch (change) {
            case Change.Everything _,
                    Change.Namespace _,
                    Change.Wish _,
                    Change.Group _,
                    Change.Operation _,
                    Change.Edge _ ->
                    true;
            case Change.Machines _, Change.Running _, Change.Beats _ -> false;
        };
    }
}
