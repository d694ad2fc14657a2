package io.siterecovery.tests.agent;

import io.siterecovery.events.Topics;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** A broker that can be killed: in a process of its own, which ends with its standard input. */
final class BrokerProcess {

    static final String USER = "agent";
    static final String PASSWORD = "secret";
    private static final String READY = "listening on ";

    private final Process process;
    private final int port;

    private BrokerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * @param port 0 for the first start: with any port, and the site's topic made
     */
    static BrokerProcess start(Path dir, String siteId, int port) throws IOException {
        Process process =
                Jvm.start(
                        dir.resolveSibling("broker.log"),
                        Map.of(),
                        BrokerProcess.class,
                        List.of(dir.toString(), siteId, String.valueOf(port)));
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(READY)) {
                Jvm.drain(out);
                return new BrokerProcess(process, Integer.parseInt(line.substring(READY.length())));
            }
        }
        throw new IOException("the broker did not start: see broker.log");
    }

    int port() {
        return port;
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    Map<String, String> client() {
        return Map.of(
                "bootstrap.servers",
                bootstrap(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required"
                        + " username=\"%s\" password=\"%s\";".formatted(USER, PASSWORD));
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[2]);
        EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(arguments[0]), port);
        if (port == 0) {
            String topic = Topics.siteDrbd(arguments[1]);
            kafka.createTopic(topic, true, 1);
            kafka.createUser(USER, PASSWORD);
            kafka.allow(
                    USER,
                    new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                    AclOperation.READ,
                    AclOperation.WRITE,
                    AclOperation.DESCRIBE);
        }
        System.out.println("\n" + READY + kafka.port());
        int _ = System.in.read();
        kafka.close();
        System.exit(0);
    }
}
