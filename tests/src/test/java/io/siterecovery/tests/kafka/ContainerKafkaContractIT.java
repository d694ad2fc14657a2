package io.siterecovery.tests.kafka;

import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Kafka as it is shipped, in a container, where a Docker engine runs. */
class ContainerKafkaContractIT extends KafkaContract {

    private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.1.1");
    private static final String PASSWORD = "of-the-super-user";

    private record Contained(KafkaContainer container) implements Broker {

        @Override
        public Map<String, String> superUser() {
            return login("PLAIN", "plain.PlainLoginModule", "admin", PASSWORD);
        }

        @Override
        public Map<String, String> client(String user, String password) {
            return login("SCRAM-SHA-512", "scram.ScramLoginModule", user, password);
        }

        private Map<String, String> login(
                String mechanism, String module, String user, String password) {
            return Map.of(
                    "bootstrap.servers",
                    container.getBootstrapServers(),
                    "security.protocol",
                    "SASL_PLAINTEXT",
                    "sasl.mechanism",
                    mechanism,
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security.%s required username=\"%s\" password=\"%s\";"
                            .formatted(module, user, password));
        }

        @Override
        public void close() {
            container.close();
        }
    }

    @Override
    Broker start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            String skipped =
                    "SKIPPED: the Kafka contract on Kafka's own image, since no Docker engine"
                            + " answers; it ran on the embedded broker";
            System.out.println(skipped);
            Assumptions.abort(skipped);
        }
        KafkaContainer container = new KafkaContainer(IMAGE);
        // Clients come in by the listener that the container names PLAINTEXT; within the container
        // the brokers talk among themselves without a login.
        container.addEnv(
                "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                "BROKER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        container.addEnv(
                "KAFKA_LISTENER_NAME_PLAINTEXT_SASL_ENABLED_MECHANISMS", "SCRAM-SHA-512,PLAIN");
        // The super user must be able to log in before there are users.
        container.addEnv(
                "KAFKA_LISTENER_NAME_PLAINTEXT_PLAIN_SASL_JAAS_CONFIG",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_admin=\"%s\";"
                        .formatted(PASSWORD));
        container.addEnv(
                "KAFKA_LISTENER_NAME_PLAINTEXT_SCRAM___SHA___512_SASL_JAAS_CONFIG",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        container.addEnv(
                "KAFKA_AUTHORIZER_CLASS_NAME",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        container.addEnv("KAFKA_SUPER_USERS", "User:ANONYMOUS;User:admin");
        container.addEnv("KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND", "false");
        container.addEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
        container.start();
        return new Contained(container);
    }
}
