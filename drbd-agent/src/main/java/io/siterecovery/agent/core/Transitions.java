package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import org.jspecify.annotations.Nullable;

/** What a change of a resource calls for. */
final class Transitions {

    /** A role became Secondary, here or at a peer: a planned failover waits for what follows. */
    static boolean demoted(DrbdResourceState before, DrbdResourceState now) {
        return becameSecondary(before.role(), now.role())
                || now.peers().stream()
                        .anyMatch(
                                peer -> {
                                    Peer old = peer(before, peer.nodeId());
                                    return old != null && becameSecondary(old.role(), peer.role());
                                });
    }

    /** Options are set before an object appears, and those of the net before it connects. */
    static boolean mayBeReconfigured(@Nullable DrbdResourceState before, DrbdResourceState now) {
        return before == null
                || now.peers().stream()
                        .anyMatch(
                                peer -> {
                                    Peer old = peer(before, peer.nodeId());
                                    return old == null
                                            || (peer.connection().is(ConnectionState.CONNECTED)
                                                    && !old.connection()
                                                            .is(ConnectionState.CONNECTED));
                                });
    }

    private static boolean becameSecondary(Word<Role> before, Word<Role> now) {
        return before.is(Role.PRIMARY) && now.is(Role.SECONDARY);
    }

    private static @Nullable Peer peer(DrbdResourceState state, int nodeId) {
        for (Peer peer : state.peers()) {
            if (peer.nodeId() == nodeId) {
                return peer;
            }
        }
        return null;
    }

    private Transitions() {}
}
