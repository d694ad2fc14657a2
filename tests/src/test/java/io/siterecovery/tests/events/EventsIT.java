package io.siterecovery.tests.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.events.EventCodec;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.TenantTopic;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.operation.OperationStep;
import io.siterecovery.reader.Events;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/events} as a process, with a real broker and a real kubectl. */
class EventsIT {

    private record Ended(int code, String out, String error) {}

    private static final String PASSWORD = "marker-of-a-password";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path dir;
    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedKafka kafka;
    private static KubernetesApiServer quorum;
    private static KafkaProducer<String, byte[]> producer;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
        quorum =
                KubernetesApiServer.start(
                        VERTX, new KubernetesApiServer.Options("quorum", dir.resolve("quorum"), 0));
        producer =
                new KafkaProducer<>(
                        new HashMap<>(kafka.adminProperties()),
                        new StringSerializer(),
                        new ByteArraySerializer());
        for (String deployment : List.of("prod", "staging")) {
            for (TenantTopic topic : TenantTopic.values()) {
                kafka.createTopic(topic.of(deployment), false, 1);
            }
        }
        String prefix = TenantTopic.prefix("prod");
        kafka.createUser(prefix + "reader", PASSWORD);
        kafka.allow(
                prefix + "reader",
                new ResourcePattern(ResourceType.TOPIC, prefix, PatternType.PREFIXED),
                AclOperation.READ);
        Files.writeString(dir.resolve("kubeconfig"), quorum.kubeconfig("admin", "system:masters"));
        Files.writeString(dir.resolve("password"), PASSWORD + "\n");
        kubectl("create", "namespace", "dr-prod");
        kubectl("create", "namespace", "dr-staging");
        kubectl(
                "create",
                "secret",
                "generic",
                "kafka-reader",
                "--namespace=dr-prod",
                "--from-literal=bootstrap.servers=" + kafka.bootstrap(),
                "--from-literal=security.protocol=SASL_PLAINTEXT",
                "--from-literal=user=" + prefix + "reader",
                "--from-literal=password=" + PASSWORD);
        step("Closing");
        say(
                TenantTopic.CLUSTERS,
                EventType.REACHABILITY,
                "cluster1",
                new ReachabilityFact(true, true, Instant.EPOCH, "site", ""));
        say(TenantTopic.CLUSTERS, EventType.NODE, "cluster1/Node//worker-9", null);
        step("Completed");
    }

    @AfterAll
    static void stop() throws Exception {
        producer.close(Duration.ofSeconds(1));
        quorum.close();
        VERTX.close().await(10, TimeUnit.SECONDS);
        kafka.close();
    }

    @Test
    void prints_what_is_there_with_the_credential_of_the_secret() throws Exception {
        Ended ended = run("prod", "--kubeconfig", dir.resolve("kubeconfig").toString());
        assertThat(ended.error()).isEmpty();
        assertThat(ended.code()).isZero();
        assertThat(ended.out().lines())
                .containsExactlyInAnyOrder(
                        "1970-01-01T00:00:01Z  production/web  operation.step-taken"
                                + "  web-to-dr Closing: all is well",
                        "1970-01-01T00:00:01Z  cluster1  cluster.reachability-observed"
                                + "  reachable, all listed",
                        "1970-01-01T00:00:01Z  cluster1/Node//worker-9  -  gone",
                        "1970-01-01T00:00:01Z  production/web  operation.step-taken"
                                + "  web-to-dr Completed: all is well");
    }

    @Test
    void json_lines_are_cloud_events_in_the_order_of_the_topic() throws Exception {
        Ended ended = run(options("prod", "--topic", "operations", "-o", "json"));
        assertThat(ended.error()).isEmpty();
        assertThat(ended.code()).isZero();
        List<JsonNode> events = new ArrayList<>();
        for (String line : ended.out().lines().toList()) {
            events.add(JSON.readTree(line));
        }
        assertThat(events)
                .extracting(event -> event.at("/data/step").asText())
                .containsExactly("Closing", "Completed");
        assertThat(events)
                .allMatch(event -> event.path("tenant").asText().equals("prod"))
                .allMatch(event -> event.path("specversion").asText().equals("1.0"));
    }

    @Test
    void follows_until_ctrl_c_and_ends_with_130_at_the_end_of_a_line() throws Exception {
        Path out = dir.resolve("followed");
        Process process =
                start(out, options("prod", "--topic", "drbd", "--follow", "--from", "beginning"));
        try {
            for (int i = 0; i < 20; i++) {
                int lines = i;
                say(TenantTopic.DRBD, EventType.NODE, "cluster1/worker-1/r" + i, null);
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> Files.readAllLines(out).size() > lines);
            }
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(Files.readString(out)).endsWith("worker-1/r19  -  gone\n");
        assertThat(Files.readString(dir.resolve("error"))).isEmpty();
    }

    @Test
    void what_the_reader_may_not_see_or_cannot_log_in_to_is_told_in_a_line() throws Exception {
        Ended other = run(options("staging", "--topic", "operations"));
        assertThat(other.error())
                .startsWith("bin/events: the user may not read this, or it does not exist:")
                .contains("dr-staging.operations")
                .doesNotContain("\tat ");
        assertThat(other.code()).isEqualTo(1);

        Path wrong = Files.writeString(dir.resolve("wrong"), "no");
        List<String> arguments = new ArrayList<>(List.of(options("prod")));
        arguments.set(arguments.indexOf("--password-file") + 1, wrong.toString());
        Ended refused = run(arguments.toArray(String[]::new));
        assertThat(refused.error())
                .contains("bin/events: the brokers refuse the user or the password:")
                .doesNotContain("\tat ");
        assertThat(refused.code()).isEqualTo(1);
    }

    @Test
    void a_deployment_without_the_secret_is_told_by_kubectl() throws Exception {
        Ended ended = run("staging", "--kubeconfig", dir.resolve("kubeconfig").toString());
        assertThat(ended.error())
                .startsWith("bin/events: kubectl: ")
                .contains("secrets \"kafka-reader\" not found");
        assertThat(ended.code()).isEqualTo(1);
    }

    private static void step(String step) throws Exception {
        say(
                TenantTopic.OPERATIONS,
                EventType.OPERATION_STEP,
                "production/web",
                new OperationStep(
                        "production",
                        "web",
                        "web-to-dr",
                        "uid-1",
                        step,
                        "all is well",
                        1,
                        Instant.EPOCH,
                        Map.of()));
    }

    private static void say(TenantTopic topic, EventType type, String key, @Nullable Record data)
            throws Exception {
        var record =
                new ProducerRecord<>(
                        topic.of("prod"), key, data == null ? null : EventCodec.encode(data));
        EventCodec.headers(
                        new EventHeaders(
                                "id",
                                type,
                                "/clusters/quorum",
                                key,
                                Instant.ofEpochSecond(1),
                                "prod",
                                null,
                                null))
                .forEach(record.headers()::add);
        if (data == null) {
            record.headers().remove("ce_type");
        }
        producer.send(record).get(20, TimeUnit.SECONDS);
    }

    private static String[] options(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap", kafka.bootstrap(), "--user", "dr-prod.reader"));
        all.addAll(List.of("--password-file", dir.resolve("password").toString()));
        all.addAll(List.of("--security-protocol", "SASL_PLAINTEXT"));
        return all.toArray(String[]::new);
    }

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        Path out = dir.resolve("out");
        Process process = start(out, arguments);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String error = Files.readString(dir.resolve("error"));
        assertThat(error + Files.readString(out)).doesNotContain(PASSWORD);
        return new Ended(process.exitValue(), Files.readString(out), error);
    }

    private static Process start(Path out, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                // Whoever runs the tests in the background has SIGINT ignored.
                                "env",
                                "--default-signal=INT",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlogback.configurationFile=quiet-logback.xml",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Events.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(dir.resolve("error").toFile()).redirectOutput(out.toFile());
        return builder.start();
    }

    private static void kubectl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig"));
        command.add(dir.resolve("kubeconfig").toString());
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("kubectl").toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s", Files.readString(dir.resolve("kubectl"))).isZero();
    }
}
