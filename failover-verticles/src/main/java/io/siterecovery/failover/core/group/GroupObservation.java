package io.siterecovery.failover.core.group;

import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Observation.Vm;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Everything known of one group at one moment.
 *
 * @param hubComplete whether it may be believed that nobody defines or owns the group
 * @param definition what the user wrote; empty when it is gone
 * @param operation the running Failover, when one holds the lock
 * @param sites primary first
 * @param definitions what was found of them at the site that does not hold the group
 * @param past how long it took to move the group before
 * @param standing what the deployment holds against it
 */
public record GroupObservation(
        Instant now,
        String deployment,
        String instanceId,
        GroupId group,
        boolean hubComplete,
        Optional<Definition> definition,
        Optional<OwnershipSeen> ownership,
        Optional<Operation> operation,
        List<Site> sites,
        Replication replication,
        DrbdTaints taints,
        Findings definitions,
        PastMoves past,
        Standing standing) {

    public GroupObservation(
            Instant now,
            String deployment,
            String instanceId,
            GroupId group,
            boolean hubComplete,
            Optional<Definition> definition,
            Optional<OwnershipSeen> ownership,
            Optional<Operation> operation,
            List<Site> sites,
            Replication replication,
            DrbdTaints taints,
            Findings definitions,
            PastMoves past) {
        this(
                now,
                deployment,
                instanceId,
                group,
                hubComplete,
                definition,
                ownership,
                operation,
                sites,
                replication,
                taints,
                definitions,
                past,
                Standing.GOOD);
    }

    /**
     * Taints that keep VMs of the group from a site, by site.
     *
     * @param tolerated the group's VMs are to tolerate them; else they are to be removed
     */
    public record DrbdTaints(boolean tolerated, Map<ClusterId, List<NodeTaint>> inTheWay) {

        public static final DrbdTaints NONE = new DrbdTaints(false, Map.of());

        public List<NodeTaint> toRemoveAt(ClusterId site) {
            return tolerated ? List.of() : inTheWay.getOrDefault(site, List.of());
        }

        /** Keys of those that VMs started now have to tolerate. */
        public Set<String> toTolerateAt(ClusterId site) {
            return tolerated
                    ? inTheWay.getOrDefault(site, List.of()).stream()
                            .map(NodeTaint::key)
                            .collect(Collectors.toCollection(TreeSet::new))
                    : Set.of();
        }
    }

    /**
     * The wish that governs.
     *
     * @param at the cluster it was written on; empty for {@code dr-<d>} itself
     */
    public record Definition(Optional<ClusterId> at, ObjectMeta meta, ProtectionGroupSpec spec) {

        public boolean paused() {
            return Boolean.TRUE.equals(spec.paused());
        }

        public boolean wishesStopped() {
            return "stopped".equals(spec.desiredState());
        }
    }

    /**
     * @param emergency it stops what runs at the source at once, whatever the boot order
     */
    public record Operation(String uid, String step, boolean emergency) {
        public Operation(String uid, String step) {
            this(uid, step, false);
        }
    }

    /**
     * One site as far as it is known.
     *
     * @param complete everything on it has been listed since the watchers started
     * @param fenceHolds whether an admission policy refuses what the fence lists; empty when
     *     unknown
     */
    public record Site(
            ClusterId cluster,
            boolean reachable,
            boolean complete,
            Optional<Copy> copy,
            List<Member> members,
            Optional<FenceFact> fence,
            Optional<Boolean> fenceHolds) {

        /** Whether an absence on this site may be believed. */
        public boolean known() {
            return reachable && complete;
        }

        public Optional<Claim> fencedBy(String vm) {
            return fence.map(f -> f.claims().get(vm)).flatMap(Claim::parse);
        }

        public boolean anyRunning() {
            return members.stream().anyMatch(m -> m.power() != Power.DOWN);
        }

        /** Whether the cluster would start any of it by itself. */
        public boolean anyMeant() {
            return members.stream().flatMap(m -> m.vm().stream()).anyMatch(vm -> !vm.halted());
        }
    }

    /** The ProtectionGroup object on a workload cluster. */
    public record Copy(ObjectMeta meta, ProtectionGroupSpec spec, ProtectionGroupStatus status) {

        public boolean madeByUs() {
            return meta.annotations().containsKey(ApiGroups.COPY_OF);
        }
    }

    /**
     * A member on one site.
     *
     * @param takenBy another group that this VM belongs to
     */
    public record Member(
            String name,
            Optional<VirtualMachineFact> vm,
            Optional<VirtualMachineInstanceFact> instance,
            List<LauncherPodFact> launchers,
            List<Disk> disks,
            Optional<String> takenBy) {

        /**
         * Running means its VMI runs; stopped means that nothing of it is left that could write.
         */
        public Power power() {
            if (instance.filter(VirtualMachineInstanceFact::isRunning).isPresent()) {
                return Power.UP;
            }
            boolean gone =
                    instance.map(VirtualMachineInstanceFact::isFinal).orElse(true)
                            && launchers.isEmpty()
                            && disks.stream().noneMatch(Disk::attached);
            return gone ? Power.DOWN : Power.BETWEEN;
        }

        /** One that was told to stop does not count as running, though its VMI is still seen. */
        Power powerMeant() {
            boolean halted = vm.filter(VirtualMachineFact::halted).isPresent();
            return halted && power() == Power.UP ? Power.BETWEEN : power();
        }

        /** Up, and by its own probes it does its work. One that was told to stop is not. */
        public boolean ready() {
            return vm.filter(v -> !v.halted() && !v.meta().deleting()).isPresent()
                    && instance.filter(i -> i.isRunning() && i.ready()).isPresent();
        }

        public Optional<Claim> claim() {
            return vm.map(v -> v.meta().annotations().get(ApiGroups.CLAIM)).flatMap(Claim::parse);
        }
    }

    /**
     * A disk of a member on one site.
     *
     * @param sharedWith in words, who else writes to the same claim or the same DRBD resource
     */
    public record Disk(
            String claim,
            Optional<PersistentVolumeClaimFact> pvc,
            Optional<PersistentVolumeFact> pv,
            Optional<StorageClassFact> storageClass,
            boolean attached,
            Optional<String> sharedWith) {}

    /** The same at another moment. */
    public GroupObservation at(Instant moment) {
        return moment.equals(now)
                ? this
                : new GroupObservation(
                        moment,
                        deployment,
                        instanceId,
                        group,
                        hubComplete,
                        definition,
                        ownership,
                        operation,
                        sites,
                        replication,
                        taints,
                        definitions,
                        past,
                        standing);
    }

    /** What an operation has to know of a site. */
    public Side side(Site site) {
        Waiting waiting = GroupPolicy.waiting(this, site);
        return new Side(
                site.known(),
                site.members().stream()
                        .map(
                                m ->
                                        new Vm(
                                                m.name(),
                                                m.vm().isPresent(),
                                                m.powerMeant(),
                                                m.claim(),
                                                site.fencedBy(m.name()),
                                                waiting.shown(m.name())))
                        .toList());
    }

    /** The order that governs, or the one of a copy where nobody defines the group any more. */
    BootOrder bootOrder() {
        return BootOrder.of(
                definition
                        .map(Definition::spec)
                        .or(
                                () ->
                                        sites.stream()
                                                .flatMap(s -> s.copy().stream())
                                                .map(Copy::spec)
                                                .findFirst())
                        .map(ProtectionGroupSpec::virtualMachines)
                        .orElse(List.of()));
    }

    public Optional<Site> site(ClusterId cluster) {
        return sites.stream().filter(s -> s.cluster().equals(cluster)).findAny();
    }
}
