package io.siterecovery.failover.core.proof;

import static io.siterecovery.events.drbd.ConnectionState.CONNECTED;
import static io.siterecovery.events.drbd.DiskState.DISKLESS;
import static io.siterecovery.events.drbd.DiskState.UP_TO_DATE;
import static io.siterecovery.events.drbd.ReplicationState.ESTABLISHED;
import static io.siterecovery.events.drbd.Role.SECONDARY;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rule P: when the target of a planned failover may start.
 *
 * <p>Over all volumes of all VMs: nothing on the source can write any more, and the target has
 * every byte. Silence is never "stopped", "empty" or "no": whatever was not said, and said after
 * Close, is missing.
 */
public final class PlannedProof {

    /** An agent's word counts while its last beat is at most three beats old. */
    public static final Duration MAX_SILENCE = Duration.ofSeconds(3);

    /**
     * What is still missing, one sentence each; empty means proven.
     *
     * @param from per site id: the end of {@code site-<id>.drbd} read after Close; older words
     *     prove nothing
     */
    public static List<String> missing(
            Replication replication,
            ClusterId source,
            ClusterId target,
            Map<String, Long> from,
            Optional<SourceInspection> inspection,
            Instant now) {
        List<String> missing = new ArrayList<>();
        inspection.ifPresentOrElse(
                i -> missing.addAll(i.leftovers()),
                () -> missing.add(source + " was not asked yet what still runs there"));
        Set<String> resources = new TreeSet<>();
        for (GroupVolume volume : replication.volumes()) {
            volume.resource()
                    .ifPresentOrElse(
                            resources::add,
                            () -> missing.add("disk " + volume.claim() + ": " + volume.fault()));
        }
        for (String resource : resources) {
            ResourceProof proof = new ResourceProof(replication, resource, from, now, missing);
            List<NodeReport> sources = proof.reports(source);
            List<NodeReport> targets = proof.reports(target);
            proof.everyPeerHasReported(sources, targets);
            sources.forEach(proof::sourceIsQuiet);
            targets.forEach(proof::targetHasEverything);
        }
        return missing;
    }

    private record ResourceProof(
            Replication replication,
            String resource,
            Map<String, Long> from,
            Instant now,
            List<String> missing) {

        List<NodeReport> reports(ClusterId cluster) {
            List<NodeReport> reports = replication.reportsOf(resource, cluster);
            require(!reports.isEmpty(), "no node of " + cluster, "has reported it");
            for (NodeReport report : reports) {
                require(report.countsAt(now, MAX_SILENCE), report.node(), "its agent is silent");
                require(saidAfterClose(report), report.node(), "nothing heard since Close");
            }
            return reports;
        }

        private boolean saidAfterClose(NodeReport report) {
            Long start = from.get(report.siteId());
            return start != null && report.seenThrough() >= start;
        }

        void everyPeerHasReported(List<NodeReport> sources, List<NodeReport> targets) {
            Set<String> heard = new TreeSet<>();
            sources.forEach(r -> heard.add(r.node()));
            targets.forEach(r -> heard.add(r.node()));
            for (NodeReport report : targets) {
                for (Peer peer : report.state().peers()) {
                    // A tie-breaker lives on neither site: it has no agent of ours, but no disk.
                    boolean diskless =
                            peer.volumes().stream().allMatch(v -> v.peerDisk().is(DISKLESS));
                    require(
                            heard.contains(peer.name()) || diskless,
                            peer.name(),
                            "holds the disk too and has not reported");
                }
            }
        }

        void sourceIsQuiet(NodeReport report) {
            DrbdResourceState state = report.state();
            String node = report.node();
            require(state.role().is(SECONDARY), node, "is " + state.role().raw());
            for (Volume volume : state.volumes()) {
                require(!Boolean.TRUE.equals(volume.open()), node, "device is open");
                require(isZero(volume.upperPending()), node, "requests are pending");
            }
            for (Peer peer : state.peers()) {
                require(noneLeft(peer.apInFlightBytes()), node, "data in flight to " + peer.name());
                for (PeerVolume volume : peer.volumes()) {
                    require(
                            noneLeft(volume.pending()) && noneLeft(volume.unacked()),
                            node,
                            "writes to " + peer.name() + " are not acknowledged");
                    require(
                            isZero(volume.outOfSyncBytes()),
                            node,
                            peer.name() + " lacks " + volume.outOfSyncBytes() + " bytes");
                }
            }
        }

        void targetHasEverything(NodeReport report) {
            DrbdResourceState state = report.state();
            String node = report.node();
            require(
                    state.suspended().isEmpty() || state.suspended().equals(List.of("no")),
                    node,
                    "I/O is suspended (" + String.join(",", state.suspended()) + ")");
            require(!Boolean.TRUE.equals(state.forceIoFailures()), node, "I/O failures are forced");
            require(!state.volumes().isEmpty(), node, "has no volume");
            for (Volume volume : state.volumes()) {
                require(
                        volume.disk().is(UP_TO_DATE),
                        node,
                        "disk " + volume.volume() + " is " + volume.disk().raw());
                require(
                        !Boolean.FALSE.equals(volume.quorum()),
                        node,
                        "disk " + volume.volume() + " has no quorum");
            }
            require(!state.peers().isEmpty(), node, "has no peer");
            for (Peer peer : state.peers()) {
                require(
                        peer.connection().is(CONNECTED),
                        node,
                        "connection to " + peer.name() + " is " + peer.connection().raw());
                require(peer.role().is(SECONDARY), node, peer.name() + " is " + peer.role().raw());
                for (PeerVolume volume : peer.volumes()) {
                    require(
                            volume.replication().is(ESTABLISHED),
                            node,
                            "replication with "
                                    + peer.name()
                                    + " is "
                                    + volume.replication().raw());
                    require(
                            isZero(volume.outOfSyncBytes()),
                            node,
                            "out of sync with " + peer.name());
                }
            }
        }

        private void require(boolean holds, String who, String otherwise) {
            if (!holds) {
                missing.add("DRBD " + resource + ": " + who + ": " + otherwise);
            }
        }

        /** What decides about the data must have been said. */
        private static boolean isZero(@Nullable Long amount) {
            return amount != null && amount == 0;
        }

        /**
         * Counters that old drbd-utils do not print: their absence is made up for by the others.
         */
        private static boolean noneLeft(@Nullable Long amount) {
            return amount == null || amount == 0;
        }
    }

    private PlannedProof() {}
}
