package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ResourceKind;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Reads the disks of VMs out of the facts of a deployment, and who else uses them. */
final class MemberDisks {

    private final TenantView view;
    private final BiFunction<String, String, Optional<GroupId>> memberOf;

    /**
     * @param memberOf the group that a VM belongs to, by its namespace and name
     */
    MemberDisks(TenantView view, BiFunction<String, String, Optional<GroupId>> memberOf) {
        this.view = view;
        this.memberOf = memberOf;
    }

    Disk of(String cluster, String namespace, String claim, List<String> members) {
        Optional<PersistentVolumeClaimFact> pvc =
                view.get(
                        PersistentVolumeClaimFact.class,
                        cluster,
                        ResourceKind.PERSISTENT_VOLUME_CLAIM,
                        namespace,
                        claim);
        Optional<String> volume =
                pvc.map(PersistentVolumeClaimFact::volumeName)
                        .or(() -> view.volumeFor(cluster, namespace, claim));
        return new Disk(
                claim,
                pvc,
                volume.flatMap(
                        v ->
                                view.get(
                                        PersistentVolumeFact.class,
                                        cluster,
                                        ResourceKind.PERSISTENT_VOLUME,
                                        "",
                                        v)),
                pvc.map(PersistentVolumeClaimFact::storageClass)
                        .flatMap(
                                s ->
                                        view.get(
                                                StorageClassFact.class,
                                                cluster,
                                                ResourceKind.STORAGE_CLASS,
                                                "",
                                                s)),
                volume.filter(v -> view.attached(cluster, v)).isPresent(),
                sharedWith(cluster, namespace, claim, volume, members));
    }

    /** A disk moves with its group: nobody else may be writing to it. */
    private Optional<String> sharedWith(
            String cluster,
            String namespace,
            String claim,
            Optional<String> volume,
            List<String> members) {
        Optional<String> user =
                view.users(cluster, namespace, claim).stream()
                        .filter(vm -> !members.contains(vm))
                        .filter(vm -> counts(cluster, namespace, vm))
                        .findFirst()
                        .map(vm -> "is also a disk of VM " + vm + inGroup(namespace, vm));
        return user.or(
                () ->
                        volume.flatMap(v -> view.neighbour(cluster, v, namespace, members))
                                .map(
                                        other ->
                                                "its DRBD resource also holds PVC "
                                                        + other
                                                        + ", and moves as a whole"));
    }

    /** One that is off and protected by nobody only has its name on the disk. */
    private boolean counts(String cluster, String namespace, String vm) {
        return memberOf.apply(namespace, vm).isPresent()
                || view.get(
                                VirtualMachineInstanceFact.class,
                                cluster,
                                ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                                namespace,
                                vm)
                        .isPresent();
    }

    private String inGroup(String namespace, String vm) {
        return memberOf.apply(namespace, vm)
                .map(group -> ", which belongs to protection group " + group)
                .orElse(", which is not in the group");
    }
}
