package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState.Options;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a resource is configured, as {@code drbdsetup show} has it.
 *
 * @param peers by the peer's node id
 */
public record ResourceOptions(Options resource, Map<Integer, Peer> peers) {

    /**
     * @param protocol {@code A}, {@code B} or {@code C}
     */
    public record Peer(@Nullable String protocol, @Nullable Boolean allowTwoPrimaries) {}

    private static final ResourceOptions.Peer NOTHING = new ResourceOptions.Peer(null, null);

    public ResourceOptions {
        peers = Map.copyOf(peers);
    }

    Peer peer(int nodeId) {
        return peers.getOrDefault(nodeId, NOTHING);
    }
}
