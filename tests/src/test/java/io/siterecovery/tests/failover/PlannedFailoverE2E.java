package io.siterecovery.tests.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.events.Topics;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Planned failovers from end to end, ordered with the real kubectl, while things break. Each test
 * has groups of its own; after each of them no VM has ever run, and no disk was ever open, twice.
 */
@TestInstance(Lifecycle.PER_CLASS)
class PlannedFailoverE2E {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private EmbeddedWorld world;
    private Kubectl primary;
    private Kubectl dr;
    private Kubectl quorum;

    @BeforeAll
    void start(@TempDir Path folder) {
        Path home = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
        world =
                EmbeddedWorld.start(
                        folder.resolve("world"),
                        home,
                        Duration.ofMillis(400),
                        Duration.ofMillis(400));
        primary = new Kubectl(world.kubeconfig("cluster1"));
        dr = new Kubectl(world.kubeconfig("cluster2"));
        quorum = new Kubectl(world.kubeconfig("cluster3"));
    }

    @AfterAll
    void stop() {
        if (world != null) {
            world.close();
        }
    }

    @AfterEach
    void nothing_ever_ran_twice() {
        assertThat(Histories.onBothSites(world.apiServer("cluster1"), world.apiServer("cluster2")))
                .isEmpty();
        assertThat(world.drbd().doubleUses()).isEmpty();
    }

    @Test
    void two_tenants_move_at_once_and_see_nothing_of_one_another() throws IOException {
        primary.apply(group("dr.linstor.io", "production", "web-tier", "web-vm-1", "web-vm-2"));
        primary.apply(
                group("siterecovery.trilio.io", "staging", "web-tier", "web-vm-1", "web-vm-2"));
        healthy(primary, "production", "web-tier");
        healthy(primary, "staging", "web-tier");
        assertThat(primary.ok("get", "protectiongroup", "web-tier", "-n", "production"))
                .containsPattern("NAME +STATE +VMS +REPLICATION +HEALTH +DESIRED +CURRENT +AGE")
                .containsPattern("web-tier +Active +2 +synchronous +Healthy +running +running");

        primary.apply(
                failover(
                        "dr.linstor.io",
                        "production",
                        "web-tier-planned-failover",
                        "web-tier",
                        "dr-cluster"));
        primary.apply(
                failover(
                        "siterecovery.trilio.io",
                        "staging",
                        "staging-failover",
                        "web-tier",
                        "cluster2"));
        completes(primary, "production", "web-tier-planned-failover");
        completes(primary, "staging", "staging-failover");

        for (String namespace : List.of("production", "staging")) {
            for (String vm : List.of("web-vm-1", "web-vm-2")) {
                assertThat(phase(dr, namespace, vm)).isEqualTo("Running");
                assertThat(phase(primary, namespace, vm)).isEmpty();
            }
        }
        assertThat(quorum.ok("describe", "failover", "-n", "dr-prod"))
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
    }

    @Test
    void goes_on_where_it_was_after_kill_nine_in_the_middle() {
        primary.apply(
                group(
                        "siterecovery.trilio.io",
                        "default",
                        "web-tier",
                        "vm-web-server",
                        "vm-database"));
        healthy(primary, "default", "web-tier");
        long pid = world.controlPlanePid();
        primary.apply(failover("siterecovery.trilio.io", "default", "killed", "web-tier", "dr"));
        step("dr-prod", "cluster1.default.killed", "StoppingVMs");
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        completes(primary, "default", "killed");
        assertThat(world.controlPlanePid()).isNotEqualTo(pid);
        assertThat(phase(dr, "default", "vm-database")).isEqualTo("Running");
    }

    @Test
    void outages_of_kafka_and_of_the_source_lose_nothing_and_decide_nothing() {
        primary.apply(
                group(
                        "siterecovery.trilio.io",
                        "dr-system",
                        "production-protection-group",
                        "prod-vm-1",
                        "prod-vm-2"));
        healthy(primary, "dr-system", "production-protection-group");
        primary.apply(
                failover(
                        "siterecovery.trilio.io",
                        "dr-system",
                        "outage-1",
                        "production-protection-group",
                        "cluster2"));
        step("dr-prod", "cluster1.dr-system.outage-1", "Closing|StoppingVMs");
        world.stopKafka();
        wait(Duration.ofSeconds(6));
        world.startKafka();
        completes(primary, "dr-system", "outage-1");

        // And back, while the API server that has to stop them is away.
        healthy(dr, "dr-system", "production-protection-group");
        dr.apply(
                failover(
                        "siterecovery.trilio.io",
                        "dr-system",
                        "outage-2",
                        "production-protection-group",
                        "cluster1"));
        step("dr-prod", "cluster2.dr-system.outage-2", "Closing|StoppingVMs");
        world.apiServer("cluster2").stop();
        wait(Duration.ofSeconds(6));
        world.apiServer("cluster2").resume();
        completes(dr, "dr-system", "outage-2");
        assertThat(phase(primary, "dr-system", "prod-vm-1")).isEqualTo("Running");
    }

    @Test
    void a_tool_that_fights_for_the_source_never_gets_a_second_running_vm() {
        primary.apply(
                group(
                        "siterecovery.trilio.io",
                        "production",
                        "production-app",
                        "app-server-1",
                        "app-server-2",
                        "database-primary"));
        healthy(primary, "production", "production-app");
        try (Tool tool = new Tool(primary)) {
            primary.apply(
                    failover(
                            "siterecovery.trilio.io",
                            "production",
                            "fought",
                            "production-app",
                            "cluster2"));
            completes(primary, "production", "fought");
            tool.hasTried(10);
        }
        healthy(dr, "production", "production-app");
        dr.apply(
                failover(
                        "siterecovery.trilio.io",
                        "production",
                        "back",
                        "production-app",
                        "cluster1"));
        completes(dr, "production", "back");
        // The same without the admission policy: what it starts is stopped again.
        primary.ok("delete", "validatingadmissionpolicy", "site-recovery-fence-prod");
        healthy(primary, "production", "production-app");
        try (Tool tool = new Tool(primary)) {
            primary.apply(
                    failover(
                            "siterecovery.trilio.io",
                            "production",
                            "fought-again",
                            "production-app",
                            "cluster2"));
            completes(primary, "production", "fought-again");
            tool.hasTried(10);
        }
        assertThat(phase(dr, "production", "app-server-1")).isEqualTo("Running");
    }

    @Test
    void bad_orders_are_refused_with_a_reason_and_change_nothing() {
        primary.apply(
                group(
                        "siterecovery.trilio.io",
                        "default",
                        "production-pg",
                        "prod-vm-1",
                        "prod-vm-2"));
        healthy(primary, "default", "production-pg");
        String vms = primary.ok("get", "vmi", "-n", "default", "-o", "name");
        Map<String, String> orders = new HashMap<>();
        orders.put(
                "no-group",
                failover("siterecovery.trilio.io", "default", "no-group", "nothing", "cluster2"));
        orders.put(
                "no-cluster",
                failover(
                        "siterecovery.trilio.io",
                        "default",
                        "no-cluster",
                        "production-pg",
                        "mars"));
        orders.put(
                "already",
                failover(
                        "siterecovery.trilio.io",
                        "default",
                        "already",
                        "production-pg",
                        "primary"));
        orders.values().forEach(primary::apply);
        assertThat(refusal("no-group")).contains("no ProtectionGroup nothing");
        assertThat(refusal("no-cluster")).contains("mars is no cluster of this deployment");
        assertThat(refusal("already")).contains("already runs on cluster1");
        assertThat(
                        primary.feed(
                                        failover(
                                                        "siterecovery.trilio.io",
                                                        "default",
                                                        "odd",
                                                        "production-pg",
                                                        "dr")
                                                .replace("targetCluster:", "target:"),
                                        "apply",
                                        "-f",
                                        "-")
                                .text())
                .contains("spec.target");

        primary.apply(
                group("siterecovery.trilio.io", "default", "thief", "prod-vm-3", "prod-vm-1"));
        primary.apply(group("dr.linstor.io", "staging", "invalid-pg", "local-only-vm"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(primary.ok("describe", "pg", "thief", "-n", "default"))
                                        .contains(
                                                "VM prod-vm-1 belongs to protection group default/production-pg already"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(
                                                primary.ok(
                                                        "describe",
                                                        "protectiongroup",
                                                        "invalid-pg",
                                                        "-n",
                                                        "staging"))
                                        .contains(
                                                "PVC local-only-vm-disk for VM local-only-vm: Storage class linstor-local has placementCount=1, minimum 2 required for geo-replication",
                                                "InvalidConfiguration"));
        assertThat(primary.ok("get", "vmi", "-n", "default", "-o", "name")).isEqualTo(vms);
    }

    private String refusal(String name) {
        primary.ok(
                "wait",
                "--for=jsonpath={.status.state}=Failed",
                "failover/" + name,
                "-n",
                "default",
                "--timeout=60s");
        return primary.ok(
                "get", "failover", name, "-n", "default", "-o", "jsonpath={.status.message}");
    }

    /** Every half second: wishes the source running, and re-creates a VM there, running. */
    private static final class Tool implements AutoCloseable {
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final List<Integer> codes = new ArrayList<>();
        private final Kubectl source;
        private final String halted;

        Tool(Kubectl source) {
            this.source = source;
            String vm = source.ok("get", "vm", "app-server-1", "-n", "production", "-o", "json");
            String anew =
                    vm.replaceAll("\"(resourceVersion|uid|creationTimestamp)\": \"[^\"]*\",?", "")
                            .replaceAll("\"siterecovery.trilio.io/[a-z-]*\": \"[^\"]*\",?", "")
                            .replace("\"running\": false", "\"running\": true")
                            .replace("\"runStrategy\": \"Halted\"", "\"runStrategy\": \"Always\"")
                            .replaceAll(",(\\s*})", "$1");
            halted =
                    anew.replace("\"running\": true", "\"running\": false")
                            .replace("\"runStrategy\": \"Always\"", "\"runStrategy\": \"Halted\"");
            var _ =
                    clock.scheduleWithFixedDelay(
                            () -> {
                                source.run(
                                        "patch",
                                        "pg",
                                        "production-app",
                                        "-n",
                                        "production",
                                        "--type",
                                        "merge",
                                        "-p",
                                        "{\"spec\":{\"desiredState\":\"running\"}}");
                                source.run(
                                        "delete",
                                        "vm",
                                        "app-server-1",
                                        "-n",
                                        "production",
                                        "--wait=false");
                                int code = source.feed(anew, "create", "-f", "-").code();
                                synchronized (codes) {
                                    codes.add(code);
                                }
                            },
                            0,
                            200,
                            TimeUnit.MILLISECONDS);
        }

        void hasTried(int times) {
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                synchronized (codes) {
                                    return codes.size() >= times;
                                }
                            });
        }

        @Override
        public void close() {
            clock.shutdown();
            try {
                assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
                // What it deleted and was not let create again running is put back as it should be.
                source.feed(halted, "create", "-f", "-");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String group(String api, String namespace, String name, String... vms) {
        StringBuilder manifest =
                new StringBuilder(
                        """
                        apiVersion: %s/v1alpha1
                        kind: ProtectionGroup
                        metadata:
                          name: %s
                          namespace: %s
                        spec:
                          desiredState: running
                          virtualMachines:
                        """
                                .formatted(api, name, namespace));
        for (String vm : vms) {
            manifest.append("    - name: ").append(vm).append('\n');
        }
        return manifest.toString();
    }

    private static String failover(
            String api, String namespace, String name, String group, String target) {
        return """
        apiVersion: %s/v1alpha1
        kind: Failover
        metadata:
          name: %s
          namespace: %s
        spec:
          protectionGroup: %s
          targetCluster: %s
          failoverType: planned
        """
                .formatted(api, name, namespace, group, target);
    }

    private static void healthy(Kubectl cluster, String namespace, String group) {
        for (String field :
                List.of("state=Active", "replicationHealth=Healthy", "currentState=running")) {
            String[] parts = field.split("=", 2);
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    cluster.run(
                                                    "get",
                                                    "pg",
                                                    group,
                                                    "-n",
                                                    namespace,
                                                    "-o",
                                                    "jsonpath={.status." + parts[0] + "}")
                                            .text()
                                            .equals(parts[1]));
        }
    }

    private static void completes(Kubectl cluster, String namespace, String failover) {
        Kubectl.Answer answer =
                cluster.run(
                        "wait",
                        "--for=jsonpath={.status.state}=Completed",
                        "failover/" + failover,
                        "-n",
                        namespace,
                        "--timeout=120s");
        assertThat(answer.code())
                .as(
                        "%s: %s",
                        answer.text(),
                        cluster.run("get", "failover", failover, "-n", namespace, "-o", "yaml")
                                .text())
                .isZero();
    }

    private void step(String namespace, String failover, String pattern) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () ->
                                quorum.run(
                                                "get",
                                                "failover",
                                                failover,
                                                "-n",
                                                namespace,
                                                "-o",
                                                "jsonpath={.status.step}")
                                        .text()
                                        .matches(pattern));
    }

    private static String phase(Kubectl cluster, String namespace, String vm) {
        return cluster.run(
                        "get",
                        "vmi",
                        vm,
                        "-n",
                        namespace,
                        "--ignore-not-found",
                        "-o",
                        "jsonpath={.status.phase}")
                .text();
    }

    /** An outage has a length; nothing is waited for. */
    private static void wait(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        await().atMost(length.plusSeconds(5)).until(() -> System.nanoTime() > end);
    }

    private List<String> keys(String tenant) {
        List<String> keys = new ArrayList<>();
        Map<String, Object> properties = new HashMap<>(world.kafka().adminProperties());
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

    /**
     * Lines about groups and failovers carry the tenant's name, and no other tenant's namespace.
     */
    private void everyLineOfATenantNamesIt() throws IOException {
        List<String> lines = Files.readAllLines(world.controlPlaneLog(), StandardCharsets.UTF_8);
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
