package io.siterecovery.sandbox.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.sandbox.quickstart.FailoverWatch.Outcome;
import io.siterecovery.sandbox.quickstart.Sightings.Sighting;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FailoverWatchTest {

    private static final String OPERATION = "cluster1.production.production-app-failover-2025";
    private static final String REQUEST = "production-app-failover-2025";

    private final Sightings sightings = new Sightings();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Plan plan =
            Plan.of(
                    new QuickstartOptions(
                            Optional.empty(),
                            0,
                            3,
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(3),
                            Path.of("unused"),
                            true));

    @Test
    void total_runs_from_the_request_to_the_end_in_its_status() {
        request(10_000, "{}");
        operation(10_100, "{step: Closing}");
        operation(10_400, "{step: StoppingVMs}");
        operation(10_450, "{step: StoppingVMs, message: again}");
        operation(12_500, "{}");
        request(12_600, "{state: Completed, message: done}");
        Outcome outcome = follow();
        assertThat(outcome.completed()).isTrue();
        assertThat(outcome.total()).isEqualTo(Duration.ofMillis(2_600));
        assertThat(outcome.steps())
                .isEqualTo(
                        Map.of(
                                "Closing",
                                Duration.ofMillis(300),
                                "StoppingVMs",
                                Duration.ofMillis(2_200)));
        assertThat(text())
                .contains("0.100 s  Closing", "0.400 s  StoppingVMs")
                .doesNotContain("ag");
    }

    @Test
    void each_machine_of_the_group_gets_a_line_when_it_stops_and_when_it_runs() {
        machine(9_000, Role.PRIMARY, "app-server-1", "{phase: Running}");
        machine(9_000, Role.PRIMARY, "web-vm-1", "{phase: Running}");
        request(10_000, "{}");
        machine(10_500, Role.PRIMARY, "app-server-1", null);
        machine(10_500, Role.PRIMARY, "web-vm-1", null);
        machine(10_600, Role.DR, "app-server-1", "{phase: Scheduling}");
        machine(11_000, Role.DR, "app-server-1", "{phase: Running}");
        machine(11_100, Role.DR, "app-server-1", "{phase: Running}");
        request(11_200, "{state: Completed}");
        follow();
        assertThat(text().lines().map(String::strip))
                .containsExactly(
                        "0.500 s                   app-server-1 on cluster1 stopped",
                        "1.000 s                   app-server-1 on cluster2 runs");
    }

    @Test
    void failure_is_told_with_what_the_status_says() {
        request(10_000, "{}");
        request(10_200, "{state: Failed, message: 'cluster9 is no cluster of prod'}");
        Outcome outcome = follow();
        assertThat(outcome.completed()).isFalse();
        assertThat(outcome.message()).isEqualTo("cluster9 is no cluster of prod");
    }

    @Test
    void deadline_tells_what_was_seen_last() {
        request(10_000, "{message: waiting for app-server-1}");
        Outcome outcome = follow();
        assertThat(outcome.completed()).isFalse();
        assertThat(outcome.message()).contains("no end", "waiting for app-server-1");
    }

    private Outcome follow() {
        Narrator narrator = new Narrator(new PrintStream(printed, true, StandardCharsets.UTF_8));
        return new FailoverWatch(plan.move(), sightings, narrator).follow(Duration.ofMillis(50));
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private void request(long millis, String status) {
        add(millis, Role.PRIMARY, ResourceKind.ALIAS_FAILOVER, "production", REQUEST, status);
    }

    private void operation(long millis, String status) {
        add(millis, Role.QUORUM, ResourceKind.FAILOVER, "dr-prod", OPERATION, status);
    }

    private void machine(long millis, Role site, String name, @Nullable String status) {
        add(millis, site, ResourceKind.VIRTUAL_MACHINE_INSTANCE, "production", name, status);
    }

    private void add(
            long millis,
            Role site,
            ResourceKind kind,
            String namespace,
            String name,
            @Nullable String status) {
        Optional<JsonNode> object = status == null ? Optional.empty() : Optional.of(object(status));
        sightings.add(
                new Sighting(
                        Duration.ofMillis(millis).toNanos(), site, kind, namespace, name, object));
    }

    private static JsonNode object(String status) {
        try {
            return new YAMLMapper().readTree("{status: " + status + "}");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
