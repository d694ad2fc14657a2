package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads what DRBD says of a group's disks out of the facts of a deployment. */
final class Replications {

    private final TenantView view;

    Replications(TenantView view) {
        this.view = view;
    }

    /**
     * Every node's word on every volume. Volumes are those of the site that holds the group, and
     * whatever else the other one knows: a VM that is deleted where it ran has disks all the same.
     */
    Replication of(List<Site> sites, Optional<OwnershipSeen> ownership) {
        Optional<ClusterId> holder = ownership.flatMap(o -> o.ownership().holder().home());
        Optional<Site> from =
                sites.stream()
                        .filter(s -> holder.map(s.cluster()::equals).orElse(true))
                        .findFirst();
        List<GroupVolume> volumes = from.map(site -> volumes(site, sites)).orElse(List.of());
        List<NodeReport> reports =
                volumes.stream()
                        .flatMap(v -> v.resource().stream())
                        .distinct()
                        .flatMap(r -> view.drbd(r).stream())
                        .map(this::report)
                        .toList();
        return new Replication(volumes, reports);
    }

    private static List<GroupVolume> volumes(Site holder, List<Site> sites) {
        List<GroupVolume> volumes = new ArrayList<>(volumesOn(holder).toList());
        for (Site other : sites) {
            volumesOn(other)
                    .filter(v -> v.resource().isPresent())
                    .filter(
                            v ->
                                    volumes.stream()
                                            .noneMatch(
                                                    known -> known.resource().equals(v.resource())))
                    .forEach(volumes::add);
        }
        for (Member member : holder.members()) {
            boolean known = volumes.stream().anyMatch(v -> v.vm().equals(member.name()));
            if (member.vm().isEmpty() && !known) {
                String fault = "VM " + member.name() + " is defined nowhere";
                volumes.add(new GroupVolume(member.name(), "?", Optional.empty(), 0, fault));
            }
        }
        return volumes;
    }

    private static Stream<GroupVolume> volumesOn(Site site) {
        return site.members().stream().flatMap(m -> m.disks().stream().map(d -> volume(m, d)));
    }

    private static GroupVolume volume(Member member, Disk disk) {
        Optional<String> handle = disk.pv().map(PersistentVolumeFact::volumeHandle);
        if (handle.isEmpty()) {
            String fault =
                    disk.pvc().isEmpty() ? "its PVC does not exist" : "no volume is bound to it";
            return new GroupVolume(member.name(), disk.claim(), Optional.empty(), 0, fault);
        }
        String[] parts = handle.get().split("/", 2);
        int number =
                parts.length == 2 && parts[1].matches("\\d{1,5}") ? Integer.parseInt(parts[1]) : 0;
        return new GroupVolume(member.name(), disk.claim(), Optional.of(parts[0]), number, "");
    }

    private NodeReport report(RoutedDrbdState routed) {
        String node = routed.state().node();
        return new NodeReport(
                new ClusterId(routed.cluster()),
                routed.siteId(),
                node,
                routed.state(),
                view.beat(routed.cluster(), node)
                        .<Beat>map(Replications::heard)
                        .orElse(new Beat.Silent()),
                view.seenThrough(routed.cluster(), node));
    }

    private static Beat heard(RoutedBeat beat) {
        return new Beat.Heard(beat.incarnation(), beat.appendedAt(), beat.complete());
    }
}
