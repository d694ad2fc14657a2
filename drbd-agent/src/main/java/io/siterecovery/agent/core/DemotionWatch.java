package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows which resources were demoted a short while ago and still have writes on their way. Not
 * longer than {@link #SETTLING}: a secondary of a busy primary is never quiet.
 */
public final class DemotionWatch {

    static final Duration SETTLING = Duration.ofSeconds(10);

    private final Map<String, Instant> until = new HashMap<>();

    /**
     * @param demoted since the last call
     */
    public boolean isBusy(NodeView view, Set<String> demoted, Instant now) {
        until.values().removeIf(now::isAfter);
        demoted.forEach(resource -> until.put(resource, now.plus(SETTLING)));
        return until.keySet().stream()
                .anyMatch(
                        resource ->
                                view.given(resource).filter(state -> !isQuiet(state)).isPresent());
    }

    public void clear() {
        until.clear();
    }

    /** Whether nothing of this resource is on its way to a disk or a peer, as far as it is said. */
    public static boolean isQuiet(DrbdResourceState state) {
        return state.volumes().stream().allMatch(volume -> isZero(volume.upperPending()))
                && state.peers().stream().allMatch(DemotionWatch::isQuiet);
    }

    private static boolean isQuiet(Peer peer) {
        return isZero(peer.apInFlightBytes())
                && peer.volumes().stream()
                        .allMatch(volume -> isZero(volume.pending()) && isZero(volume.unacked()));
    }

    private static boolean isZero(@Nullable Long n) {
        return n == null || n == 0;
    }
}
