package io.siterecovery.failover.core.proof;

import static io.siterecovery.events.drbd.ConnectionState.CONNECTED;

import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a move cost in data.
 *
 * @param bytes at most so many; empty if nobody can say
 * @param inSyncAt the last moment when all was in sync
 * @param volumes each with the last state of every replica and the age of that word
 */
public record Loss(
        Verdict verdict, Optional<Long> bytes, Optional<Instant> inSyncAt, List<String> volumes) {

    public enum Verdict {
        NO_LOSS("NoLoss"),
        LOSSY("Lossy"),
        UNKNOWN("Unknown");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        /** As in the status of a Failover. */
        public String word() {
            return word;
        }
    }

    public Loss {
        volumes = List.copyOf(volumes);
    }

    /** Nothing could write any more, and the target was seen to have every byte. */
    public static Loss none(Replication replication, Instant now) {
        return new Loss(
                Verdict.NO_LOSS, Optional.of(0L), Optional.of(now), lastWords(replication, now));
    }

    /**
     * What an emergency may have cost, from the last words of the side that was left.
     *
     * <p>The target cannot see what it lacks: after a cut only the writer counts it. With a quorum
     * nobody could write once the target had been cut off, and with protocol C what was written
     * before is on both sides; without a quorum nobody knows what was written since.
     */
    public static Loss of(
            Rule rule, Replication replication, ClusterId source, ClusterId target, Instant now) {
        List<Loss> each =
                replication.volumes().stream()
                        .flatMap(v -> v.resource().stream())
                        .distinct()
                        .map(
                                r ->
                                        of(
                                                rule,
                                                replication.reportsOf(r, source),
                                                replication.reportsOf(r, target),
                                                now))
                        .toList();
        Loss worst = each.stream().reduce(none(replication, now), Loss::worse);
        return new Loss(
                worst.verdict(), worst.bytes(), worst.inSyncAt(), lastWords(replication, now));
    }

    private static Loss of(
            Rule rule, List<NodeReport> sources, List<NodeReport> targets, Instant now) {
        boolean connected = links(targets, sources).anyMatch(p -> p.connection().is(CONNECTED));
        boolean acknowledgedByBoth =
                !targets.isEmpty()
                        && links(targets, sources).allMatch(p -> "C".equals(p.protocol()));
        List<Peer> known = sources.stream().flatMap(s -> links(List.of(s), targets)).toList();
        Optional<Instant> inSyncAt =
                sources.stream()
                        .flatMap(s -> links(List.of(s), targets).flatMap(p -> lastInSync(s, p)))
                        .max(Instant::compareTo);
        boolean nothingLost =
                switch (rule) {
                    case P -> true;
                    case R -> connected;
                    case Q -> acknowledgedByBoth;
                    case F -> false;
                };
        if (nothingLost) {
            return new Loss(Verdict.NO_LOSS, Optional.of(0L), Optional.of(now), List.of());
        }
        Optional<Long> lacking = lacking(known);
        boolean counted = rule != Rule.F && lacking.isPresent();
        return new Loss(
                counted ? Verdict.LOSSY : Verdict.UNKNOWN,
                counted ? lacking : Optional.empty(),
                inSyncAt,
                List.of());
    }

    /** What the writers say of their connections to these nodes. */
    private static Stream<Peer> links(List<NodeReport> from, List<NodeReport> to) {
        return from.stream()
                .flatMap(r -> r.state().peers().stream())
                .filter(p -> to.stream().anyMatch(t -> t.node().equals(p.name())));
    }

    private static Stream<Instant> lastInSync(NodeReport report, Peer peer) {
        if (!Boolean.TRUE.equals(peer.inSync())) {
            return Stream.ofNullable(peer.lastInSyncAt());
        }
        return report.beat() instanceof Beat.Heard heard
                ? Stream.of(heard.appendedAt())
                : Stream.empty();
    }

    /** Empty unless every figure was said. */
    private static Optional<Long> lacking(List<Peer> known) {
        long most = 0;
        for (Peer peer : known) {
            long behind = 0;
            for (PeerVolume volume : peer.volumes()) {
                if (volume.outOfSyncBytes() == null || peer.apInFlightBytes() == null) {
                    return Optional.empty();
                }
                behind += volume.outOfSyncBytes();
            }
            most = Math.max(most, behind + Objects.requireNonNullElse(peer.apInFlightBytes(), 0L));
        }
        return known.isEmpty() ? Optional.empty() : Optional.of(most);
    }

    private Loss worse(Loss other) {
        Verdict worst = verdict.compareTo(other.verdict) > 0 ? verdict : other.verdict;
        return new Loss(
                worst,
                worst == Verdict.UNKNOWN
                        ? Optional.empty()
                        : Optional.of(bytes.orElse(0L) + other.bytes.orElse(0L)),
                inSyncAt.flatMap(mine -> other.inSyncAt.map(o -> mine.compareTo(o) < 0 ? mine : o)),
                List.of());
    }

    private static List<String> lastWords(Replication replication, Instant now) {
        return replication.volumes().stream().map(v -> lastWords(v, replication, now)).toList();
    }

    private static String lastWords(GroupVolume volume, Replication replication, Instant now) {
        String resource = volume.resource().orElse("");
        return volume.claim()
                + " ("
                + resource
                + "): "
                + replication.reports().stream()
                        .filter(r -> r.state().resource().equals(resource))
                        .map(r -> lastWord(r, volume.number(), now))
                        .collect(Collectors.joining(", "));
    }

    private static String lastWord(NodeReport report, int number, Instant now) {
        String disk =
                report.state().volumes().stream()
                        .filter(v -> v.volume() == number)
                        .map((Volume v) -> v.disk().raw())
                        .findFirst()
                        .orElse("no disk");
        String age =
                switch (report.beat()) {
                    case Beat.Heard(_, var at, _) ->
                            Math.max(0, Duration.between(at, now).toSeconds()) + " s ago";
                    case Beat.Silent _ -> "silent";
                };
        return "%s %s %s (%s)".formatted(report.node(), report.state().role().raw(), disk, age);
    }
}
