package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was said of a resource into its published state. What was not said, or is not
 * readable, is absent; a word that was not said is the empty one, which is none of DRBD's.
 */
public final class StateProjection {

    /** Sequence and time are those of nobody: {@link #stamped} gives them when it is sent. */
    static DrbdResourceState of(
            String node,
            String incarnation,
            String name,
            ResourceTable.Resource resource,
            @Nullable ResourceOptions options,
            ResourceMemory memory) {
        Attributes said = resource.said;
        boolean quorumOff = options != null && "off".equals(options.resource().quorum());
        return new DrbdResourceState(
                node,
                name,
                incarnation,
                0,
                Instant.EPOCH,
                said.word(Role.class, Key.ROLE),
                said.reasons(Key.SUSPENDED),
                said.truth(Key.FORCE_IO_FAILURES),
                said.truth(Key.MAY_PROMOTE),
                said.number(Key.PROMOTION_SCORE),
                volumes(resource.volumes),
                peers(resource, options, memory),
                options == null ? null : options.resource(),
                quorumOff ? null : memory.quorum().regainedAlone());
    }

    /** The same state as the record that carries it. */
    public static DrbdResourceState stamped(
            DrbdResourceState state, long sequence, Instant observedAt) {
        return new DrbdResourceState(
                state.node(),
                state.resource(),
                state.incarnation(),
                sequence,
                observedAt,
                state.role(),
                state.suspended(),
                state.forceIoFailures(),
                state.mayPromote(),
                state.promotionScore(),
                state.volumes(),
                state.peers(),
                state.options(),
                state.quorumWithoutPeer());
    }

    private static List<Volume> volumes(Map<Integer, Attributes> volumes) {
        List<Volume> all = new ArrayList<>(volumes.size());
        volumes.forEach(
                (number, said) ->
                        all.add(
                                new Volume(
                                        number,
                                        said.word(DiskState.class, Key.DISK),
                                        said.truth(Key.QUORUM),
                                        said.truth(Key.OPEN),
                                        said.amount(Key.SIZE),
                                        said.amount(Key.UPPER_PENDING),
                                        said.truth(Key.CLIENT))));
        return all;
    }

    private static List<Peer> peers(
            ResourceTable.Resource resource,
            @Nullable ResourceOptions options,
            ResourceMemory memory) {
        List<Peer> all = new ArrayList<>(resource.peers.size());
        resource.peers.forEach(
                (nodeId, peer) -> {
                    ResourceOptions.Peer configured = options == null ? null : options.peer(nodeId);
                    SyncWatch sync = memory.sync(nodeId);
                    all.add(
                            new Peer(
                                    peer.name,
                                    nodeId,
                                    peer.said.word(ConnectionState.class, Key.CONNECTION),
                                    peer.said.word(Role.class, Key.ROLE),
                                    peer.said.amount(Key.AP_IN_FLIGHT),
                                    peerVolumes(peer.volumes),
                                    configured == null ? null : configured.protocol(),
                                    configured == null ? null : configured.allowTwoPrimaries(),
                                    sync.inSync(),
                                    sync.lastInSync()));
                });
        return all;
    }

    private static List<PeerVolume> peerVolumes(Map<Integer, Attributes> volumes) {
        List<PeerVolume> all = new ArrayList<>(volumes.size());
        volumes.forEach(
                (number, said) ->
                        all.add(
                                new PeerVolume(
                                        number,
                                        said.word(ReplicationState.class, Key.REPLICATION),
                                        said.word(DiskState.class, Key.PEER_DISK),
                                        said.reasons(Key.RESYNC_SUSPENDED),
                                        said.percent(Key.DONE),
                                        said.amount(Key.OUT_OF_SYNC),
                                        said.amount(Key.PENDING),
                                        said.amount(Key.UNACKED),
                                        said.truth(Key.PEER_CLIENT),
                                        said.mebibytes(Key.DBDT1))));
        return all;
    }

    private StateProjection() {}
}
