package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import org.jspecify.annotations.Nullable;

/**
 * Tells quorum that DRBD reached by counting from quorum that a forced promotion declared. DRBD
 * prints both as {@code quorum:yes}, but only the first means that no other node can write.
 *
 * <p>One for each resource, and for as long as one stream.
 */
final class QuorumWatch {

    private @Nullable Boolean had;
    private @Nullable Boolean regainedAlone;

    /** To be called after each kernel event, not in the middle of one. */
    void look(ResourceTable.Resource resource) {
        Boolean has = quorum(resource);
        if (has == null) {
            return;
        }
        if (has && seesMajority(resource)) {
            regainedAlone = false;
        } else if (has && Boolean.FALSE.equals(had)) {
            regainedAlone = true;
        }
        had = has;
    }

    /** Absent while it cannot be known: before this stream, quorum may have been forced. */
    @Nullable Boolean regainedAlone() {
        return regainedAlone;
    }

    private static @Nullable Boolean quorum(ResourceTable.Resource resource) {
        if (resource.volumes.isEmpty()) {
            return null;
        }
        boolean all = true;
        for (Attributes volume : resource.volumes.values()) {
            Boolean quorum = volume.truth(Key.QUORUM);
            if (quorum == null) {
                return null;
            }
            all &= quorum;
        }
        return all;
    }

    /**
     * Replicas with a disk vote; one without breaks a tie. A node that sees nobody is never a
     * majority, however many of its peers were removed.
     */
    private static boolean seesMajority(ResourceTable.Resource resource) {
        boolean client =
                resource.volumes.values().stream().allMatch(volume -> volume.is(Key.CLIENT, true));
        int voters = client ? 0 : 1;
        int visible = voters;
        boolean tieBreaker = false;
        boolean alone = true;
        for (ResourceTable.Peer peer : resource.peers.values()) {
            boolean connected = peer.said.is(Key.CONNECTION, ConnectionState.CONNECTED);
            alone &= !connected;
            boolean diskless =
                    !peer.volumes.isEmpty()
                            && peer.volumes.values().stream()
                                    .allMatch(volume -> volume.is(Key.PEER_CLIENT, true));
            if (diskless) {
                tieBreaker |= connected;
            } else {
                voters++;
                visible += connected ? 1 : 0;
            }
        }
        return !alone && (2 * visible > voters || (2 * visible == voters && tieBreaker));
    }
}
