package io.siterecovery.failover.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Meters;
import io.siterecovery.platform.Metric;
import io.siterecovery.platform.Metric.Label;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Tenant;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Totals totals = new Totals();
    private final List<Figures> all = new ArrayList<>();

    FiguresTest() {
        totals.shownIn(registry);
        totals.shownIn(registry);
    }

    @Test
    void a_group_counts_once_as_its_holder_sees_it() {
        Figures prod = figures("prod");
        assertThat(groups("prod", "Active")).isZero();
        tell(prod, "cluster1", "web", "{}");
        assertThat(groups("prod", "unknown")).isEqualTo(1);
        tell(prod, "cluster1", "web", status("Active", "Healthy", "cluster1", 0, null));
        tell(prod, "cluster2", "web", status("Failed", "Unknown", "cluster1", 7, null));
        tell(prod, "cluster1", "db", status("Failed", "Degraded", "cluster2", 0, null));
        tell(prod, "cluster2", "db", status("Active", "Degraded", "cluster2", 64, null));
        tell(prod, FactKey.QUORUM, "hub", status("Failed", "Unknown", "", 1, null));
        assertThat(groups("prod", "Active")).isEqualTo(2);
        assertThat(groups("prod", "Failed")).isZero();
        assertThat(groups("prod", "unknown")).isZero();
        assertThat(value("site_recovery_groups_replication", "prod", "health", "Healthy"))
                .isEqualTo(1);
        assertThat(value("site_recovery_groups_replication", "prod", "health", "Degraded"))
                .isEqualTo(1);
        assertThat(value("site_recovery_data_at_risk_bytes", "prod")).isEqualTo(64);

        tell(prod, "cluster2", "db", null);
        tell(prod, "cluster1", "db", null);
        assertThat(groups("prod", "Active")).isEqualTo(1);
        assertThat(value("site_recovery_data_at_risk_bytes", "prod")).isZero();
    }

    @Test
    void lag_is_that_of_the_group_that_is_furthest_behind() {
        Figures prod = figures("prod");
        assertThat(value("site_recovery_data_at_risk_seconds", "prod")).isZero();
        tell(prod, "cluster1", "a", status("Active", "Degraded", "cluster1", 8, ago(10)));
        tell(prod, "cluster1", "b", status("Active", "Degraded", "cluster1", 16, ago(300)));
        tell(prod, "cluster1", "c", status("Active", "Healthy", "cluster1", 0, null));
        tell(prod, "cluster1", "d", status("Active", "Healthy", "cluster1", 0, "never"));
        assertThat(value("site_recovery_data_at_risk_seconds", "prod")).isEqualTo(300);
        assertThat(value("site_recovery_data_at_risk_bytes", "prod")).isEqualTo(24);
        tell(prod, "cluster1", "b", status("Active", "Healthy", "cluster1", 0, null));
        assertThat(value("site_recovery_data_at_risk_seconds", "prod")).isEqualTo(10);
    }

    @Test
    void a_failover_counts_once_when_it_ends() {
        Figures prod = figures("prod");
        failover(prod, "old", "{}", ended("Completed", ago(1)));
        failover(prod, "one", "{}", "{\"status\": \"InProgress\"}");
        assertThat(registry.find("site_recovery_failovers").counters()).isEmpty();

        failover(prod, "one", "{}", ended("Completed", NOW.toString()));
        failover(prod, "one", "{}", ended("Completed", NOW.toString()));
        failover(prod, "two", "{\"failoverType\": \"emergency\"}", ended("Failed", ago(-1)));
        failover(prod, "three", "{\"dryRun\": true}", ended("Completed", ago(-1)));
        assertThat(failovers("planned", "Completed")).isEqualTo(1);
        assertThat(failovers("emergency", "Failed")).isEqualTo(1);
        assertThat(failovers("dry-run", "Completed")).isEqualTo(1);
        var proving =
                registry.get("site_recovery_failover_step_seconds")
                        .tags("tenant", "prod", "step", "Proving")
                        .summary();
        assertThat(proving.count()).isEqualTo(3);
        assertThat(proving.totalAmount()).isEqualTo(4.5);
    }

    @Test
    void totals_are_those_of_all_deployments_and_stay_when_one_goes() {
        Figures prod = figures("prod");
        Figures staging = figures("staging");
        for (Figures one : all) {
            tell(one, "cluster1", "web", status("Active", "Healthy", "cluster1", 8, null));
            failover(one, "one", "{}", ended("Completed", NOW.toString()));
        }
        assertThat(value("site_recovery_all_groups", null, "state", "Active")).isEqualTo(2);
        assertThat(value("site_recovery_all_data_at_risk_bytes")).isEqualTo(16);

        prod.close();
        tell(prod, "cluster1", "db", status("Active", "Healthy", "cluster1", 8, null));
        failover(prod, "late", "{}", ended("Completed", NOW.toString()));
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .noneMatch(id -> "prod".equals(id.getTag("tenant")));
        assertThat(value("site_recovery_all_groups", null, "state", "Active")).isEqualTo(1);
        assertThat(
                        registry.get("site_recovery_all_failovers")
                                .tags("type", "planned", "result", "Completed")
                                .counter()
                                .count())
                .isGreaterThanOrEqualTo(2);
        staging.close();
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getTag("tenant"))
                .containsOnlyNulls();
    }

    @Test
    void series_do_not_grow_with_groups_and_failovers() {
        Figures prod = figures("prod");
        int before = registry.getMeters().size();
        for (int i = 0; i < 2_000; i++) {
            String word = "word " + i;
            tell(prod, "cluster1", word, status(word, word, "cluster1", 1, null));
            failover(
                    prod,
                    word,
                    "{\"failoverType\": \"%s\"}".formatted(word),
                    ended(word, NOW.toString()).replace("Proving", word));
        }
        assertThat(registry.getMeters().size() - before).isLessThanOrEqualTo(4);
    }

    private Figures figures(String tenant) {
        ProtectionZoneSpec zone = zone();
        Figures figures =
                new Figures(
                        new Tenant(tenant, "dr-" + tenant, zone),
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        new Meters(registry, Map.of(Label.TENANT, tenant)),
                        totals);
        all.add(figures);
        return figures;
    }

    private static ProtectionZoneSpec zone() {
        try {
            return JSON.readValue(
                    "{\"primary\": {\"name\": \"cluster1\"}, \"dr\": {\"name\": \"cluster2\"}}",
                    ProtectionZoneSpec.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void tell(
            Figures figures, String cluster, String group, @Nullable String status) {
        FactKey key =
                new FactKey(cluster, ResourceKind.PROTECTION_GROUP.qualified(), "shop", group);
        figures.fact(event(key, status == null ? null : object(group, "{}", status)));
    }

    private static void failover(Figures figures, String name, String spec, String status) {
        FactKey key =
                new FactKey(FactKey.QUORUM, ResourceKind.FAILOVER.qualified(), "dr-prod", name);
        figures.fact(event(key, object(name, spec, status)));
    }

    private static CustomResourceFact object(String name, String spec, String status) {
        ObjectMeta meta = new ObjectMeta("uid of " + name, "1", 1, NOW, null, Map.of());
        return new CustomResourceFact(meta, List.of(), json(spec), json(status));
    }

    private static ReceivedEvent event(FactKey key, @Nullable Record data) {
        return new ReceivedEvent("dr-prod.clusters", key.toString(), 1, NOW, data, Map.of());
    }

    private static String status(
            String state, String health, String holder, long bytes, @Nullable String since) {
        return """
               {"state": "%s", "replicationHealth": "%s", "activeCluster": "%s",
                "dataAtRisk": {"bytes": %d %s}}
               """
                .formatted(
                        state,
                        health,
                        holder,
                        bytes,
                        since == null ? "" : ", \"since\": \"%s\"".formatted(since));
    }

    private static String ended(String state, String at) {
        return "{\"state\": \"%s\", \"finishedAt\": \"%s\", \"durations\": {\"Proving\": 1.5}}"
                .formatted(state, at);
    }

    private static String ago(int seconds) {
        return NOW.minus(Duration.ofSeconds(seconds)).toString();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private double groups(String tenant, String state) {
        return value("site_recovery_groups", tenant, "state", state);
    }

    private double failovers(String type, String result) {
        return registry.get(Metric.FAILOVERS.meterName())
                .tags("tenant", "prod", "type", type, "result", result)
                .counter()
                .count();
    }

    private double value(String name) {
        return value(name, null);
    }

    private double value(String name, @Nullable String tenant, String... labels) {
        Tags tags = Tags.of(labels);
        return registry.get(name)
                .tags(tenant == null ? tags : tags.and("tenant", tenant))
                .gauge()
                .value();
    }
}
