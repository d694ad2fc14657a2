package io.siterecovery.platform;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/** What every Kafka client of this process is told. */
public final class KafkaSettings {

    private static final int ADMIN_TIMEOUT_MS = 10_000;

    /** How long a call may hold up the producer for metadata of a topic that is known to exist. */
    private static final int PRODUCER_BLOCK_MS = 10_000;

    static Map<String, String> producer(Configuration.Kafka kafka) {
        Map<String, String> settings = client(kafka);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        settings.put("linger.ms", "0");
        settings.put("max.block.ms", String.valueOf(PRODUCER_BLOCK_MS));
        long deliveryMs = kafka.deliveryTimeout().toMillis();
        settings.put("delivery.timeout.ms", String.valueOf(deliveryMs));
        // A request is given up before its record is, so that there is time to send it again.
        settings.put("request.timeout.ms", String.valueOf(Math.min(10_000, deliveryMs / 2)));
        return settings;
    }

    public static Map<String, String> consumer(Configuration.Kafka kafka) {
        Map<String, String> settings = client(kafka);
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("allow.auto.create.topics", "false");
        settings.put("fetch.min.bytes", "1");
        // A topic that is read from now on waits for the end of the request that is under way.
        settings.put("fetch.max.wait.ms", "100");
        settings.put("max.poll.records", "500");
        return settings;
    }

    /**
     * A member of a group in which a death is noticed within seconds: the classic protocol, since a
     * stock broker lets no session of the newer one be shorter than 45 s.
     */
    static Map<String, String> member(Configuration.Kafka kafka, String group) {
        Map<String, String> settings = client(kafka);
        settings.put("group.id", group);
        settings.put("group.protocol", "classic");
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "2000");
        // Also how long others wait in a rebalance for one that is alive and does not come.
        settings.put("max.poll.interval.ms", "15000");
        settings.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
        settings.put("metadata.max.age.ms", "10000");
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "latest");
        settings.put("allow.auto.create.topics", "false");
        return settings;
    }

    public static Map<String, String> admin(Configuration.Kafka kafka) {
        Map<String, String> settings = client(kafka);
        settings.put("request.timeout.ms", String.valueOf(ADMIN_TIMEOUT_MS / 2));
        settings.put("default.api.timeout.ms", String.valueOf(ADMIN_TIMEOUT_MS));
        return settings;
    }

    private static Map<String, String> client(Configuration.Kafka kafka) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        settings.put("security.protocol", kafka.securityProtocol());
        settings.put("reconnect.backoff.ms", "50");
        settings.put("reconnect.backoff.max.ms", "1000");
        settings.put("metric.reporters", "");
        settings.put("enable.metrics.push", "false");
        if (kafka.securityProtocol().startsWith("SASL")) {
            settings.put("sasl.mechanism", "SCRAM-SHA-512");
            settings.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
                            + quoted(kafka.user())
                            + "\" password=\""
                            + quoted(kafka.password())
                            + "\";");
        }
        if (kafka.caFile() != null) {
            settings.put("ssl.truststore.type", "PEM");
            settings.put("ssl.truststore.location", kafka.caFile().toString());
        }
        return settings;
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private KafkaSettings() {}
}
