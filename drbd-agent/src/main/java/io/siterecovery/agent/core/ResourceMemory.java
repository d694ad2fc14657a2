package io.siterecovery.agent.core;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What only the course of a stream tells of a resource, not its latest lines. */
final class ResourceMemory {

    private final QuorumWatch quorum = new QuorumWatch();
    private final Map<Integer, SyncWatch> peers = new HashMap<>();

    void look(
            ResourceTable.Resource resource,
            @Nullable ResourceOptions options,
            @Nullable Instant at) {
        quorum.look(resource);
        peers.keySet().retainAll(resource.peers.keySet());
        resource.peers.forEach(
                (nodeId, peer) ->
                        sync(nodeId)
                                .look(
                                        resource,
                                        peer,
                                        options == null ? null : options.peer(nodeId).protocol(),
                                        at));
    }

    void sampled(Instant at) {
        peers.values().forEach(peer -> peer.sampled(at));
    }

    QuorumWatch quorum() {
        return quorum;
    }

    SyncWatch sync(int peer) {
        return peers.computeIfAbsent(peer, none -> new SyncWatch());
    }
}
