package io.siterecovery.watchers;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.Selector;
import io.siterecovery.platform.TenantContext;
import io.siterecovery.platform.Watch;
import io.siterecovery.watchers.core.ClusterFacts;
import io.siterecovery.watchers.core.Projections;
import io.siterecovery.watchers.core.WatchedKind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the kinds of one cluster and keeps their facts published. */
final class ClusterWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

    /**
     * An API server that starts up says 404 for kinds it will serve in a moment: only when it has
     * said so for this long is a kind taken to be not installed.
     */
    private static final Duration NOT_INSTALLED_AFTER = Duration.ofSeconds(3);

    private static final Duration AGAIN = Duration.ofMillis(100);

    private enum Progress {
        LISTING,
        LISTED,
        NOT_SERVED,
        NOT_INSTALLED,
        LOST
    }

    private final TenantContext tenant;
    private final KubernetesCluster cluster;
    private final @Nullable String namespace;
    private final LatestStates states;
    private final ClusterFacts facts;
    private final BiConsumer<String, @Nullable ClusterFact> onVolume;
    private final Map<WatchedKind, Progress> progress = new EnumMap<>(WatchedKind.class);
    private final Map<WatchedKind, Watch> watches = new EnumMap<>(WatchedKind.class);
    private final Map<String, Set<String>> leftovers = new HashMap<>();
    private final Set<String> again = new HashSet<>();
    private final ReachabilityMonitor monitor;
    private boolean stopped;

    /**
     * @param namespace the only one to be followed; null for all
     * @param onVolume told of each PersistentVolume of ours, null when it is gone
     */
    ClusterWatch(
            TenantContext tenant,
            KubernetesCluster cluster,
            List<WatchedKind> kinds,
            @Nullable String namespace,
            LatestStates states,
            ReachabilityMonitor monitor,
            BiConsumer<String, @Nullable ClusterFact> onVolume) {
        this.tenant = tenant;
        this.cluster = cluster;
        this.namespace = namespace;
        this.states = states;
        this.monitor = monitor;
        this.onVolume = onVolume;
        this.facts =
                new ClusterFacts(
                        namespace == null ? tenant.tenant()::ownsNamespace : namespace::equals);
        kinds.forEach(kind -> progress.put(kind, Progress.LISTING));
    }

    String cluster() {
        return cluster.name();
    }

    void start() {
        noteLeftovers(_ -> true);
        for (String kind : Set.copyOf(leftovers.keySet())) {
            if (progress.keySet().stream().noneMatch(k -> k.resource().qualified().equals(kind))) {
                bury(kind);
            }
        }
        for (WatchedKind kind : progress.keySet()) {
            // Whose an attachment is follows from its volume: volumes first.
            if (kind != WatchedKind.VOLUME_ATTACHMENT) {
                follow(kind);
            }
        }
    }

    /** What is published of a kind is not what we said: it is listed once more. */
    void readAgain(String kind) {
        if (stopped || !again.add(kind)) {
            return;
        }
        // What one instance wrote over another's words comes in bursts.
        tenant.vertx()
                .setTimer(
                        AGAIN.toMillis(),
                        fired -> {
                            again.remove(kind);
                            if (!stopped) {
                                followAgain(kind);
                            }
                        });
    }

    private void followAgain(String qualified) {
        noteLeftovers(qualified::equals);
        for (WatchedKind kind : List.copyOf(watches.keySet())) {
            Watch watch = watches.get(kind);
            if (watch != null && kind.resource().qualified().equals(qualified)) {
                watch.close();
                progressed(kind, Progress.LISTING);
                follow(kind);
            }
        }
    }

    /** What the topic has of this cluster until the cluster itself has been asked. */
    private void noteLeftovers(Predicate<String> kinds) {
        for (String key : states.keys()) {
            FactKey parsed = FactKey.parse(key);
            if (parsed.cluster().equals(cluster.name())
                    && !parsed.isReachability()
                    && kinds.test(parsed.kind())) {
                leftovers.computeIfAbsent(parsed.kind(), none -> new HashSet<>()).add(key);
            }
        }
    }

    void stop() {
        stopped = true;
        watches.values().forEach(Watch::close);
    }

    private void follow(WatchedKind kind) {
        watches.put(
                kind,
                cluster.follow(kind.resource(), namespace, selector(kind), new OneKind(kind)));
    }

    private static Selector selector(WatchedKind kind) {
        return switch (kind) {
            case LAUNCHER_POD -> Selector.labels("kubevirt.io=virt-launcher");
            case FENCE -> Selector.named(ApiGroups.FENCE);
            case SECRET,
                    CONFIG_MAP,
                    SERVICE_ACCOUNT,
                    NETWORK_ATTACHMENT,
                    INSTANCETYPE,
                    CLUSTER_INSTANCETYPE,
                    PREFERENCE,
                    CLUSTER_PREFERENCE,
                    CONTROLLER_REVISION ->
                    Selector.METADATA;
            case VIRTUAL_MACHINE,
                    VIRTUAL_MACHINE_INSTANCE,
                    PERSISTENT_VOLUME_CLAIM,
                    PERSISTENT_VOLUME,
                    STORAGE_CLASS,
                    NODE,
                    VOLUME_ATTACHMENT,
                    PROTECTION_GROUP,
                    FAILOVER,
                    ALIAS_PROTECTION_GROUP,
                    ALIAS_FAILOVER,
                    GROUP_OWNERSHIP,
                    PROTECTION_ZONE ->
                    Selector.ALL;
        };
    }

    private void apply(ClusterFacts.Change change) {
        String key =
                new FactKey(
                                cluster.name(),
                                change.kind().resource().qualified(),
                                change.namespace(),
                                change.name())
                        .toString();
        Set<String> earlier = leftovers.get(change.kind().resource().qualified());
        if (earlier != null) {
            earlier.remove(key);
        }
        ClusterFact fact = change.fact();
        if (fact == null) {
            states.remove(key, source());
        } else {
            states.put(key, (Record) fact, source());
        }
        if (change.kind() == WatchedKind.PERSISTENT_VOLUME) {
            onVolume.accept(key, fact);
        }
    }

    /** Tombstones for what an earlier life published and the cluster does not have any more. */
    private void bury(String kind) {
        bury(kind, _ -> true);
    }

    private void bury(String kind, Predicate<String> covered) {
        Set<String> gone = leftovers.getOrDefault(kind, Set.of());
        for (String key : List.copyOf(gone)) {
            if (covered.test(FactKey.parse(key).name())) {
                gone.remove(key);
                states.remove(key, source());
                if (kind.equals(WatchedKind.PERSISTENT_VOLUME.resource().qualified())) {
                    onVolume.accept(key, null);
                }
            }
        }
    }

    private void progressed(WatchedKind kind, Progress now) {
        progress.put(kind, now);
        if (!isComplete()) {
            monitor.completeness(false, missing());
            return;
        }
        states.settled()
                .onSuccess(
                        published -> {
                            if (!stopped && isComplete()) {
                                monitor.completeness(true, missing());
                            }
                        });
    }

    /** What only tells of configuration may be closed to us: nothing is proven by its absence. */
    private boolean isComplete() {
        return progress.entrySet().stream()
                .allMatch(
                        e ->
                                e.getValue() == Progress.LISTED
                                        || e.getValue() == Progress.NOT_INSTALLED
                                        || e.getKey().isConfiguration());
    }

    private String missing() {
        Set<String> lines = new TreeSet<>();
        progress.forEach(
                (kind, p) -> {
                    if (p == Progress.NOT_INSTALLED || p == Progress.NOT_SERVED) {
                        lines.add("not installed: " + kind.resource().qualified());
                    } else if (p == Progress.LOST) {
                        lines.add("not followed: " + kind.resource().qualified());
                    }
                });
        return String.join(", ", lines);
    }

    private String source() {
        return "/clusters/" + cluster.name();
    }

    private final class OneKind implements Follower {

        private final WatchedKind kind;

        OneKind(WatchedKind kind) {
            this.kind = kind;
        }

        @Override
        public void observed(GenericKubernetesResource object) {
            String name = object.getMetadata().getName();
            String in = object.getMetadata().getNamespace();
            if (!kind.covers(name)) {
                return;
            }
            ClusterFact fact = Projections.project(kind, object);
            facts.observed(kind, in == null ? "" : in, name, fact)
                    .forEach(ClusterWatch.this::apply);
        }

        @Override
        public void vanished(String in, String name) {
            if (kind.covers(name)) {
                facts.vanished(kind, in, name).forEach(ClusterWatch.this::apply);
            }
        }

        @Override
        public void listed() {
            bury(kind.resource().qualified(), kind::covers);
            progressed(kind, Progress.LISTED);
            if (kind == WatchedKind.PERSISTENT_VOLUME
                    && !watches.containsKey(WatchedKind.VOLUME_ATTACHMENT)) {
                follow(WatchedKind.VOLUME_ATTACHMENT);
            }
        }

        @Override
        public void lost(KubernetesFailure failure) {
            LOG.atInfo()
                    .addKeyValue("tenant", tenant.tenant().name())
                    .addKeyValue("cluster", cluster.name())
                    .addKeyValue("kind", kind.resource().qualified())
                    .addKeyValue("reason", failure.reason())
                    .addKeyValue("said", failure.message())
                    .log("not followed for now");
            switch (failure.reason()) {
                case NOT_FOUND -> notServed();
                case UNREACHABLE, OTHER -> {
                    progressed(kind, Progress.LOST);
                    monitor.suspect();
                }
                case CONFLICT, ALREADY_EXISTS, FORBIDDEN, INVALID, EXPIRED, WRONG_CLUSTER ->
                        progressed(kind, Progress.LOST);
            }
        }

        private void notServed() {
            Set<String> earlier = leftovers.get(kind.resource().qualified());
            if (progress.get(kind) == Progress.LISTED || (earlier != null && !earlier.isEmpty())) {
                // It was there: silence about it is no proof that its objects are gone.
                progressed(kind, Progress.LOST);
                return;
            }
            progressed(kind, Progress.NOT_SERVED);
            tenant.vertx()
                    .setTimer(
                            NOT_INSTALLED_AFTER.toMillis(),
                            fired -> {
                                if (progress.get(kind) == Progress.NOT_SERVED && !stopped) {
                                    progressed(kind, Progress.NOT_INSTALLED);
                                }
                            });
        }
    }
}
