package io.siterecovery.failover.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.Limits;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A group of one VM with one disk, replicated between one node on each site. */
public final class Fixtures {

    public static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    public static final ClusterId SOURCE = new ClusterId("cluster1");
    public static final ClusterId TARGET = new ClusterId("cluster2");
    public static final GroupId GROUP = new GroupId("production", "web-tier");
    public static final String RESOURCE = "pvc-1";
    public static final Map<String, Long> CLOSED_AT = Map.of("site1", 100L, "site2", 200L);

    public static FailoverPlan plan() {
        return new FailoverPlan(
                "uid-1",
                "fo",
                "cluster1/production",
                "fo",
                GROUP,
                SOURCE,
                TARGET,
                FailoverPlan.Kind.PLANNED,
                false,
                NOW,
                Limits.DEFAULT);
    }

    /** A node's state that is quiet, connected and complete. */
    public static DrbdResourceState state(String node, String peer) {
        return new DrbdResourceState(
                node,
                RESOURCE,
                "run-1",
                7,
                NOW,
                Word.of(Role.SECONDARY),
                List.of("no"),
                false,
                true,
                10101,
                List.of(new Volume(0, Word.of(DiskState.UP_TO_DATE), true, false, 1L << 30, 0L)),
                List.of(
                        new Peer(
                                peer,
                                1,
                                Word.of(ConnectionState.CONNECTED),
                                Word.of(Role.SECONDARY),
                                0L,
                                List.of(
                                        new PeerVolume(
                                                0,
                                                Word.of(ReplicationState.ESTABLISHED),
                                                Word.of(DiskState.UP_TO_DATE),
                                                List.of("no"),
                                                null,
                                                0L,
                                                0L,
                                                0L)))));
    }

    public static NodeReport sourceReport() {
        return new NodeReport(
                SOURCE, "site1", "n1", state("n1", "n2"), new Beat.Heard("run-1", NOW, true), 100);
    }

    public static NodeReport targetReport() {
        return new NodeReport(
                TARGET, "site2", "n2", state("n2", "n1"), new Beat.Heard("run-1", NOW, true), 200);
    }

    public static Replication replication(NodeReport... reports) {
        return new Replication(
                List.of(new GroupVolume("vm", "vm-disk", Optional.of(RESOURCE), 0, "")),
                List.of(reports));
    }

    public static NodeReport with(NodeReport r, UnaryOperator<DrbdResourceState> change) {
        return new NodeReport(
                r.cluster(),
                r.siteId(),
                r.node(),
                change.apply(r.state()),
                r.beat(),
                r.seenThrough());
    }

    public static DrbdResourceState role(DrbdResourceState s, Role role) {
        return new DrbdResourceState(
                s.node(),
                s.resource(),
                s.incarnation(),
                s.sequence(),
                s.observedAt(),
                Word.of(role),
                s.suspended(),
                s.forceIoFailures(),
                s.mayPromote(),
                s.promotionScore(),
                s.volumes(),
                s.peers());
    }

    public static DrbdResourceState volume(DrbdResourceState s, Volume v) {
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
                List.of(v),
                s.peers());
    }

    public static DrbdResourceState suspended(DrbdResourceState s, String why, boolean ioFailures) {
        return new DrbdResourceState(
                s.node(),
                s.resource(),
                s.incarnation(),
                s.sequence(),
                s.observedAt(),
                s.role(),
                List.of(why),
                ioFailures,
                s.mayPromote(),
                s.promotionScore(),
                s.volumes(),
                s.peers());
    }

    public static DrbdResourceState peer(DrbdResourceState s, UnaryOperator<Peer> change) {
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
                s.volumes(),
                s.peers().stream().map(change).toList());
    }

    public static Peer peer(Peer p, ConnectionState connection, Role role, Long inFlight) {
        return new Peer(
                p.name(), p.nodeId(), Word.of(connection), Word.of(role), inFlight, p.volumes());
    }

    public static Peer peerVolume(
            Peer p,
            ReplicationState replication,
            @Nullable Long outOfSync,
            Long pending,
            Long unacked) {
        return new Peer(
                p.name(),
                p.nodeId(),
                p.connection(),
                p.role(),
                p.apInFlightBytes(),
                List.of(
                        new PeerVolume(
                                0,
                                Word.of(replication),
                                Word.of(DiskState.UP_TO_DATE),
                                List.of("no"),
                                null,
                                outOfSync,
                                pending,
                                unacked)));
    }

    public static DrbdResourceState morePeers(DrbdResourceState s, String name) {
        Peer first = s.peers().getFirst();
        Peer more = new Peer(name, 9, first.connection(), first.role(), 0L, first.volumes());
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
                s.volumes(),
                List.of(first, more));
    }

    private Fixtures() {}
}
