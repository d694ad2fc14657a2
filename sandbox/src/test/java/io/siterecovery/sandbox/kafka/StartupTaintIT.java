package io.siterecovery.sandbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.siterecovery.agent.AgentConfig;
import io.siterecovery.agent.DrbdAgent;
import io.siterecovery.agent.KubernetesAccess;
import io.siterecovery.events.Topics;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The agent and the API server of its own cluster. */
class StartupTaintIT {

    private static final String SITE = "0123456789ab";
    private static final String NOT_READY = "siterecovery.trilio.io/not-ready";
    private static final String PRIMARIES = "siterecovery.trilio.io/drbd-primaries";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String PEER = " name:r0 peer-node-id:1 conn-name:bravo";
    private static final String CONNECTED = PEER + " connection:Connected role:Secondary";
    private static final String CONNECTING = PEER + " connection:Connecting role:Unknown";

    @TempDir private static Path shared;
    private static Vertx vertx;
    private static KubernetesApiServer server;
    private static KubernetesClient admin;
    private static KubernetesAccess access;
    private static EmbeddedKafka kafka;

    @TempDir private Path child;
    private String name;
    private Optional<DrbdAgent> agent = Optional.empty();

    @BeforeAll
    static void serve() throws IOException {
        kafka = EmbeddedKafka.start(shared.resolve("kafka"), 0);
        kafka.createTopic(Topics.siteDrbd(SITE), true, 1);
        vertx = Vertx.vertx();
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options("cluster1", shared, 0));
        admin = fabric8(server.kubeconfig("admin", "system:masters"));
        JsonNode config =
                new YAMLMapper().readTree(server.kubeconfig("drbd-agent", "system:masters"));
        access =
                new KubernetesAccess(
                        URI.create(config.at("/clusters/0/cluster/server").asText()),
                        Optional.empty(),
                        Optional.of(pem(config, "/clusters/0/cluster/certificate-authority-data")),
                        Optional.of(pem(config, "/users/0/user/client-certificate-data")),
                        Optional.of(pem(config, "/users/0/user/client-key-data")));
    }

    @AfterAll
    static void end() throws Exception {
        admin.close();
        server.close();
        kafka.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @BeforeEach
    void node(TestInfo test) throws IOException {
        name = "n" + Integer.toHexString(test.getDisplayName().hashCode());
        admin.nodes()
                .resource(
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .withNewSpec()
                                .addNewTaint(
                                        "NoSchedule", "drbd.linbit.com/lost-quorum", null, null)
                                .endSpec()
                                .build())
                .create();
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

    private void start(Duration limit) {
        DrbdAgent starting =
                new DrbdAgent(
                        new AgentConfig(
                                        name,
                                        SITE,
                                        List.of(
                                                "bash",
                                                "../drbd-agent/src/test/resources/events2-player.sh",
                                                child.toString()),
                                        kafka.adminProperties())
                                .withTaint(access, limit));
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

    private static Path pem(JsonNode config, String pointer) throws IOException {
        return Files.write(
                Files.createTempFile(shared, "agent", ".pem"),
                Base64.getDecoder().decode(config.at(pointer).asText()));
    }

    private static KubernetesClient fabric8(String kubeconfig) {
        Config config =
                new ConfigBuilder(Config.fromKubeconfig(kubeconfig))
                        .withOnlyHttpWatches(true)
                        .withClientKeyAlgo("EC")
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }
}
