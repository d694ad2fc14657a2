package io.siterecovery.failover.core.proof;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.failover.core.ownership.ClusterId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What DRBD says of a group's disks: each volume, and what every node that carries it last said.
 *
 * @param volumes of all members, in order; one that leads to no DRBD resource carries its fault
 * @param reports of every node for every resource of these volumes
 */
public record Replication(List<GroupVolume> volumes, List<NodeReport> reports) {

    public Replication {
        volumes = List.copyOf(volumes);
        reports = List.copyOf(reports);
    }

    /**
     * A disk of a member.
     *
     * @param resource the DRBD resource; absent when the chain VM → PVC → PV → handle breaks
     * @param number the volume's number within the resource
     * @param fault where the chain breaks, for people
     */
    public record GroupVolume(
            String vm, String claim, Optional<String> resource, int number, String fault) {}

    /**
     * One node's last word on one resource.
     *
     * @param seenThrough the highest offset of {@code site-<id>.drbd} that was acknowledged to the
     *     node's agent before it gave its last word
     */
    public record NodeReport(
            ClusterId cluster,
            String siteId,
            String node,
            DrbdResourceState state,
            Beat beat,
            long seenThrough) {

        /** A report counts when its agent's stream is complete and its last beat is recent. */
        public boolean countsAt(Instant now, Duration maxAge) {
            return switch (beat) {
                case Beat.Silent _ -> false;
                case Beat.Heard(var incarnation, var appendedAt, var complete) ->
                        complete
                                && incarnation.equals(state.incarnation())
                                && !appendedAt.plus(maxAge).isBefore(now);
            };
        }
    }

    /** The last sign of life of a node's agent. */
    public sealed interface Beat {
        record Silent() implements Beat {}

        record Heard(String incarnation, Instant appendedAt, boolean complete) implements Beat {}
    }

    public List<NodeReport> reportsOf(String resource, ClusterId cluster) {
        return reports.stream()
                .filter(r -> r.state().resource().equals(resource) && r.cluster().equals(cluster))
                .toList();
    }
}
