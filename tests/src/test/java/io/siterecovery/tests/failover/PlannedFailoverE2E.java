package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.ALIAS;
import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.hubGroup;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.events.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Planned failovers from end to end, ordered with the real kubectl in every place there is. */
@ExtendWith(FailoverWorld.Shared.class)
class PlannedFailoverE2E {

    private final FailoverWorld in;

    PlannedFailoverE2E(FailoverWorld in) {
        this.in = in;
    }

    @Test
    void two_tenants_move_at_once_and_see_nothing_of_one_another() throws IOException {
        in.primary.apply(group(ALIAS, "production", "web-tier", "web-vm-1", "web-vm-2"));
        in.primary.apply(group(CANONICAL, "staging", "web-tier", "web-vm-1", "web-vm-2"));
        healthy(in.primary, "production", "web-tier");
        healthy(in.primary, "staging", "web-tier");
        assertThat(in.primary.ok("get", "protectiongroup", "web-tier", "-n", "production"))
                .containsPattern("NAME +STATE +VMS +REPLICATION +HEALTH +DESIRED +CURRENT +AGE")
                .containsPattern("web-tier +Active +2 +synchronous +Healthy +running +running");

        in.primary.apply(
                failover(
                        ALIAS,
                        "production",
                        "web-tier-planned-failover",
                        "web-tier",
                        "dr-cluster"));
        in.primary.apply(
                failover(CANONICAL, "staging", "staging-failover", "web-tier", "cluster2"));
        completes(in.primary, "production", "web-tier-planned-failover");
        completes(in.primary, "staging", "staging-failover");

        for (String namespace : List.of("production", "staging")) {
            for (String vm : List.of("web-vm-1", "web-vm-2")) {
                assertThat(phase(in.dr, namespace, vm)).isEqualTo("Running");
                assertThat(phase(in.primary, namespace, vm)).isEmpty();
            }
        }
        assertThat(in.quorum.ok("describe", "failover", "-n", "dr-prod"))
                .contains(
                        "Closing",
                        "StoppingVMs",
                        "Proving",
                        "Granting",
                        "StartingVMs",
                        "Completed");
        assertThat(keys("prod")).isNotEmpty().noneMatch(k -> k.contains("/staging/"));
        assertThat(keys("staging"))
                .isNotEmpty()
                .noneMatch(k -> k.contains("/production/") || k.contains("/default/"));
        everyLineOfATenantNamesIt();
        metricsTellOfBoth();
    }

    @Test
    void a_group_and_an_order_made_on_the_quorum_cluster_govern_both_sites_in_its_boot_order() {
        in.quorum.apply(
                hubGroup("dr-prod", "hub-group", "production", "group-1-vm-1", "group-1-vm-2")
                        .replace("name: group-1-vm-1", "name: group-1-vm-1\n      bootGroup: 4"));
        healthy(in.quorum, "dr-prod", "hub-group");
        healthy(in.primary, "production", "hub-group");
        in.quorum.apply(failover(CANONICAL, "dr-prod", "from-the-hub", "hub-group", "dr-cluster"));
        completes(in.quorum, "dr-prod", "from-the-hub");
        healthy(in.dr, "production", "hub-group");
        assertThat(phase(in.dr, "production", "group-1-vm-2")).isEqualTo("Running");
        assertThat(phase(in.primary, "production", "group-1-vm-2")).isEmpty();
        assertThat(
                        in.quorum.ok(
                                "get",
                                "pg",
                                "hub-group",
                                "-n",
                                "dr-prod",
                                "-o",
                                "jsonpath={.status.activeCluster}"))
                .isEqualTo("cluster2");
        assertThat(lastRun("cluster1", "production/group-1-vm-1").to())
                .isLessThan(lastRun("cluster1", "production/group-1-vm-2").to());
        assertThat(lastRun("cluster2", "production/group-1-vm-1").from())
                .isGreaterThan(lastRun("cluster2", "production/group-1-vm-2").from());
    }

    private Histories.Run lastRun(String cluster, String vm) {
        return Histories.runs(in.world.apiServer(cluster)).stream()
                .filter(r -> r.vm().equals(vm))
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    private List<String> keys(String tenant) {
        List<String> keys = new ArrayList<>();
        Map<String, Object> properties = new HashMap<>(in.world.kafka().adminProperties());
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    List.of(
                            new TopicPartition(Topics.clusters(tenant), 0),
                            new TopicPartition(Topics.drbd(tenant), 0),
                            new TopicPartition(Topics.operations(tenant), 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> keys.add(r.key()));
            }
        }
        return keys;
    }

    /** By deployment and in total, and nothing is named that there may be many of. */
    private void metricsTellOfBoth() {
        for (String tenant : List.of("prod", "staging")) {
            String its = "tenant=\"" + tenant + "\"";
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () ->
                                    assertThat(metrics())
                                            .containsPattern(
                                                    "site_recovery_failovers_total\\{result=\"Completed\","
                                                            + its
                                                            + ",type=\"planned\"} [1-9]")
                                            .containsPattern(
                                                    "site_recovery_groups\\{state=\"Active\","
                                                            + its
                                                            + "} [1-9]")
                                            .containsPattern(
                                                    "site_recovery_failover_step_seconds_count\\{"
                                                            + "step=\"StoppingVMs\","
                                                            + its
                                                            + "} [1-9]")
                                            .containsPattern(
                                                    "site_recovery_credential_age_seconds\\{"
                                                            + "site=\"primary\","
                                                            + its
                                                            + "} [0-9]")
                                            .contains(
                                                    "site_recovery_queue_depth{"
                                                            + its
                                                            + ",topic=\"dr-"
                                                            + tenant
                                                            + ".drbd\"}"));
        }
        assertThat(metrics())
                .containsPattern("site_recovery_all_groups\\{state=\"Active\"} ([2-9]|1[0-9])")
                .containsPattern("site_recovery_tenants_running [2-9]");
        assertThat(metrics().lines().filter(line -> line.startsWith("site_recovery_")))
                .noneMatch(line -> line.contains("web-"));
    }

    private String metrics() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String port =
                    Files.readAllLines(in.world.controlPlaneLog(), StandardCharsets.UTF_8).stream()
                            .filter(line -> line.contains("control plane started"))
                            .reduce((_, later) -> later)
                            .orElseThrow()
                            .replaceFirst("^.*\"port\":\"?([0-9]+).*$", "$1");
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                            .timeout(Duration.ofSeconds(10))
                            .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Lines about groups and failovers carry the tenant's name, and no other tenant's namespace.
     */
    private void everyLineOfATenantNamesIt() throws IOException {
        List<String> lines = Files.readAllLines(in.world.controlPlaneLog(), StandardCharsets.UTF_8);
        assertThat(lines)
                .filteredOn(l -> l.contains("\"group\"") || l.contains("\"failover\""))
                .isNotEmpty()
                .allMatch(
                        l ->
                                l.contains("\"tenant\":\"prod\"")
                                        != l.contains("\"tenant\":\"staging\""));
        assertThat(lines)
                .filteredOn(l -> l.contains("\"tenant\":\"staging\""))
                .noneMatch(l -> l.contains("production"));
    }
}
