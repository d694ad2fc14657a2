package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Word;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What DRBD pushes of a resource, so that two who listen agree about it. Figures are not: they are
 * as old as whoever asked.
 *
 * @param parts by name of the part
 */
record Essence(Word<?> role, List<String> suspended, Map<String, List<Word<?>>> parts) {

    static Essence of(DrbdResourceState state) {
        Map<String, List<Word<?>>> parts = new TreeMap<>();
        for (Volume volume : state.volumes()) {
            parts.put("volume " + volume.volume() + " " + volume.quorum(), List.of(volume.disk()));
        }
        for (Peer peer : state.peers()) {
            String name = "peer " + peer.nodeId() + " " + peer.name();
            parts.put(name, List.of(peer.connection(), peer.role()));
            for (PeerVolume volume : peer.volumes()) {
                parts.put(
                        name + " " + volume.volume(),
                        List.of(volume.replication(), volume.peerDisk()));
            }
        }
        return new Essence(state.role(), state.suspended(), parts);
    }
}
