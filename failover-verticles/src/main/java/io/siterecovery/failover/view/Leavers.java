package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.VirtualMachineDefinition;
import io.siterecovery.events.cluster.VirtualMachineDefinition.Need;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.group.Departure.Leaver;
import io.siterecovery.failover.core.group.Departure.Made;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What was made at the other site for a VM, and for nobody else. */
final class Leavers {

    private final TenantView view;
    private final String namespace;

    Leavers(TenantView view, String namespace) {
        this.view = view;
        this.namespace = namespace;
    }

    Leaver of(Member here, Member there, ClusterId at) {
        List<Made> copies = new ArrayList<>();
        for (Disk disk : there.disks()) {
            boolean alone =
                    view.users(at.name(), namespace, disk.claim()).equals(Set.of(there.name()));
            // A claim takes its volume along where that is not to be retained: ours is.
            boolean harmless = disk.pv().map(pv -> isMade(pv.meta())).orElse(true);
            if (alone && harmless && !disk.attached()) {
                disk.pvc()
                        .flatMap(
                                pvc ->
                                        made(
                                                ResourceKind.PERSISTENT_VOLUME_CLAIM,
                                                namespace,
                                                disk.claim(),
                                                pvc.meta()))
                        .ifPresent(copies::add);
                view.volumeFor(at.name(), namespace, disk.claim())
                        .ifPresent(
                                volume ->
                                        disk.pv()
                                                .flatMap(
                                                        pv ->
                                                                made(
                                                                        ResourceKind
                                                                                .PERSISTENT_VOLUME,
                                                                        "",
                                                                        volume,
                                                                        pv.meta()))
                                                .ifPresent(copies::add));
            }
        }
        there.vm()
                .map(VirtualMachineFact::definition)
                .map(VirtualMachineDefinition::needs)
                .orElse(List.of())
                .forEach(need -> configuration(need, there.name(), at).ifPresent(copies::add));
        return new Leaver(there.name(), here, there, List.copyOf(copies));
    }

    private Optional<Made> configuration(Need need, String vm, ClusterId at) {
        FactKey key = new FactKey(at.name(), need.kind(), need.namespace(), need.name());
        if (!view.needing(key).equals(Set.of(vm))) {
            return Optional.empty();
        }
        return ResourceKind.CONFIGURATION.stream()
                .filter(kind -> kind.qualified().equals(need.kind()))
                .findAny()
                .flatMap(
                        kind ->
                                view.get(
                                                ClusterFact.class,
                                                at.name(),
                                                kind,
                                                need.namespace(),
                                                need.name())
                                        .map(Facts::meta)
                                        .flatMap(
                                                meta ->
                                                        made(
                                                                kind,
                                                                need.namespace(),
                                                                need.name(),
                                                                meta)));
    }

    private static boolean isMade(ObjectMeta meta) {
        return meta.annotations().containsKey(ApiGroups.COPY_OF);
    }

    private static Optional<Made> made(
            ResourceKind kind, String namespace, String name, ObjectMeta meta) {
        return isMade(meta) && !meta.deleting()
                ? Optional.of(new Made(kind, namespace, name, meta.uid()))
                : Optional.empty();
    }
}
