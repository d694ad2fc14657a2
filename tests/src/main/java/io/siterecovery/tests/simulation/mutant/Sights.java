package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Observation.Vm;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import io.siterecovery.failover.core.proof.SourceInspection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Observations that are not what was observed. */
final class Sights {

    static final SourceInspection NOTHING_LEFT =
            new SourceInspection(List.of(), List.of(), List.of());

    static Observation source(Observation o, Side side) {
        return copy(
                o, o.ownership(), side, o.replication(), o.fence(), o.topicEnds(), o.inspection());
    }

    static Observation replication(Observation o, UnaryOperator<Replication> alter) {
        return copy(
                o,
                o.ownership(),
                o.source(),
                alter.apply(o.replication()),
                o.fence(),
                o.topicEnds(),
                o.inspection());
    }

    static Observation fence(Observation o, Fence fence) {
        return copy(
                o,
                o.ownership(),
                o.source(),
                o.replication(),
                fence,
                o.topicEnds(),
                o.inspection());
    }

    static Observation topicEnds(Observation o, Optional<Map<String, Long>> ends) {
        return copy(o, o.ownership(), o.source(), o.replication(), o.fence(), ends, o.inspection());
    }

    static Observation inspection(Observation o, Optional<SourceInspection> inspection) {
        return copy(
                o,
                o.ownership(),
                o.source(),
                o.replication(),
                o.fence(),
                o.topicEnds(),
                inspection);
    }

    static Observation ownership(Observation o, Optional<OwnershipSeen> ownership) {
        return copy(
                o,
                ownership,
                o.source(),
                o.replication(),
                o.fence(),
                o.topicEnds(),
                o.inspection());
    }

    private static Observation copy(
            Observation o,
            Optional<OwnershipSeen> ownership,
            Side source,
            Replication replication,
            Fence fence,
            Optional<Map<String, Long>> topicEnds,
            Optional<SourceInspection> inspection) {
        return new Observation(
                o.now(),
                o.instanceId(),
                ownership,
                source,
                o.target(),
                replication,
                fence,
                topicEnds,
                inspection,
                o.desiredStateShown(),
                o.cancelled(),
                o.taints(),
                o.frozen());
    }

    /** All of it stopped, and held under a claim where one is given. */
    static Side stopped(Side side, Optional<Claim> claim) {
        return new Side(
                true,
                side.vms().stream()
                        .map(
                                v ->
                                        new Vm(
                                                v.name(),
                                                v.exists(),
                                                Power.DOWN,
                                                claim.or(v::claim),
                                                claim.or(v::fencedBy)))
                        .toList());
    }

    static Side held(Side side, Claim claim) {
        return new Side(
                side.reachable(),
                side.vms().stream()
                        .map(
                                v ->
                                        new Vm(
                                                v.name(),
                                                v.exists(),
                                                v.power(),
                                                Optional.of(claim),
                                                Optional.of(claim)))
                        .toList());
    }

    static Replication reports(Replication r, UnaryOperator<NodeReport> alter) {
        return new Replication(r.volumes(), r.reports().stream().map(alter).toList());
    }

    static NodeReport state(NodeReport r, UnaryOperator<DrbdResourceState> alter) {
        return new NodeReport(
                r.cluster(),
                r.siteId(),
                r.node(),
                alter.apply(r.state()),
                r.beat(),
                r.seenThrough());
    }

    static DrbdResourceState with(DrbdResourceState s, List<Volume> volumes, List<Peer> peers) {
        return new DrbdResourceState(
                s.node(),
                s.resource(),
                s.incarnation(),
                s.sequence(),
                s.observedAt(),
                s.role(),
                s.suspended(),
                s.forceIoFailures(),
                s.mayPromote(),
                s.promotionScore(),
                volumes,
                peers,
                s.options(),
                s.quorumWithoutPeer());
    }

    /** All data everywhere, whatever the disks say. */
    static DrbdResourceState allDataThere(DrbdResourceState s) {
        return with(
                s,
                s.volumes().stream()
                        .map(
                                v ->
                                        new Volume(
                                                v.volume(),
                                                Word.of(DiskState.UP_TO_DATE),
                                                true,
                                                v.open(),
                                                v.sizeBytes(),
                                                v.upperPending()))
                        .toList(),
                s.peers().stream()
                        .map(
                                p ->
                                        new Peer(
                                                p.name(),
                                                p.nodeId(),
                                                Word.of(ConnectionState.CONNECTED),
                                                p.connection().is(ConnectionState.CONNECTED)
                                                        ? p.role()
                                                        : Word.of(
                                                                io.siterecovery.events.drbd.Role
                                                                        .SECONDARY),
                                                p.apInFlightBytes(),
                                                p.volumes().stream().map(Sights::inSync).toList()))
                        .toList());
    }

    private static PeerVolume inSync(PeerVolume v) {
        return new PeerVolume(
                v.volume(),
                Word.of(ReplicationState.ESTABLISHED),
                Word.of(DiskState.UP_TO_DATE),
                v.resyncSuspended(),
                null,
                0L,
                v.pending(),
                v.unacked());
    }

    static DrbdResourceState nothingInFlight(DrbdResourceState s) {
        return with(
                s,
                s.volumes(),
                s.peers().stream()
                        .map(
                                p ->
                                        new Peer(
                                                p.name(),
                                                p.nodeId(),
                                                p.connection(),
                                                p.role(),
                                                0L,
                                                p.volumes()))
                        .toList());
    }

    private Sights() {}
}
