package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.ConfigurationFact;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.VirtualMachineDefinition;
import io.siterecovery.events.cluster.VirtualMachineDefinition.Need;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.definition.DefinitionPair;
import io.siterecovery.failover.core.definition.DefinitionPair.Named;
import io.siterecovery.failover.core.definition.DefinitionPair.Stamp;
import io.siterecovery.failover.core.definition.DefinitionPair.Way;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.model.ResourceKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a group needs at both sites, in the order in which it has to come into being there: what VMs
 * refer to, volumes, the claims that they are reserved for, VMs.
 */
public final class DefinitionPairs {

    private final TenantView view;
    private final Way way;
    private final String namespace;
    private final List<Map<Named, DefinitionPair>> phases =
            List.of(
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>());

    private DefinitionPairs(TenantView view, Way way, String namespace) {
        this.view = view;
        this.way = way;
        this.namespace = namespace;
    }

    /** Those of one list may be looked at at once. */
    public static List<List<DefinitionPair>> of(TenantView view, GroupObservation seen, Way way) {
        DefinitionPairs pairs = new DefinitionPairs(view, way, seen.group().namespace());
        seen.site(way.from()).stream()
                .flatMap(site -> site.members().stream())
                .filter(member -> member.takenBy().isEmpty())
                .forEach(pairs::add);
        return pairs.phases.stream().map(phase -> List.copyOf(phase.values())).toList();
    }

    private void add(Member member) {
        for (Need need : needs(member)) {
            configuration(need)
                    .ifPresent(
                            kind ->
                                    add(
                                            0,
                                            new Named(kind, need.namespace(), need.name()),
                                            member.name(),
                                            Boolean.TRUE.equals(need.optional())));
        }
        for (var disk : member.disks()) {
            disk.pvc()
                    .map(PersistentVolumeClaimFact::volumeName)
                    .ifPresent(
                            volume ->
                                    add(
                                            1,
                                            new Named(ResourceKind.PERSISTENT_VOLUME, "", volume),
                                            member.name(),
                                            false));
            add(
                    2,
                    new Named(ResourceKind.PERSISTENT_VOLUME_CLAIM, namespace, disk.claim()),
                    member.name(),
                    false);
        }
        Named id = new Named(ResourceKind.VIRTUAL_MACHINE, namespace, member.name());
        phases.get(3)
                .put(
                        id,
                        new DefinitionPair(
                                id,
                                member.name(),
                                false,
                                ofRunning(member),
                                stamp(way.to().name(), id)));
    }

    private static List<Need> needs(Member member) {
        return member.vm()
                .map(VirtualMachineFact::definition)
                .map(VirtualMachineDefinition::needs)
                .orElse(List.of());
    }

    private static Optional<ResourceKind> configuration(Need need) {
        return ResourceKind.CONFIGURATION.stream()
                .filter(kind -> kind.qualified().equals(need.kind()))
                .findAny();
    }

    private void add(int phase, Named id, String vm, boolean optional) {
        phases.get(phase)
                .merge(
                        id,
                        new DefinitionPair(
                                id,
                                vm,
                                optional,
                                stamp(way.from().name(), id),
                                stamp(way.to().name(), id)),
                        (first, second) -> first.optional() ? second : first);
    }

    /** With the addresses that its guest has, where the definition leaves them open. */
    private Stamp ofRunning(Member member) {
        Named id = new Named(ResourceKind.VIRTUAL_MACHINE, namespace, member.name());
        Stamp definition = stamp(way.from().name(), id);
        Map<String, String> macs = macs(member);
        return macs.isEmpty() || definition.isAbsent()
                ? definition
                : new Stamp(definition.text() + macs);
    }

    /** MAC addresses that the guest has and its definition does not say, by interface. */
    public static Map<String, String> macs(Member member) {
        Map<String, String> known =
                member.instance().map(VirtualMachineInstanceFact::macs).orElse(Map.of());
        Map<String, String> open = new TreeMap<>();
        member.vm()
                .map(VirtualMachineFact::definition)
                .map(VirtualMachineDefinition::openInterfaces)
                .ifPresent(
                        names ->
                                names.stream()
                                        .filter(known::containsKey)
                                        .forEach(name -> open.put(name, known.get(name))));
        return open;
    }

    private Stamp stamp(String cluster, Named id) {
        return view.get(ClusterFact.class, cluster, id.kind(), id.namespace(), id.name())
                .map(DefinitionPairs::stamp)
                .orElse(Stamp.ABSENT);
    }

    private static Stamp stamp(ClusterFact fact) {
        String text =
                switch (fact) {
                    case VirtualMachineFact(_, _, _, _, _, _, var definition)
                            when definition != null ->
                            definition.digest();
                    case PersistentVolumeClaimFact pvc when pvc.digest() != null -> pvc.digest();
                    case PersistentVolumeFact pv when pv.digest() != null -> pv.digest();
                    case ConfigurationFact configuration ->
                            configuration.meta().uid()
                                    + "/"
                                    + configuration.meta().resourceVersion();
                    default -> fact.getClass().getSimpleName();
                };
        return new Stamp(text);
    }
}
