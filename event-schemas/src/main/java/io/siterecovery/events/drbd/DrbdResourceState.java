package io.siterecovery.events.drbd;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Full merged state of one DRBD resource as one node sees it. A key that the node's drbd-utils do
 * not print is absent, never a default; a word that was not said is the empty one.
 *
 * @param incarnation identifies one run of the agent's stream; a new one starts from nothing
 * @param sequence grows by one with each record of the agent; never reused within an incarnation
 * @param observedAt the node's clock
 * @param suspended why, empty if it is not; one empty word if DRBD has not said
 */
public record DrbdResourceState(
        String node,
        String resource,
        String incarnation,
        long sequence,
        Instant observedAt,
        Word<Role> role,
        List<String> suspended,
        @Nullable Boolean forceIoFailures,
        @Nullable Boolean mayPromote,
        @Nullable Integer promotionScore,
        List<Volume> volumes,
        List<Peer> peers) {

    public DrbdResourceState {
        suspended = List.copyOf(suspended);
        volumes = List.copyOf(volumes);
        peers = List.copyOf(peers);
    }

    /**
     * A local volume.
     *
     * @param open whether anything holds the device open; absent before drbd-utils 9.29
     * @param upperPending requests from above that are not yet answered
     */
    public record Volume(
            int volume,
            Word<DiskState> disk,
            @Nullable Boolean quorum,
            @Nullable Boolean open,
            @Nullable Long sizeBytes,
            @Nullable Long upperPending) {}

    /**
     * A connection to a peer node.
     *
     * @param name {@code conn-name}: the peer's node name
     * @param role the peer's role
     * @param apInFlightBytes application data sent or queued and not yet acknowledged
     */
    public record Peer(
            String name,
            int nodeId,
            Word<ConnectionState> connection,
            Word<Role> role,
            @Nullable Long apInFlightBytes,
            List<PeerVolume> volumes) {

        public Peer {
            volumes = List.copyOf(volumes);
        }
    }

    /**
     * One volume as this node sees it at a peer.
     *
     * @param outOfSyncBytes what this node knows the peer lacks, or the reverse during a resync
     * @param donePercent progress of a resync; absent outside one
     */
    public record PeerVolume(
            int volume,
            Word<ReplicationState> replication,
            Word<DiskState> peerDisk,
            List<String> resyncSuspended,
            @Nullable Double donePercent,
            @Nullable Long outOfSyncBytes,
            @Nullable Long pending,
            @Nullable Long unacked) {

        public PeerVolume {
            resyncSuspended = List.copyOf(resyncSuspended);
        }
    }
}
