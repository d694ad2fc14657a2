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
 * @param options as configured; absent until they were read
 * @param quorumWithoutPeer true: in this stream quorum came back although no majority of the
 *     replicas was connected, as a forced promotion makes it, and none has been since; false: a
 *     majority was seen and nothing of the kind since; absent: it cannot be known
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
        List<Peer> peers,
        @Nullable Options options,
        @Nullable Boolean quorumWithoutPeer) {

    public DrbdResourceState {
        suspended = List.copyOf(suspended);
        volumes = List.copyOf(volumes);
        peers = List.copyOf(peers);
    }

    /** As far as the stream alone tells it. */
    public DrbdResourceState(
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
        this(
                node,
                resource,
                incarnation,
                sequence,
                observedAt,
                role,
                suspended,
                forceIoFailures,
                mayPromote,
                promotionScore,
                volumes,
                peers,
                null,
                null);
    }

    /**
     * What {@code drbdsetup show} says of the resource.
     *
     * @param quorum {@code off}, {@code majority}, {@code all} or a number of nodes
     * @param onNoQuorum {@code io-error} or {@code suspend-io}
     */
    public record Options(@Nullable String quorum, @Nullable String onNoQuorum) {}

    /**
     * A local volume.
     *
     * @param open whether anything holds the device open; absent before drbd-utils 9.29
     * @param upperPending requests from above that are not yet answered
     * @param client whether it has no disk on purpose
     */
    public record Volume(
            int volume,
            Word<DiskState> disk,
            @Nullable Boolean quorum,
            @Nullable Boolean open,
            @Nullable Long sizeBytes,
            @Nullable Long upperPending,
            @Nullable Boolean client) {

        public Volume(
                int volume,
                Word<DiskState> disk,
                @Nullable Boolean quorum,
                @Nullable Boolean open,
                @Nullable Long sizeBytes,
                @Nullable Long upperPending) {
            this(volume, disk, quorum, open, sizeBytes, upperPending, null);
        }
    }

    /**
     * A connection to a peer node.
     *
     * @param name {@code conn-name}: the peer's node name
     * @param role the peer's role
     * @param apInFlightBytes application data sent or queued and not yet acknowledged
     * @param protocol {@code A}, {@code B} or {@code C}; absent until the options were read
     * @param allowTwoPrimaries as configured; absent until the options were read
     * @param inSync whether the peer has every byte that was acknowledged here: Established, both
     *     disks UpToDate, nothing out of sync, and nothing in flight unless the protocol is C; by
     *     the last figures that were read. Absent if that was not said, or the peer has no disk
     * @param lastInSyncAt when that was last so; absent while it is, and if this stream never saw
     *     it
     */
    public record Peer(
            String name,
            int nodeId,
            Word<ConnectionState> connection,
            Word<Role> role,
            @Nullable Long apInFlightBytes,
            List<PeerVolume> volumes,
            @Nullable String protocol,
            @Nullable Boolean allowTwoPrimaries,
            @Nullable Boolean inSync,
            @Nullable Instant lastInSyncAt) {

        public Peer {
            volumes = List.copyOf(volumes);
        }

        public Peer(
                String name,
                int nodeId,
                Word<ConnectionState> connection,
                Word<Role> role,
                @Nullable Long apInFlightBytes,
                List<PeerVolume> volumes) {
            this(name, nodeId, connection, role, apInFlightBytes, volumes, null, null, null, null);
        }
    }

    /**
     * One volume as this node sees it at a peer.
     *
     * @param outOfSyncBytes what this node knows the peer lacks, or the reverse during a resync
     * @param donePercent progress of a resync; absent outside one
     * @param client whether the peer has no disk on purpose, as far as this node knows
     * @param resyncBytesPerSecond how fast a resync has lately been; absent outside one and while
     *     DRBD has no figure yet
     */
    public record PeerVolume(
            int volume,
            Word<ReplicationState> replication,
            Word<DiskState> peerDisk,
            List<String> resyncSuspended,
            @Nullable Double donePercent,
            @Nullable Long outOfSyncBytes,
            @Nullable Long pending,
            @Nullable Long unacked,
            @Nullable Boolean client,
            @Nullable Long resyncBytesPerSecond) {

        public PeerVolume {
            resyncSuspended = List.copyOf(resyncSuspended);
        }

        public PeerVolume(
                int volume,
                Word<ReplicationState> replication,
                Word<DiskState> peerDisk,
                List<String> resyncSuspended,
                @Nullable Double donePercent,
                @Nullable Long outOfSyncBytes,
                @Nullable Long pending,
                @Nullable Long unacked) {
            this(
                    volume,
                    replication,
                    peerDisk,
                    resyncSuspended,
                    donePercent,
                    outOfSyncBytes,
                    pending,
                    unacked,
                    null,
                    null);
        }
    }
}
