package io.siterecovery.tests.kafka;

import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The broker of the sandbox. */
class EmbeddedKafkaContractIT extends KafkaContract {

    private record Embedded(EmbeddedKafka kafka) implements Broker {

        @Override
        public Map<String, String> superUser() {
            return kafka.adminProperties();
        }

        @Override
        public Map<String, String> client(String user, String password) {
            return kafka.clientProperties(user, password);
        }

        @Override
        public void close() {
            kafka.close();
        }
    }

    @TempDir private static Path dir;

    @Override
    Broker start() {
        return new Embedded(EmbeddedKafka.start(dir, 0));
    }
}
