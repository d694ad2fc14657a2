package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.DrbdWord;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was printed of a resource into its published state. What was not said, or not
 * readable, is absent; a word that was not said is the empty one, which is none of DRBD's.
 */
public final class StateProjection {

    private static final long KIB = 1024;
    private static final long SECTOR = 512;

    /**
     * The state of a resource, or nothing if there is no such resource. Sequence and time are those
     * of nobody: {@link #stamped} gives them when the state is sent.
     */
    public static Optional<DrbdResourceState> of(
            ResourceTable table, String node, String incarnation, String name) {
        ResourceTable.Resource resource = table.resource(name);
        if (resource == null) {
            return Optional.empty();
        }
        Map<String, String> keys = resource.keys;
        return Optional.of(
                new DrbdResourceState(
                        node,
                        name,
                        incarnation,
                        0,
                        Instant.EPOCH,
                        word(Role.class, keys, "role"),
                        reasons(keys, "suspended"),
                        yesNo(keys, "force-io-failures"),
                        yesNo(keys, "may_promote"),
                        integer(keys, "promotion_score"),
                        resource.volumes.entrySet().stream()
                                .map(volume -> volume(volume.getKey(), volume.getValue()))
                                .toList(),
                        resource.peers.entrySet().stream()
                                .map(peer -> peer(peer.getKey(), peer.getValue()))
                                .toList()));
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
                state.peers());
    }

    private static Volume volume(int number, Map<String, String> keys) {
        return new Volume(
                number,
                word(DiskState.class, keys, "disk"),
                yesNo(keys, "quorum"),
                yesNo(keys, "open"),
                number(keys, "size", KIB),
                number(keys, "upper-pending", 1));
    }

    private static Peer peer(int nodeId, ResourceTable.Peer peer) {
        return new Peer(
                peer.name,
                nodeId,
                word(ConnectionState.class, peer.keys, "connection"),
                word(Role.class, peer.keys, "role"),
                number(peer.keys, "ap-in-flight", SECTOR),
                peer.volumes.entrySet().stream()
                        .map(volume -> peerVolume(volume.getKey(), volume.getValue()))
                        .toList());
    }

    private static PeerVolume peerVolume(int number, Map<String, String> keys) {
        return new PeerVolume(
                number,
                word(ReplicationState.class, keys, "replication"),
                word(DiskState.class, keys, "peer-disk"),
                reasons(keys, "resync-suspended"),
                percent(keys, "done"),
                number(keys, "out-of-sync", KIB),
                number(keys, "pending", 1),
                number(keys, "unacked", 1));
    }

    private static <E extends Enum<E> & DrbdWord> Word<E> word(
            Class<E> vocabulary, Map<String, String> keys, String key) {
        return Word.parse(vocabulary, keys.getOrDefault(key, ""));
    }

    private static List<String> reasons(Map<String, String> keys, String key) {
        String value = keys.getOrDefault(key, "");
        return value.equals("no") ? List.of() : List.of(value.split(",", -1));
    }

    private static @Nullable Boolean yesNo(Map<String, String> keys, String key) {
        return switch (keys.getOrDefault(key, "")) {
            case "yes" -> true;
            case "no" -> false;
            default -> null;
        };
    }

    private static @Nullable Long number(Map<String, String> keys, String key, long unit) {
        try {
            long number = Long.parseLong(keys.getOrDefault(key, ""));
            return number < 0 ? null : Math.multiplyExact(number, unit);
        } catch (NumberFormatException | ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable Integer integer(Map<String, String> keys, String key) {
        Long number = number(keys, key, 1);
        return number == null || number > Integer.MAX_VALUE ? null : number.intValue();
    }

    private static @Nullable Double percent(Map<String, String> keys, String key) {
        try {
            double percent = Double.parseDouble(keys.getOrDefault(key, ""));
            return percent >= 0 && percent <= 100 ? percent : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private StateProjection() {}
}
