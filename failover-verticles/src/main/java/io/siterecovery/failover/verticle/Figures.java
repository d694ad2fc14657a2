package io.siterecovery.failover.verticle;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Meters;
import io.siterecovery.platform.Metric;
import io.siterecovery.platform.Metric.Label;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Tenant;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One deployment in figures, from what its groups and failovers say of themselves. Facts arrive on
 * the deployment's context; figures are asked for on the thread of who scrapes.
 */
final class Figures {

    /** Of so many that ended it is known that they were counted. */
    private static final int REMEMBERED = 1_000;

    private static final String GROUP = ResourceKind.PROTECTION_GROUP.qualified();
    private static final String FAILOVER = ResourceKind.FAILOVER.qualified();

    private record Key(String cluster, String namespace, String name) {}

    private final Tenant tenant;
    private final Clock clock;
    private final Meters meters;
    private final Totals totals;
    private final Instant begun;
    private final Map<Key, GroupFigures> groups = new ConcurrentHashMap<>();
    private final Set<String> counted = new LinkedHashSet<>();
    private final AtomicLong version = new AtomicLong(1);
    private volatile Sums sums = Sums.NONE;

    Figures(Tenant tenant, Clock clock, Meters meters, Totals totals) {
        this.tenant = tenant;
        this.clock = clock;
        this.meters = meters;
        this.totals = totals;
        this.begun = clock.instant();
        for (String state : Label.STATE.words()) {
            meters.gauge(
                    Metric.GROUPS,
                    Map.of(Label.STATE, state),
                    () -> sums().states().getOrDefault(state, 0));
        }
        for (String health : Label.HEALTH.words()) {
            meters.gauge(
                    Metric.GROUPS_HEALTH,
                    Map.of(Label.HEALTH, health),
                    () -> sums().healths().getOrDefault(health, 0));
        }
        meters.gauge(Metric.DATA_AT_RISK_BYTES, Map.of(), () -> sums().bytes());
        meters.gauge(Metric.DATA_AT_RISK_SECONDS, Map.of(), this::secondsAtRisk);
        totals.begins(this);
    }

    /** A record of {@code dr-<d>.clusters}. */
    void fact(ReceivedEvent event) {
        FactKey key = FactKey.parse(event.key());
        if (key.kind().equals(GROUP) && !key.cluster().equals(FactKey.QUORUM)) {
            group(key, (ClusterFact) event.data());
        } else if (key.kind().equals(FAILOVER)
                && key.cluster().equals(FactKey.QUORUM)
                && event.data() instanceof CustomResourceFact failover) {
            failover(failover);
        }
    }

    void close() {
        totals.ends(this);
        meters.close();
    }

    /** Made anew at the first question after a change. */
    Sums sums() {
        Sums present = sums;
        long wanted = version.get();
        if (present.version() != wanted) {
            present = Sums.of(wanted, groups.values());
            sums = present;
        }
        return present;
    }

    private long secondsAtRisk() {
        Instant since = sums().since();
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, clock.instant()).toSeconds());
    }

    private void group(FactKey key, @Nullable ClusterFact fact) {
        Key place = new Key(key.cluster(), key.namespace(), key.name());
        if (fact instanceof CustomResourceFact group) {
            groups.put(place, figures(key, group.status()));
        } else {
            groups.remove(place);
        }
        version.incrementAndGet();
    }

    /** Of the copies of a group the holder's is asked, before there is one the primary's. */
    private GroupFigures figures(FactKey key, JsonNode status) {
        String holder = status.path("activeCluster").asText();
        int rank =
                key.cluster().equals(holder) ? 2 : key.cluster().equals(tenant.primary()) ? 1 : 0;
        JsonNode atRisk = status.path("dataAtRisk");
        return new GroupFigures(
                key.namespace() + "/" + key.name(),
                rank,
                status.path("state").asText("unknown"),
                status.path("replicationHealth").asText("Unknown"),
                atRisk.path("bytes").asLong(),
                instant(atRisk.path("since")));
    }

    private void failover(CustomResourceFact failover) {
        JsonNode status = failover.status();
        Instant finished = instant(status.path("finishedAt"));
        // What had ended before is not ours to count; an end is told more than once.
        if (finished == null || finished.isBefore(begun) || !counted.add(failover.meta().uid())) {
            return;
        }
        if (counted.size() > REMEMBERED) {
            counted.remove(counted.iterator().next());
        }
        JsonNode spec = failover.spec();
        Map<Label, String> labels =
                Map.of(
                        Label.TYPE,
                        spec.path("dryRun").asBoolean()
                                ? "dry-run"
                                : spec.path("failoverType").asText("planned"),
                        Label.RESULT,
                        status.path("state").asText());
        meters.count(Metric.FAILOVERS, labels);
        totals.count(Metric.ALL_FAILOVERS, labels);
        status.path("durations")
                .properties()
                .forEach(
                        step ->
                                meters.record(
                                        Metric.STEP_SECONDS,
                                        Map.of(Label.STEP, step.getKey()),
                                        step.getValue().asDouble()));
    }

    private static @Nullable Instant instant(JsonNode text) {
        try {
            return text.isTextual() ? Instant.parse(text.asText()) : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
