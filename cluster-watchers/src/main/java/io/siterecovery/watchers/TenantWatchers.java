package io.siterecovery.watchers;

import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.TenantContext;
import io.siterecovery.platform.TenantPart;
import io.siterecovery.watchers.core.ResourceOwners;
import io.siterecovery.watchers.core.WatchedKind;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is watched and routed for one tenant. All of it happens on the tenant's context. */
final class TenantWatchers implements TenantPart {

    /** What is on its way to the topics arrives before the next instance reads them. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final TenantContext tenant;
    private final Context context;
    private final LatestStates facts;
    private final LatestStates routed;
    private final ResourceOwners owners = new ResourceOwners();
    private final Map<String, ReachabilityMonitor> monitors = new LinkedHashMap<>();
    private final List<ClusterWatch> watches = new ArrayList<>();
    private final Map<String, DrbdRouter> routers = new HashMap<>();
    private volatile boolean stopped;

    TenantWatchers(TenantContext tenant) {
        this.tenant = tenant;
        this.context = tenant.vertx().getOrCreateContext();
        LatestStates.Outlet outlet = LatestStates.Outlet.of(tenant);
        this.facts =
                new LatestStates(
                        outlet, Topics.clusters(tenant.tenant().name()), this::factOverwritten);
        this.routed =
                new LatestStates(
                        outlet, Topics.drbd(tenant.tenant().name()), this::routedOverwritten);
    }

    /**
     * Completes when nothing of an earlier life passes for complete any more; what the clusters
     * have comes after that.
     */
    Future<TenantWatchers> start() {
        Map<String, ReachabilityFact> before = new HashMap<>();
        Future<Void> factsRead =
                facts.readBack(
                        (key, data) -> {
                            if (data instanceof ReachabilityFact fact) {
                                before.put(key, fact);
                            } else if (data instanceof PersistentVolumeFact volume) {
                                owners.put(key, volume);
                            }
                        });
        return Future.all(factsRead, routed.readBack((key, data) -> {}))
                .compose(
                        done -> {
                            forgetOtherClusters();
                            for (KubernetesCluster cluster : clusters()) {
                                watch(cluster, before.get(cluster.name()));
                            }
                            return facts.settled();
                        })
                .map(
                        done -> {
                            watches.forEach(ClusterWatch::start);
                            routeIfKnown(tenant.primary());
                            routeIfKnown(tenant.dr());
                            return this;
                        });
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        Promise<Void> done = Promise.promise();
        context.runOnContext(
                now -> {
                    watches.forEach(ClusterWatch::stop);
                    monitors.values().forEach(ReachabilityMonitor::stop);
                    routers.values().forEach(DrbdRouter::stop);
                    Future.all(facts.settled(), routed.settled())
                            .timeout(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                            .onComplete(
                                    said -> {
                                        facts.close();
                                        routed.close();
                                        done.complete();
                                    });
                });
        return done.future();
    }

    @Override
    public Optional<String> notReady() {
        List<String> missing = new ArrayList<>();
        monitors.values().forEach(monitor -> monitor.notReady().ifPresent(missing::add));
        List.copyOf(routers.values()).forEach(router -> router.notReady().ifPresent(missing::add));
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", missing));
    }

    private List<KubernetesCluster> clusters() {
        return List.of(tenant.primary(), tenant.dr(), tenant.quorum());
    }

    /** What was published of clusters that are not this tenant's any more. */
    private void forgetOtherClusters() {
        Set<String> ours = Set.of(tenant.tenant().primary(), tenant.tenant().dr(), FactKey.QUORUM);
        for (String key : facts.keys()) {
            if (!ours.contains(FactKey.parse(key).cluster())) {
                facts.remove(key, "/");
                owners.put(key, null);
            }
        }
        for (String key : routed.keys()) {
            if (!ours.contains(key.split("/", 2)[0])) {
                routed.remove(key, "/");
            }
        }
    }

    private void factOverwritten(String key) {
        FactKey fact = FactKey.parse(key);
        ReachabilityMonitor monitor = monitors.get(fact.cluster());
        if (monitor == null) {
            return;
        }
        if (fact.isReachability()) {
            monitor.publish();
        }
        watches.stream()
                .filter(watch -> !fact.isReachability() && watch.cluster().equals(fact.cluster()))
                .forEach(watch -> watch.readAgain(fact.kind()));
    }

    private void routedOverwritten(String key) {
        DrbdRouter router = routers.get(key.split("/", 2)[0]);
        if (router != null) {
            router.routeAgain(key);
        }
    }

    private void watch(KubernetesCluster cluster, @Nullable ReachabilityFact before) {
        boolean quorum = cluster.name().equals(FactKey.QUORUM);
        ReachabilityMonitor monitor =
                new ReachabilityMonitor(
                        tenant, cluster, facts, before, () -> routeIfKnown(cluster));
        monitors.put(cluster.name(), monitor);
        watches.add(
                new ClusterWatch(
                        tenant,
                        cluster,
                        quorum ? WatchedKind.ofQuorumCluster() : WatchedKind.ofWorkloadCluster(),
                        quorum ? tenant.tenant().namespace() : null,
                        facts,
                        monitor,
                        this::volumeChanged));
        monitor.start();
    }

    private void volumeChanged(String key, @Nullable ClusterFact fact) {
        for (String resource : owners.put(key, (PersistentVolumeFact) fact)) {
            routers.values().forEach(router -> router.ownershipChanged(resource));
        }
    }

    private boolean isInDoubt() {
        return monitors.values().stream().anyMatch(ReachabilityMonitor::isInDoubt);
    }

    private void routeIfKnown(KubernetesCluster cluster) {
        String name = cluster.name();
        if (stopped || name.equals(FactKey.QUORUM) || routers.containsKey(name)) {
            return;
        }
        cluster.siteId()
                .ifPresent(
                        siteId -> {
                            DrbdRouter router =
                                    new DrbdRouter(
                                            tenant, name, siteId, owners, routed, this::isInDoubt);
                            routers.put(name, router);
                            router.start();
                        });
    }
}
