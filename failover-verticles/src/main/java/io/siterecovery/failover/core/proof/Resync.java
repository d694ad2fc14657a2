package io.siterecovery.failover.core.proof;

import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a resync that runs now: until it has ended the group is not protected.
 *
 * @param bytesLeft over all volumes
 * @param estimate until the last volume is complete, at the speed DRBD has lately measured; empty
 *     while it has measured none
 */
public record Resync(long bytesLeft, Optional<Duration> estimate) {

    private static final Set<ReplicationState> SYNCING =
            EnumSet.of(
                    ReplicationState.STARTING_SYNC_S,
                    ReplicationState.STARTING_SYNC_T,
                    ReplicationState.WFBIT_MAP_S,
                    ReplicationState.WFBIT_MAP_T,
                    ReplicationState.WFSYNC_UUID,
                    ReplicationState.SYNC_SOURCE,
                    ReplicationState.SYNC_TARGET,
                    ReplicationState.PAUSED_SYNC_S,
                    ReplicationState.PAUSED_SYNC_T);

    /** Steps in which people think of time, in seconds. */
    private static final int[] STEPS = {
        5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400
    };

    /** Empty if nothing is seen syncing by a node whose word counts. */
    public static Optional<Resync> of(Replication replication, Instant now, Duration maxSilence) {
        List<NodeReport> heard =
                replication.reports().stream().filter(r -> r.countsAt(now, maxSilence)).toList();
        Set<List<Object>> volumes = new HashSet<>();
        List<Resync> running =
                replication.volumes().stream()
                        .filter(v -> volumes.add(List.of(v.resource(), v.number())))
                        .flatMap(v -> of(v, heard).stream())
                        .toList();
        return running.stream().reduce(Resync::and);
    }

    /** Both ends see the same resync: whoever knows more is believed. */
    private static Optional<Resync> of(GroupVolume volume, List<NodeReport> heard) {
        List<PeerVolume> syncing =
                heard.stream()
                        .filter(
                                r ->
                                        volume.resource()
                                                .filter(r.state().resource()::equals)
                                                .isPresent())
                        .flatMap(r -> r.state().peers().stream())
                        .flatMap(p -> p.volumes().stream())
                        .filter(v -> v.volume() == volume.number())
                        .filter(v -> v.replication().known().filter(SYNCING::contains).isPresent())
                        .toList();
        if (syncing.isEmpty()) {
            return Optional.empty();
        }
        long left = figures(syncing, PeerVolume::outOfSyncBytes).max().orElse(0);
        return Optional.of(
                new Resync(
                        left,
                        figures(syncing, PeerVolume::resyncBytesPerSecond)
                                .filter(rate -> rate > 0)
                                .min()
                                .stream()
                                .mapToObj(rate -> Duration.ofSeconds(Math.ceilDiv(left, rate)))
                                .findAny()));
    }

    private static LongStream figures(
            List<PeerVolume> volumes, Function<PeerVolume, @Nullable Long> figure) {
        return volumes.stream().map(figure).flatMap(Stream::ofNullable).mapToLong(n -> n);
    }

    /** Volumes are brought up to date side by side. */
    private Resync and(Resync other) {
        return new Resync(
                bytesLeft + other.bytesLeft,
                estimate.flatMap(
                        mine -> other.estimate.map(o -> mine.compareTo(o) < 0 ? o : mine)));
    }

    /** As in "1.5 GiB left, about 40 s". */
    public String described() {
        return inBytes(bytesLeft)
                + " left, "
                + estimate.map(e -> "about " + inTime(e.toSeconds()))
                        .orElse("no estimate yet: DRBD has measured no speed");
    }

    /** The same in steps, so that a resync does not write a status with each of its figures. */
    public Resync rounded() {
        long bytes = bytesLeft <= 1 ? bytesLeft : Long.highestOneBit(bytesLeft - 1) << 1;
        return new Resync(bytes, estimate.map(Resync::rounded));
    }

    private static Duration rounded(Duration exact) {
        for (int step : STEPS) {
            if (exact.toSeconds() <= step) {
                return Duration.ofSeconds(step);
            }
        }
        return Duration.ofDays(exact.toDays() + 1);
    }

    private static String inBytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        int unit = 0;
        double amount = bytes;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        return amount == Math.rint(amount)
                ? "%d %s".formatted((long) amount, units[unit])
                : String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
    }

    private static String inTime(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        long minutes = Math.ceilDiv(seconds, 60);
        return minutes < 120
                ? minutes + " min"
                : "%d h %02d min".formatted(minutes / 60, minutes % 60);
    }
}
