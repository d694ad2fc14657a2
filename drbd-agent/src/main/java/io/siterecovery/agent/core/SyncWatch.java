package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.ReplicationState;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers when one peer last had every byte that was acknowledged here: what the other side
 * cannot know, and what tells later how much was lost.
 *
 * <p>With protocol C that ends with the event that ends it. Otherwise what is in flight is known
 * only when it was asked for, so the last moment is that of the last figures.
 */
final class SyncWatch {

    private @Nullable Boolean inSync;
    private @Nullable Instant last;

    /**
     * To be called after each kernel event.
     *
     * @param at when the event was; absent if nobody knows
     */
    void look(
            ResourceTable.Resource resource,
            ResourceTable.Peer peer,
            @Nullable String protocol,
            @Nullable Instant at) {
        boolean synchronous = "C".equals(protocol);
        Boolean now = inSync(resource, peer, synchronous);
        boolean was = Boolean.TRUE.equals(inSync);
        if (at != null && (Boolean.TRUE.equals(now) || (was && synchronous))) {
            last = at;
        }
        inSync = now;
    }

    /** All figures were asked for at that time, and the answers have been read since. */
    void sampled(Instant at) {
        if (Boolean.TRUE.equals(inSync) && (last == null || last.isBefore(at))) {
            last = at;
        }
    }

    @Nullable Boolean inSync() {
        return inSync;
    }

    /** Absent while it is in sync, and if that was never seen. */
    @Nullable Instant lastInSync() {
        return Boolean.TRUE.equals(inSync) ? null : last;
    }

    private static @Nullable Boolean inSync(
            ResourceTable.Resource resource, ResourceTable.Peer peer, boolean synchronous) {
        if (peer.volumes.isEmpty()
                || peer.volumes.values().stream()
                        .allMatch(volume -> volume.is(Key.PEER_CLIENT, true))) {
            return null;
        }
        if (!peer.said.is(Key.CONNECTION, ConnectionState.CONNECTED)
                || !allUpToDate(resource, peer)) {
            return false;
        }
        if (!synchronous && !peer.said.says(Key.AP_IN_FLIGHT)) {
            return null;
        }
        boolean known = true;
        boolean clean = synchronous || peer.said.isZero(Key.AP_IN_FLIGHT);
        for (Attributes volume : peer.volumes.values()) {
            known &= volume.says(Key.OUT_OF_SYNC);
            clean &= volume.isZero(Key.OUT_OF_SYNC);
        }
        return known ? clean : null;
    }

    private static boolean allUpToDate(ResourceTable.Resource resource, ResourceTable.Peer peer) {
        for (Map.Entry<Integer, Attributes> entry : peer.volumes.entrySet()) {
            Attributes there = entry.getValue();
            Attributes here = resource.volumes.get(entry.getKey());
            if (here == null
                    || !here.is(Key.DISK, DiskState.UP_TO_DATE)
                    || !there.is(Key.PEER_DISK, DiskState.UP_TO_DATE)
                    || !there.is(Key.REPLICATION, ReplicationState.ESTABLISHED)) {
                return false;
            }
        }
        return true;
    }
}
