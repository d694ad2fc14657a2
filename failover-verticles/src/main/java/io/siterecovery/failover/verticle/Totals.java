package io.siterecovery.failover.verticle;

import io.micrometer.core.instrument.MeterRegistry;
import io.siterecovery.platform.Meters;
import io.siterecovery.platform.Metric;
import io.siterecovery.platform.Metric.Label;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All deployments of this instance in figures. May be used from any thread. */
final class Totals {

    private final Set<Figures> running = ConcurrentHashMap.newKeySet();
    private @Nullable Meters meters;

    /** What it says is seen here; said once for all deployments. */
    synchronized void shownIn(MeterRegistry registry) {
        if (meters != null) {
            return;
        }
        Meters all = new Meters(registry, Map.of());
        meters = all;
        all.gauge(
                Metric.ALL_DATA_AT_RISK_BYTES,
                Map.of(),
                () -> running.stream().mapToLong(one -> one.sums().bytes()).sum());
        words(all, Metric.ALL_GROUPS, Label.STATE, Sums::states);
        words(all, Metric.ALL_GROUPS_HEALTH, Label.HEALTH, Sums::healths);
    }

    void begins(Figures figures) {
        running.add(figures);
    }

    void ends(Figures figures) {
        running.remove(figures);
    }

    synchronized void count(Metric metric, Map<Label, String> labels) {
        if (meters != null) {
            meters.count(metric, labels);
        }
    }

    private void words(
            Meters all, Metric metric, Label label, Function<Sums, Map<String, Integer>> counts) {
        for (String word : label.words()) {
            all.gauge(
                    metric,
                    Map.of(label, word),
                    () ->
                            running.stream()
                                    .mapToInt(one -> counts.apply(one.sums()).getOrDefault(word, 0))
                                    .sum());
        }
    }
}
