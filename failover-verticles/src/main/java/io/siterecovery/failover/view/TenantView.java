package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.core.group.PastMoves;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ResourceKind;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one deployment: the last word on each object and each DRBD resource.
 *
 * <p>Facts arrive from the topics, and as answers to our own writes, which may overtake them: of
 * two words on one object the one with the higher resourceVersion stays. Used from one Vert.x
 * context only.
 */
public final class TenantView {

    private record Shelf(String cluster, String kind, String namespace) {}

    private final Map<Shelf, TreeMap<String, ClusterFact>> shelves = new HashMap<>();
    private final Links links = new Links();
    private final Changes changes = new Changes(links);
    private final PastFailovers past = new PastFailovers();
    private final Map<String, Map<String, String>> volumeByClaim = new HashMap<>();
    private final Map<String, Map<String, List<String>>> taints = new HashMap<>();
    private final Map<String, ReachabilityFact> reachability = new HashMap<>();
    private final Map<String, Map<String, RoutedDrbdState>> drbd = new HashMap<>();
    private final Cuts cuts = new Cuts();
    private final Map<String, RoutedBeats> beats = new HashMap<>();
    private final Map<String, Long> seenThrough = new HashMap<>();
    private final Consumer<Change> changed;
    private boolean beatsAwaited;
    private long version;

    /** Made with the one who is told of each change. */
    public TenantView(Consumer<Change> changed) {
        this.changed = changed;
    }

    /** Another one as soon as anything is known that was not. */
    public long version() {
        return version;
    }

    /** Takes in a fact, or with null that the object is gone. */
    public void apply(FactKey key, @Nullable ClusterFact fact) {
        version++;
        if (key.isReachability()) {
            if (fact instanceof ReachabilityFact r) {
                reachability.put(key.cluster(), r);
                changed.accept(new Change.Everything());
            }
            return;
        }
        Map<String, ClusterFact> shelf =
                shelves.computeIfAbsent(
                        new Shelf(key.cluster(), key.kind(), key.namespace()),
                        s -> new TreeMap<>());
        ClusterFact known = shelf.get(key.name());
        if (fact != null && known != null && isOlder(fact, known)) {
            return;
        }
        if (fact == null) {
            shelf.remove(key.name());
        } else {
            shelf.put(key.name(), fact);
        }
        if (key.kind().equals(ResourceKind.NODE.qualified())) {
            noteTaints(key, fact);
        }
        if (fact instanceof PersistentVolumeFact pv && pv.claimName() != null) {
            volumeByClaim
                    .computeIfAbsent(key.cluster(), c -> new HashMap<>())
                    .put(pv.claimNamespace() + "/" + pv.claimName(), key.name());
        }
        if (fact == null ? known != null : !fact.equals(known)) {
            // Whom it concerned until now, and whom it concerns from now on.
            Change until = changes.of(key, known, fact);
            links.moved(key, known, fact);
            past.moved(key, fact);
            Change from = changes.of(key, known, fact);
            changed.accept(from);
            if (!until.equals(from)) {
                changed.accept(until);
            }
        }
    }

    /** The answer to our patch of what was seen: if that is gone meanwhile, it stays gone. */
    public void patched(FactKey key, ClusterFact answer) {
        if (known(key) != null) {
            apply(key, answer);
        }
    }

    /** A call found nothing where this was seen, unless more is known of it meanwhile. */
    public void notFound(FactKey key, ClusterFact seen) {
        if (seen.equals(known(key))) {
            apply(key, null);
        }
    }

    private @Nullable ClusterFact known(FactKey key) {
        Map<String, ClusterFact> shelf =
                shelves.get(new Shelf(key.cluster(), key.kind(), key.namespace()));
        return shelf == null ? null : shelf.get(key.name());
    }

    private void noteTaints(FactKey key, @Nullable ClusterFact fact) {
        Map<String, List<String>> nodes =
                taints.computeIfAbsent(key.cluster(), c -> new HashMap<>());
        if (fact instanceof NodeFact node && !node.taints().isEmpty()) {
            nodes.put(key.name(), node.taintKeys());
        } else {
            nodes.remove(key.name());
        }
    }

    /** Whether any node of a cluster has a taint with one of these keys. */
    public boolean hasTaints(String cluster, Set<String> keys) {
        return taints.getOrDefault(cluster, Map.of()).values().stream()
                .anyMatch(on -> on.stream().anyMatch(keys::contains));
    }

    /** Takes in one node's word on one resource, or with null that it has no such resource. */
    public void applyDrbd(
            String cluster, String node, String resource, @Nullable RoutedDrbdState state) {
        version++;
        Map<String, RoutedDrbdState> nodes = drbd.computeIfAbsent(resource, r -> new TreeMap<>());
        String place = cluster + "/" + node;
        RoutedDrbdState known = nodes.get(place);
        if (state != null && known != null && isOlder(state, known)) {
            return;
        }
        if (state == null) {
            nodes.remove(place);
            cuts.gone(cluster, node, resource);
        } else {
            nodes.put(place, state);
            cuts.said(state);
        }
        // LINSTOR names a resource after its PV unless told otherwise; any other costs one more
        // look.
        changed.accept(links.volume(cluster, resource));
    }

    public void applyBeats(RoutedBeats heard) {
        version++;
        RoutedBeats before = beats.put(heard.cluster(), heard);
        boolean advanced = false;
        for (var entry : heard.beats().entrySet()) {
            Long acknowledged = entry.getValue().acknowledgedOffset();
            String place = heard.cluster() + "/" + entry.getKey();
            if (acknowledged != null && acknowledged > seenThrough.getOrDefault(place, -1L)) {
                seenThrough.put(place, acknowledged);
                advanced = true;
            }
        }
        boolean nodesChanged =
                before == null || !before.beats().keySet().equals(heard.beats().keySet());
        if (nodesChanged) {
            changed.accept(new Change.Everything());
        } else if (advanced && beatsAwaited) {
            changed.accept(new Change.Beats());
        }
        if (advanced) {
            beatsAwaited = false;
        }
    }

    /** Somebody cannot go on before a later word of an agent: the next one is a change. */
    public void awaitBeats() {
        beatsAwaited = true;
    }

    public <T extends ClusterFact> Optional<T> get(
            Class<T> type, String cluster, ResourceKind kind, String namespace, String name) {
        return Optional.ofNullable(shelf(cluster, kind, namespace).get(name))
                .filter(type::isInstance)
                .map(type::cast);
    }

    /** All facts of a kind in a namespace, by name. */
    public Map<String, ClusterFact> shelf(String cluster, ResourceKind kind, String namespace) {
        return shelves.getOrDefault(
                new Shelf(cluster, kind.qualified(), namespace), new TreeMap<>());
    }

    /** Namespaces that hold a fact of this kind. */
    public Collection<String> namespaces(String cluster, ResourceKind kind) {
        return shelves.entrySet().stream()
                .filter(e -> !e.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .filter(s -> s.cluster().equals(cluster) && s.kind().equals(kind.qualified()))
                .map(Shelf::namespace)
                .toList();
    }

    public Optional<ReachabilityFact> reachability(String cluster) {
        return Optional.ofNullable(reachability.get(cluster));
    }

    /** The volume that a claim is meant to bind, by the volume's own claimRef. */
    public Optional<String> volumeFor(String cluster, String namespace, String claim) {
        return Optional.ofNullable(
                volumeByClaim.getOrDefault(cluster, Map.of()).get(namespace + "/" + claim));
    }

    public List<LauncherPodFact> launchers(String cluster, String namespace, String vm) {
        return links.launchers(cluster, namespace, vm).values().stream()
                .filter(p -> !p.phase().equals("Succeeded") && !p.phase().equals("Failed"))
                .toList();
    }

    /**
     * VMs of a namespace that carry the claim of a group, on whatever cluster.
     *
     * @param owner {@code <deployment>/<namespace>.<group>}
     */
    public Set<String> claimed(String owner, String namespace) {
        return links.claimed(owner, namespace);
    }

    /** VMs of a cluster that need an object of it. */
    public Set<String> needing(FactKey key) {
        return links.needing(key.cluster(), key);
    }

    /** VMs of a cluster with a claim among their disks. */
    public Set<String> users(String cluster, String namespace, String claim) {
        return links.users(cluster, namespace, claim);
    }

    /**
     * A claim in the same DRBD resource as a volume that is no disk of these VMs, as {@code
     * namespace/name}.
     */
    public Optional<String> neighbour(
            String cluster, String volume, String namespace, List<String> vms) {
        return links.neighbour(cluster, volume, namespace, vms);
    }

    public PastMoves pastMoves(GroupId group) {
        return past.of(group);
    }

    /** Claims that hold the state of a VM's TPM and firmware. */
    public Set<String> stateDisks(String cluster, String namespace, String vm) {
        return links.stateDisks(cluster, namespace, vm);
    }

    public boolean attached(String cluster, String volume) {
        return links.attached(cluster, volume);
    }

    public Collection<RoutedDrbdState> drbd(String resource) {
        return drbd.getOrDefault(resource, Map.of()).values();
    }

    /** What the nodes of one cluster last said of each of their resources. */
    public List<RoutedDrbdState> drbdOf(String cluster) {
        return drbd.values().stream()
                .flatMap(nodes -> nodes.values().stream())
                .filter(said -> said.cluster().equals(cluster))
                .toList();
    }

    /** Since when a connection that a node told of last is cut; empty while it is connected. */
    public Optional<Instant> cutSince(RoutedDrbdState said, Peer peer) {
        return cuts.since(said, peer);
    }

    /** Nodes of a cluster that ever said anything of a resource. */
    public Set<String> nodes(String cluster) {
        Set<String> nodes = new HashSet<>();
        drbdOf(cluster).forEach(said -> nodes.add(said.state().node()));
        beats(cluster).ifPresent(b -> nodes.addAll(b.beats().keySet()));
        return nodes;
    }

    public Optional<RoutedBeats> beats(String cluster) {
        return Optional.ofNullable(beats.get(cluster));
    }

    public Optional<RoutedBeats.RoutedBeat> beat(String cluster, String node) {
        return Optional.ofNullable(beats.get(cluster)).map(b -> b.beats().get(node));
    }

    /**
     * The highest offset of the site's topic of which it is sure that the node's last word was
     * given later: one that its own beat names as acknowledged. Where the beat itself landed tells
     * nothing, since it may have waited on its way.
     */
    public long seenThrough(String cluster, String node) {
        return seenThrough.getOrDefault(cluster + "/" + node, -1L);
    }

    private static boolean isOlder(ClusterFact fact, ClusterFact known) {
        return version(fact) < version(known);
    }

    /** Passed on late by an instance that slept; a topic that was made anew begins at 0 again. */
    private static boolean isOlder(RoutedDrbdState state, RoutedDrbdState known) {
        return state.siteId().equals(known.siteId())
                && state.offset() < known.offset()
                && state.appendedAt().isBefore(known.appendedAt());
    }

    private static long version(ClusterFact fact) {
        ObjectMeta meta = Facts.meta(fact);
        try {
            return meta == null ? -1 : Long.parseLong(meta.resourceVersion());
        } catch (NumberFormatException opaque) {
            return -1;
        }
    }
}
