package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.siterecovery.platform.Metric.Kind;
import io.siterecovery.platform.Metric.Label;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetersTest {

    private static final String REGENERATE =
            "mvn -pl platform -am test -Dtest=MetersTest -Dmetrics.write=true"
                    + " -Dsurefire.failIfNoSpecifiedTests=false";

    @Test
    void the_page_is_the_table() throws IOException {
        Path page = page();
        String made = made();
        if (Boolean.getBoolean("metrics.write")) {
            Files.writeString(page, made);
        }
        assertThat(Files.readString(page))
                .as("docs/metrics.md is out of date; write it anew with: %s", REGENERATE)
                .isEqualTo(made);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void a_scrape_shows_it_by_the_names_of_the_page(Metric metric) {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Map<Label, String> labels = new EnumMap<>(Label.class);
        metric.labels().forEach(label -> labels.put(label, "other"));
        Meters meters = new Meters(registry, labels);
        switch (metric.kind()) {
            case GAUGE -> meters.gauge(metric, Map.of(), () -> 1);
            case COUNTER -> meters.count(metric, Map.of());
            case SUMMARY -> meters.record(metric, Map.of(), 1.5);
        }
        String shown =
                metric.labels().stream()
                        .map(label -> label.key() + "=\"other\"")
                        .sorted()
                        .collect(Collectors.joining(","));
        for (String name : metric.prometheusNames()) {
            assertThat(registry.scrape())
                    .containsPattern(
                            "(?m)^\\Q" + name + (shown.isEmpty() ? " " : "{" + shown + "} "));
        }
        meters.close();
        assertThat(registry.scrape()).isEmpty();
    }

    @Test
    void a_word_that_is_none_of_a_label_makes_no_series_of_its_own() {
        var registry = new SimpleMeterRegistry();
        Meters meters = new Meters(registry, Map.of(Label.TENANT, "prod"));
        for (int i = 0; i < 1_000; i++) {
            meters.record(Metric.STEP_SECONDS, Map.of(Label.STEP, "step " + i), 1);
        }
        assertThat(registry.getMeters()).hasSize(1);
        assertThat(
                        registry.get("site_recovery_failover_step_seconds")
                                .summary()
                                .getId()
                                .getTag("step"))
                .isEqualTo("other");
    }

    @Test
    void series_go_with_their_owner_and_do_not_come_back() {
        var registry = new SimpleMeterRegistry();
        Meters prod = new Meters(registry, Map.of(Label.TENANT, "prod"));
        Meters staging = new Meters(registry, Map.of(Label.TENANT, "staging"));
        AtomicInteger groups = new AtomicInteger(3);
        for (Meters meters : List.of(prod, staging)) {
            meters.gauge(Metric.GROUPS, Map.of(Label.STATE, "Active"), groups::get);
            meters.count(
                    Metric.FAILOVERS, Map.of(Label.TYPE, "planned", Label.RESULT, "Completed"));
        }
        prod.close();
        prod.count(Metric.FAILOVERS, Map.of(Label.TYPE, "planned", Label.RESULT, "Failed"));
        prod.gauge(Metric.GROUPS, Map.of(Label.STATE, "Failed"), groups::get);
        assertThat(registry.getMeters())
                .hasSize(2)
                .allMatch(meter -> Objects.equals(meter.getId().getTag("tenant"), "staging"));
        groups.set(5);
        assertThat(registry.get("site_recovery_groups").gauge().value()).isEqualTo(5);
    }

    @Test
    void a_label_cannot_be_forgotten_nor_a_kind_mistaken() {
        Meters nobody = new Meters(new SimpleMeterRegistry(), Map.of());
        assertThatThrownBy(() -> nobody.gauge(Metric.QUEUE_DEPTH, Map.of(), () -> 1))
                .hasMessage("QUEUE_DEPTH needs a value for TENANT");
        assertThatThrownBy(() -> nobody.count(Metric.TENANTS_RUNNING, Map.of()))
                .hasMessage("TENANTS_RUNNING is a GAUGE");
    }

    @Test
    void a_credential_is_as_old_as_its_last_write() {
        var meta = new ObjectMetaBuilder().withCreationTimestamp("2026-01-01T00:00:00Z");
        assertThat(CredentialAges.lastChange(meta.build()))
                .contains(Instant.parse("2026-01-01T00:00:00Z"));
        meta.withManagedFields(
                new ManagedFieldsEntryBuilder().withTime("2026-02-01T00:00:00Z").build(),
                new ManagedFieldsEntryBuilder().withTime("2026-03-01T00:00:00Z").build(),
                new ManagedFieldsEntryBuilder().withTime("never").build(),
                new ManagedFieldsEntryBuilder().build());
        assertThat(CredentialAges.lastChange(meta.build()))
                .contains(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(CredentialAges.lastChange(new ObjectMetaBuilder().build())).isEmpty();
    }

    private static String made() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Metrics

                        What the control plane shows at `GET /metrics`, in Prometheus' format. This page is made from the code (`Metric`), which is also the only way to make a metric.
                        Numbers are counted when something changes, or asked for when they are scraped. The series of a deployment go when it stops on this instance; those of all deployments stay.
                        Beside these there are those of the JVM (`jvm_*`, `process_*`, `system_*`) and of Vert.x (`vertx_*`).

                        | metric | type | labels | meaning |
                        |---|---|---|---|
                        """);
        for (Metric metric : Metric.values()) {
            List<String> names = new ArrayList<>();
            metric.prometheusNames().forEach(name -> names.add("`" + name + "`"));
            List<String> labels = new ArrayList<>();
            metric.labels().forEach(label -> labels.add("`" + label.key() + "`"));
            page.append(
                    "| %s | %s | %s | %s |\n"
                            .formatted(
                                    String.join("<br>", names),
                                    type(metric.kind()),
                                    String.join(" ", labels),
                                    metric.description()));
        }
        page.append("\n| label | values |\n|---|---|\n");
        for (Label label : Label.values()) {
            String words =
                    label.words().isEmpty()
                            ? ""
                            : ": "
                                    + label.words().stream()
                                            .map(word -> "`" + word + "`")
                                            .collect(Collectors.joining(" "))
                                    + "; `other` for any other word";
            page.append("| `%s` | %s%s |\n".formatted(label.key(), label.meaning(), words));
        }
        return page.toString();
    }

    private static String type(Kind kind) {
        return switch (kind) {
            case GAUGE -> "gauge";
            case COUNTER -> "counter";
            case SUMMARY -> "summary";
        };
    }

    private static Path page() {
        return List.of(Path.of("docs"), Path.of("..", "docs")).stream()
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow()
                .resolve("metrics.md");
    }
}
