package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Word;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The words that a text must have for a state to be more than an invention. */
final class Stated {

    private final Set<String> pairs = new TreeSet<>();

    static Set<String> by(DrbdResourceState state) {
        Stated stated = new Stated();
        stated.add(state);
        return stated.pairs;
    }

    private void add(DrbdResourceState state) {
        pairs.add("name:" + state.resource());
        word("role", state.role());
        reasons("suspended", state.suspended());
        yesNo("force-io-failures", state.forceIoFailures());
        yesNo("may_promote", state.mayPromote());
        number("promotion_score", state.promotionScore(), 1);
        for (Volume volume : state.volumes()) {
            pairs.add("volume:" + volume.volume());
            word("disk", volume.disk());
            yesNo("quorum", volume.quorum());
            yesNo("open", volume.open());
            yesNo("client", volume.client());
            number("size", volume.sizeBytes(), 1024);
            number("upper-pending", volume.upperPending(), 1);
        }
        for (Peer peer : state.peers()) {
            pairs.add("peer-node-id:" + peer.nodeId());
            pairs.add("conn-name:" + peer.name());
            word("connection", peer.connection());
            word("role", peer.role());
            number("ap-in-flight", peer.apInFlightBytes(), 512);
            peer.volumes().forEach(this::add);
        }
    }

    private void add(PeerVolume volume) {
        pairs.add("volume:" + volume.volume());
        word("replication", volume.replication());
        word("peer-disk", volume.peerDisk());
        reasons("resync-suspended", volume.resyncSuspended());
        yesNo("peer-client", volume.client());
        number("out-of-sync", volume.outOfSyncBytes(), 1024);
        number("pending", volume.pending(), 1);
        number("unacked", volume.unacked(), 1);
    }

    private void word(String key, Word<?> word) {
        if (!word.raw().isEmpty()) {
            pairs.add(key + ":" + word.raw());
        }
    }

    private void reasons(String key, List<String> reasons) {
        if (!reasons.equals(List.of(""))) {
            pairs.add(key + ":" + (reasons.isEmpty() ? "no" : String.join(",", reasons)));
        }
    }

    private void yesNo(String key, @Nullable Boolean value) {
        if (value != null) {
            pairs.add(key + (value ? ":yes" : ":no"));
        }
    }

    private void number(String key, @Nullable Number number, long unit) {
        if (number != null) {
            pairs.add(key + ":" + number.longValue() / unit);
        }
    }
}
