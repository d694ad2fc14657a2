package io.siterecovery.failover.core.group;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long a group's own planned failovers took.
 *
 * @param took of those that were completed, in any order
 */
public record PastMoves(List<Duration> took) {

    public static final PastMoves NONE = new PastMoves(List.of());

    public PastMoves {
        took = took.stream().sorted().toList();
    }

    /** In words; empty if it was never moved: then nothing is known. */
    public Optional<String> estimate() {
        return took.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "%s, 95 %% within %s (from %d past %s)"
                                .formatted(
                                        text(at(0.5)),
                                        text(at(0.95)),
                                        took.size(),
                                        took.size() == 1 ? "move" : "moves"));
    }

    private Duration at(double quantile) {
        int rank = (int) Math.ceil(quantile * took.size());
        return took.get(Math.max(0, rank - 1));
    }

    private static String text(Duration duration) {
        long seconds = Math.max(1, Math.round(duration.toMillis() / 1000.0));
        return seconds < 120 ? seconds + " s" : (seconds + 59) / 60 + " min";
    }
}
