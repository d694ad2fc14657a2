package io.siterecovery.sandbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.siterecovery.agent.AgentConfig;
import io.siterecovery.agent.DrbdAgent;
import io.siterecovery.agent.KubernetesAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The agent and the API server of its own cluster. */
class StartupTaintIT {

    private static final String NOT_READY = "siterecovery.trilio.io/not-ready";
    private static final String PRIMARIES = "siterecovery.trilio.io/drbd-primaries";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String PEER = " name:r0 peer-node-id:1 conn-name:bravo";
    private static final String CONNECTED = PEER + " connection:Connected role:Secondary";
    private static final String CONNECTING = PEER + " connection:Connecting role:Unknown";

    @TempDir private static Path shared;
    private static AgentCluster cluster;
    private static KubernetesClient admin;

    @TempDir private Path child;
    private String name;
    private KubernetesAccess access;
    private Optional<DrbdAgent> agent = Optional.empty();

    @BeforeAll
    static void serve() throws IOException {
        cluster = new AgentCluster(shared);
        admin = cluster.admin;
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @BeforeEach
    void node(TestInfo test) throws IOException {
        name = "n" + Integer.toHexString(test.getDisplayName().hashCode());
        cluster.addNode(name);
        access = cluster.access(name);
        Files.createFile(child.resolve("live"));
    }

    @AfterEach
    void stop() {
        agent.ifPresent(DrbdAgent::close);
        assertThat(taints()).as("taints of others").contains("drbd.linbit.com/lost-quorum");
    }

    @Test
    void it_is_set_before_the_stream_is_read_and_removed_when_all_is_connected()
            throws IOException {
        dump("Secondary", CONNECTING);
        start(LONG);
        await().atMost(PATIENCE).until(() -> Files.exists(child.resolve("commands")));
        assertThat(taints()).contains(NOT_READY);
        say("change connection" + CONNECTED);
        awaitTainted(false);
        assertThat(events()).isEmpty();
    }

    @Test
    void it_is_removed_at_the_limit_with_a_warning_that_names_the_resources() throws IOException {
        dump("Secondary", CONNECTING);
        start(Duration.ofSeconds(2));
        awaitTainted(true);
        awaitTainted(false);
        await().atMost(PATIENCE).until(() -> !events().isEmpty());
        Event warning = events().getFirst();
        assertThat(warning.getType()).isEqualTo("Warning");
        assertThat(warning.getMessage()).contains("r0 (bravo is Connecting)");
    }

    @Test
    void a_former_primary_that_meets_no_peer_keeps_the_node_closed_until_a_human_speaks()
            throws IOException {
        dump("Primary", CONNECTED);
        start(LONG);
        awaitTainted(false);
        await().atMost(PATIENCE).until(() -> "r0".equals(annotation(PRIMARIES)));
        // The power goes: no demotion is ever seen.
        agent.ifPresent(DrbdAgent::close);
        dump("Secondary", CONNECTING);
        start(Duration.ofSeconds(2));
        awaitTainted(true);
        await().atMost(PATIENCE).until(() -> !events().isEmpty());
        assertThat(taints()).contains(NOT_READY);
        String command =
                "kubectl annotate node " + name + " siterecovery.trilio.io/drbd-release=r0";
        assertThat(events().getFirst().getMessage()).contains(command);

        annotate("siterecovery.trilio.io/drbd-release", "r0");
        awaitTainted(false);
        await().atMost(PATIENCE)
                .until(() -> annotation("siterecovery.trilio.io/drbd-release").isEmpty());
        assertThat(annotation(PRIMARIES)).isEmpty();
    }

    @Test
    void it_is_right_after_a_crash_and_while_others_write_the_node_too() throws IOException {
        // A crash left it behind; an old release must not let anything go.
        admin.nodes()
                .withName(name)
                .edit(
                        node ->
                                new NodeBuilder(node)
                                        .editMetadata()
                                        .addToAnnotations(PRIMARIES, "r0")
                                        .addToAnnotations(
                                                "siterecovery.trilio.io/drbd-release", "r0")
                                        .endMetadata()
                                        .editSpec()
                                        .addNewTaint("NoSchedule", NOT_READY, null, null)
                                        .endSpec()
                                        .build());
        dump("Secondary", CONNECTING);
        start(Duration.ofSeconds(1));
        for (int i = 0; i < 30; i++) {
            annotate("others", String.valueOf(i));
        }
        await().atMost(PATIENCE).until(() -> !events().isEmpty());
        assertThat(taints()).containsOnlyOnce(NOT_READY);
        say("change connection" + CONNECTED);
        for (int i = 0; i < 30; i++) {
            annotate("others", String.valueOf(i));
        }
        awaitTainted(false);
        assertThat(annotation("others")).isEqualTo("29");
    }

    @Test
    void the_manifests_let_an_agent_write_its_own_node_only() throws IOException {
        dump("Secondary", CONNECTING);
        String foreign = "foreign-" + name;
        cluster.addNode(foreign);
        access = cluster.access(foreign);
        start(LONG);
        await().atMost(PATIENCE).until(() -> Files.exists(child.resolve("commands")));
        assertThat(taints()).doesNotContain(NOT_READY);
    }

    private void start(Duration limit) {
        DrbdAgent starting =
                new DrbdAgent(
                        new AgentConfig(
                                        name,
                                        AgentCluster.SITE,
                                        List.of(
                                                "bash",
                                                "../drbd-agent/src/test/resources/events2-player.sh",
                                                child.toString()),
                                        cluster.kafka.adminProperties())
                                .in(access, limit, AgentConfig.GONE_AFTER));
        agent = Optional.of(starting);
        starting.start();
    }

    private void dump(String role, String connection) throws IOException {
        Files.writeString(child.resolve("live"), "");
        Files.write(
                child.resolve("dump"),
                List.of(
                        "exists resource name:r0 role:" + role,
                        "exists connection" + connection,
                        "exists device name:r0 volume:0 disk:UpToDate",
                        "exists -"));
    }

    private void say(String line) throws IOException {
        Files.writeString(child.resolve("live"), line + "\n", StandardOpenOption.APPEND);
    }

    private void awaitTainted(boolean tainted) {
        await().atMost(PATIENCE).until(() -> taints().contains(NOT_READY) == tainted);
    }

    private Node node() {
        return admin.nodes().withName(name).get();
    }

    private List<String> taints() {
        return node().getSpec().getTaints().stream().map(Taint::getKey).toList();
    }

    private String annotation(String key) {
        Map<String, String> annotations = node().getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(key, "");
    }

    private void annotate(String key, String value) {
        admin.nodes()
                .withName(name)
                .edit(
                        node ->
                                new NodeBuilder(node)
                                        .editMetadata()
                                        .addToAnnotations(key, value)
                                        .endMetadata()
                                        .build());
    }

    private List<Event> events() {
        return admin.v1().events().inNamespace("default").list().getItems().stream()
                .filter(event -> name.equals(event.getInvolvedObject().getName()))
                .toList();
    }
}
