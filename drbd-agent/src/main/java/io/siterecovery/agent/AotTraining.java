package io.siterecovery.agent;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * The run of which the launcher makes the agent's AOT cache: an agent without node, broker or
 * cluster. What only a broker's answers need is loaded by name. A cache that lacks something costs
 * milliseconds, nothing else.
 */
final class AotTraining {

    private static final int SECONDS = 2;

    private static final String SAID =
            """
            exists resource name:r0 role:Primary suspended:no force-io-failures:no may_promote:no promotion_score:10102
            exists connection name:r0 peer-node-id:1 conn-name:n2 connection:Connected role:Secondary congested:no ap-in-flight:0 rs-in-flight:0
            exists device name:r0 volume:0 minor:1000 disk:UpToDate client:no open:yes quorum:yes size:65496 upper-pending:0
            exists peer-device name:r0 peer-node-id:1 conn-name:n2 volume:0 replication:Established peer-disk:UpToDate resync-suspended:no out-of-sync:0 pending:0 unacked:0
            exists -
            change resource name:r0 role:Secondary may_promote:yes promotion_score:10102
            """;

    private static final String OPTIONS =
            """
            [{"resource":"r0","options":{"quorum":"majority"},"connections":[{"_peer_node_id":1,"net":{"protocol":"C"}}]}]
            """;

    private static final String VERSIONS =
            "DRBDADM_VERSION_CODE=0x092200\nDRBDADM_VERSION=9.34.0\n";

    private static final String DRBDSETUP =
            """
            cd "$(dirname "$0")"
            case $1 in
            --version) exec cat versions ;;
            show) exec cat show ;;
            esac
            cat said
            while read -r _; do :; done
            """;

    /** A broker's answers, and all the errors that may be in them. */
    private static final List<String> ANSWERS =
            List.of(
                    "org.apache.kafka.common.protocol.Errors",
                    "org.apache.kafka.common.requests.AbstractRequest",
                    "org.apache.kafka.common.requests.AbstractResponse",
                    "org.apache.kafka.clients.producer.internals.Sender",
                    "org.apache.kafka.clients.consumer.internals.Fetcher",
                    "org.apache.kafka.common.security.scram.internals.ScramSaslClient",
                    "org.apache.kafka.common.security.authenticator.SaslClientAuthenticator");

    public static void main(String[] arguments)
            throws AgentEnvironment.Refused, IOException, InterruptedException {
        Path dir = Files.createTempDirectory("drbd-agent-training");
        Path said = Files.writeString(dir.resolve("said"), SAID);
        Files.writeString(dir.resolve("show"), OPTIONS);
        Files.writeString(dir.resolve("versions"), VERSIONS);
        Path drbdsetup = Files.writeString(dir.resolve("drbdsetup"), DRBDSETUP);
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        new AgentMain(Map.of(), nowhere, nowhere).run(List.of("replay", said.toString()));
        DrbdAgent agent =
                new DrbdAgent(
                        AgentEnvironment.read(
                                Map.of(
                                        "NODE_NAME", "n1",
                                        "CLUSTER_NAME", "training",
                                        "SITE_ID", "000000000000",
                                        "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                                        "KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT",
                                        "KAFKA_USERNAME", "training",
                                        "KAFKA_PASSWORD", "training",
                                        "DRBDSETUP", "sh " + drbdsetup,
                                        "DRBDADM", "sh " + drbdsetup)));
        agent.start();
        ANSWERS.forEach(AotTraining::load);
        boolean _ = new CountDownLatch(1).await(SECONDS, TimeUnit.SECONDS);
        agent.close();
        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(dir);
    }

    private static void load(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException e) {
            LoggerFactory.getLogger(AotTraining.class)
                    .warn("not in this version of Kafka: {}", name);
        }
    }

    private AotTraining() {}
}
