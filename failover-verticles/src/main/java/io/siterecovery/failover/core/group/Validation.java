package io.siterecovery.failover.core.group;

import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a group can be protected: every fault of every member, by name.
 *
 * @param faults what makes the group {@code Failed}
 * @param warnings what is worth knowing and stops nothing
 * @param sound members without a fault
 */
record Validation(List<String> faults, List<String> warnings, int sound) {

    /** The same with one fault more, if there is one. */
    Validation and(Optional<String> fault) {
        if (fault.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(faults);
        all.add(fault.get());
        return new Validation(List.copyOf(all), warnings, sound);
    }

    /** The cluster that runs the group: VMs exist, PVCs are bound, storage is replicated. */
    static Validation asPrimary(Site site, boolean mustRun, BootOrder order) {
        List<String> faults = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        int sound = 0;
        for (Member member : site.members()) {
            int before = faults.size();
            faults.addAll(order.faultsOf(member.name()));
            member.takenBy()
                    .ifPresent(
                            other ->
                                    faults.add(
                                            "VM %s belongs to protection group %s already"
                                                    .formatted(member.name(), other)));
            exists(site, member, faults)
                    .ifPresent(
                            vm -> {
                                disksAsPrimary(member, vm, faults, warnings);
                                if (mustRun && member.power() == Power.DOWN) {
                                    faults.add(
                                            ("VM %s does not run on %s; a group is first claimed where its"
                                                            + " VMs run")
                                                    .formatted(member.name(), site.cluster()));
                                }
                            });
            sound += faults.size() == before && order.isSound(member.name()) ? 1 : 0;
        }
        return new Validation(faults, warnings, sound);
    }

    /** The standby: definitions exist and the class fits; CSI binds the PVCs only at a failover. */
    static Validation asStandby(Site site, BootOrder order, boolean beingCopied) {
        List<String> faults = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        int sound = 0;
        for (Member member : site.members()) {
            int before = faults.size();
            faults.addAll(order.faultsOf(member.name()));
            if (beingCopied && member.vm().isEmpty()) {
                continue;
            }
            exists(site, member, faults)
                    .ifPresent(
                            vm -> {
                                for (Disk disk : member.disks()) {
                                    if (disk.pvc().isEmpty() && !beingCopied) {
                                        faults.add(
                                                "PVC %s for VM %s does not exist on %s"
                                                        .formatted(
                                                                disk.claim(),
                                                                member.name(),
                                                                site.cluster()));
                                    }
                                    classFits(member, disk, faults, warnings);
                                }
                            });
            sound += faults.size() == before && order.isSound(member.name()) ? 1 : 0;
        }
        return new Validation(faults, warnings, sound);
    }

    private static Optional<VirtualMachineFact> exists(
            Site site, Member member, List<String> faults) {
        if (member.vm().isEmpty()) {
            faults.add("VM %s does not exist on %s".formatted(member.name(), site.cluster()));
        }
        return member.vm();
    }

    private static void disksAsPrimary(
            Member member, VirtualMachineFact vm, List<String> faults, List<String> warnings) {
        for (String disk : vm.unprotectable()) {
            warnings.add(
                    "VM %s: disk %s cannot be replicated and will be empty after a failover"
                            .formatted(member.name(), disk));
        }
        for (Disk disk : member.disks()) {
            disk.sharedWith()
                    .ifPresent(
                            other ->
                                    faults.add(
                                            "PVC %s for VM %s: %s"
                                                    .formatted(
                                                            disk.claim(), member.name(), other)));
            if (disk.pvc().isEmpty()) {
                faults.add(
                        "PVC %s for VM %s: does not exist".formatted(disk.claim(), member.name()));
            } else if (!disk.pvc().get().phase().equals("Bound")) {
                faults.add(
                        "PVC %s for VM %s: is %s, not Bound"
                                .formatted(disk.claim(), member.name(), disk.pvc().get().phase()));
            }
            classFits(member, disk, faults, warnings);
        }
    }

    private static void classFits(
            Member member, Disk disk, List<String> faults, List<String> warnings) {
        if (disk.pvc().isEmpty()) {
            return;
        }
        String where = "PVC %s for VM %s: ".formatted(disk.claim(), member.name());
        String name = String.valueOf(disk.pvc().get().storageClass());
        if (disk.storageClass().isEmpty()) {
            faults.add(where + "Storage class " + name + " does not exist");
            return;
        }
        StorageClassFact storageClass = disk.storageClass().get();
        if (!storageClass.provisioner().equals(Placement.PROVISIONER)) {
            faults.add(
                    where
                            + "Storage class %s has provisioner %s, %s required for geo-replication"
                                    .formatted(
                                            name,
                                            storageClass.provisioner(),
                                            Placement.PROVISIONER));
            return;
        }
        Placement placement = new Placement(storageClass.parameters());
        if (placement.count() < Placement.MINIMUM) {
            faults.add(
                    where
                            + "Storage class %s has placementCount=%d, minimum %d required for"
                                    .formatted(name, placement.count(), Placement.MINIMUM)
                            + " geo-replication");
        }
        if (!placement.isReplicated()) {
            faults.add(where + "Storage class " + name + " has a layerList without drbd");
        }
        String warning =
                "Storage class %s has no replicasOnDifferent: its replicas may share a site"
                        .formatted(name);
        if (!placement.spreads() && !warnings.contains(warning)) {
            warnings.add(warning);
        }
    }
}
