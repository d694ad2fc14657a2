package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.model.ApiGroups;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which object points to which, from the other end: nobody has to search through all of a kind. */
final class Links implements Changes.Disks {

    private record Claim(String namespace, String name) {}

    private record Configuration(String kind, String namespace, String name) {}

    private record Volume(String cluster, String name) {}

    private record Machine(String cluster, String namespace, String name) {}

    /** Always in one order: what is seen must not depend on chance. */
    private static final Comparator<Object> BY_TEXT = Comparator.comparing(Object::toString);

    private final Map<Claim, Set<Machine>> users = new HashMap<>();
    private final Map<String, Set<Machine>> claimed = new HashMap<>();
    private final Map<Volume, Volume> handles = new HashMap<>();
    private final Map<Volume, Set<String>> resources = new HashMap<>();
    private final Map<Configuration, Set<Machine>> needing = new HashMap<>();
    private final Map<Machine, Set<String>> stateDisks = new HashMap<>();
    private final Map<Volume, Map<FactKey, Claim>> claims = new HashMap<>();
    private final Map<Volume, Set<FactKey>> attachments = new HashMap<>();
    private final Map<Machine, Map<String, LauncherPodFact>> launchers = new HashMap<>();

    /** An object has changed. */
    void moved(FactKey key, @Nullable ClusterFact before, @Nullable ClusterFact after) {
        if (before != null) {
            link(key, before, false);
        }
        if (after != null) {
            link(key, after, true);
        }
    }

    private void link(FactKey key, ClusterFact fact, boolean on) {
        switch (fact) {
            case VirtualMachineFact vm -> {
                Machine machine = new Machine(key.cluster(), key.namespace(), key.name());
                vm.claims().forEach(c -> set(users, new Claim(key.namespace(), c), machine, on));
                String claim = vm.meta().annotations().get(ApiGroups.CLAIM);
                if (claim != null) {
                    set(claimed, owner(claim), machine, on);
                }
                if (vm.definition() != null) {
                    vm.definition()
                            .needs()
                            .forEach(
                                    n ->
                                            set(
                                                    needing,
                                                    new Configuration(
                                                            n.kind(), n.namespace(), n.name()),
                                                    machine,
                                                    on));
                }
            }
            case PersistentVolumeClaimFact pvc -> claim(key, pvc, on);
            case PersistentVolumeFact pv -> volume(key, pv, on);
            case VolumeAttachmentFact at ->
                    set(attachments, new Volume(key.cluster(), at.volume()), key, on);
            case LauncherPodFact pod ->
                    put(
                            launchers,
                            new Machine(key.cluster(), key.namespace(), pod.vm()),
                            key.name(),
                            pod,
                            on);
            default -> {}
        }
    }

    private void volume(FactKey key, PersistentVolumeFact pv, boolean on) {
        Volume volume = new Volume(key.cluster(), key.name());
        if (pv.claimNamespace() != null && pv.claimName() != null) {
            put(claims, volume, key, new Claim(pv.claimNamespace(), pv.claimName()), on);
        }
        if (pv.volumeHandle() != null) {
            // A consistency group is one resource with several volumes.
            Volume resource = new Volume(key.cluster(), pv.volumeHandle().split("/", 2)[0]);
            set(resources, resource, key.name(), on);
            if (on) {
                handles.put(volume, resource);
            } else {
                handles.remove(volume);
            }
        }
    }

    private void claim(FactKey key, PersistentVolumeClaimFact pvc, boolean on) {
        Claim claim = new Claim(key.namespace(), key.name());
        if (pvc.volumeName() != null) {
            put(claims, new Volume(key.cluster(), pvc.volumeName()), key, claim, on);
        }
        if (pvc.stateOf() != null) {
            Machine machine = new Machine(key.cluster(), key.namespace(), pvc.stateOf());
            set(users, claim, machine, on);
            set(stateDisks, machine, key.name(), on);
        }
    }

    /** Deployment and group of a claim: what comes before its epoch. */
    private static String owner(String claim) {
        String[] parts = claim.split("/", 3);
        return parts.length < 2 ? claim : parts[0] + "/" + parts[1];
    }

    /**
     * VMs that carry the claim of a group, on whatever cluster.
     *
     * @param owner {@code <deployment>/<namespace>.<group>}
     */
    Set<String> claimed(String owner, String namespace) {
        Set<String> vms = new TreeSet<>();
        for (Machine machine : claimed.getOrDefault(owner, Set.of())) {
            if (machine.namespace().equals(namespace)) {
                vms.add(machine.name());
            }
        }
        return vms;
    }

    /** VMs of a cluster that need an object. */
    Set<String> needing(String cluster, FactKey key) {
        Set<String> vms = new TreeSet<>();
        needing
                .getOrDefault(new Configuration(key.kind(), key.namespace(), key.name()), Set.of())
                .stream()
                .filter(machine -> machine.cluster().equals(cluster))
                .forEach(machine -> vms.add(machine.name()));
        return vms;
    }

    Set<String> users(String cluster, String namespace, String claim) {
        Set<String> vms = new TreeSet<>();
        for (Machine machine : users.getOrDefault(new Claim(namespace, claim), Set.of())) {
            if (machine.cluster().equals(cluster)) {
                vms.add(machine.name());
            }
        }
        return vms;
    }

    Optional<String> neighbour(String cluster, String volume, String namespace, List<String> vms) {
        Set<String> together =
                resources.getOrDefault(handles.get(new Volume(cluster, volume)), Set.of());
        if (together.size() < 2) {
            return Optional.empty();
        }
        return together.stream()
                .filter(other -> !other.equals(volume))
                .flatMap(
                        other ->
                                claims
                                        .getOrDefault(new Volume(cluster, other), Map.of())
                                        .values()
                                        .stream())
                .filter(
                        claim ->
                                !claim.namespace().equals(namespace)
                                        || users(cluster, namespace, claim.name()).stream()
                                                .noneMatch(vms::contains))
                .map(claim -> claim.namespace() + "/" + claim.name())
                .sorted()
                .findFirst();
    }

    Set<String> stateDisks(String cluster, String namespace, String vm) {
        return new TreeSet<>(
                stateDisks.getOrDefault(new Machine(cluster, namespace, vm), Set.of()));
    }

    boolean attached(String cluster, String volume) {
        return attachments.containsKey(new Volume(cluster, volume));
    }

    /** Launcher pods of a VM, by name. */
    Map<String, LauncherPodFact> launchers(String cluster, String namespace, String vm) {
        return launchers.getOrDefault(new Machine(cluster, namespace, vm), Map.of());
    }

    @Override
    public Set<String> users(String namespace, String claim) {
        Set<String> vms = new HashSet<>();
        users.getOrDefault(new Claim(namespace, claim), Set.of()).forEach(m -> vms.add(m.name()));
        return vms;
    }

    @Override
    public Change needing(FactKey key) {
        Set<String> namespaces = new HashSet<>();
        Set<String> vms = new HashSet<>();
        needing.getOrDefault(new Configuration(key.kind(), key.namespace(), key.name()), Set.of())
                .forEach(
                        machine -> {
                            namespaces.add(machine.namespace());
                            vms.add(machine.name());
                        });
        return namespaces.size() <= 1
                ? new Change.Machines(namespaces.stream().findFirst().orElse(key.namespace()), vms)
                : new Change.Everything();
    }

    @Override
    public Change volume(String cluster, String volume) {
        Set<String> namespaces = new HashSet<>();
        Set<String> vms = new HashSet<>();
        for (Claim claim : claims.getOrDefault(new Volume(cluster, volume), Map.of()).values()) {
            namespaces.add(claim.namespace());
            vms.addAll(users(claim.namespace(), claim.name()));
        }
        return namespaces.size() == 1
                ? new Change.Machines(namespaces.iterator().next(), vms)
                : new Change.Everything();
    }

    private static <K, V> void set(Map<K, Set<V>> all, K key, V value, boolean on) {
        Set<V> values = all.computeIfAbsent(key, _ -> new HashSet<>());
        if (on) {
            values.add(value);
        } else {
            values.remove(value);
        }
        if (values.isEmpty()) {
            all.remove(key);
        }
    }

    private static <K, N, V> void put(Map<K, Map<N, V>> all, K key, N name, V value, boolean on) {
        Map<N, V> values = all.computeIfAbsent(key, _ -> new TreeMap<>(BY_TEXT));
        if (on) {
            values.put(name, value);
        } else {
            values.remove(name);
        }
        if (values.isEmpty()) {
            all.remove(key);
        }
    }
}
