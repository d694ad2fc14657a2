package io.siterecovery.sandbox.kafka;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What one broker and controller in one process is told: a real cluster's security and semantics, a
 * laptop's memory.
 */
final class BrokerSettings {

    static final String CLIENT_LISTENER = "CLIENT";
    static final String CONTROLLER_LISTENER = "CONTROLLER";
    static final String ADMIN = "admin";
    private static final String CONTROLLER_USER = "controller";

    static Map<String, Object> of(
            Path log,
            int clientPort,
            int controllerPort,
            String adminPassword,
            String controllerPassword) {
        Map<String, Object> settings = new HashMap<>();
        listeners(settings, clientPort, controllerPort);
        security(settings, adminPassword, controllerPassword);
        semantics(settings);
        footprint(settings);
        settings.put("log.dirs", log.toString());
        return settings;
    }

    /** The client's side of the same security. */
    static Map<String, String> client(String bootstrap, String user, String password) {
        return Map.of(
                "bootstrap.servers",
                bootstrap,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                scram(user, password));
    }

    private static void listeners(Map<String, Object> settings, int client, int controller) {
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put(
                "listeners",
                CLIENT_LISTENER
                        + "://127.0.0.1:"
                        + client
                        + ","
                        + CONTROLLER_LISTENER
                        + "://127.0.0.1:"
                        + controller);
        settings.put(
                "listener.security.protocol.map",
                "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
        settings.put("inter.broker.listener.name", CLIENT_LISTENER);
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
    }

    private static void security(
            Map<String, Object> settings, String adminPassword, String controllerPassword) {
        settings.put("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512");
        settings.put("listener.name.client.sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put(
                "listener.name.client.scram-sha-512.sasl.jaas.config", scram(ADMIN, adminPassword));
        // SCRAM needs the metadata that the controller has yet to serve, so it speaks PLAIN.
        settings.put("sasl.mechanism.controller.protocol", "PLAIN");
        settings.put("listener.name.controller.sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.controller.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\""
                                .formatted(CONTROLLER_USER)
                        + " password=\"%s\" user_%s=\"%s\";"
                                .formatted(
                                        controllerPassword, CONTROLLER_USER, controllerPassword));
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:" + ADMIN + ";User:" + CONTROLLER_USER);
        settings.put("allow.everyone.if.no.acl.found", "false");
    }

    private static void semantics(Map<String, Object> settings) {
        settings.put("auto.create.topics.enable", "false");
        // Freshness is judged by append time: no writer may date its own records.
        settings.put("log.message.timestamp.type", "LogAppendTime");
        settings.put("group.initial.rebalance.delay.ms", "0");
        for (String internal :
                new String[] {
                    "offsets.topic", "transaction.state.log", "share.coordinator.state.topic"
                }) {
            settings.put(internal + ".replication.factor", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
    }

    private static void footprint(Map<String, Object> settings) {
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "2");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "2");
        settings.put("background.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "1");
        settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20));
        settings.put("log.cleaner.io.buffer.size", String.valueOf(256 << 10));
        settings.put("log.cleaner.backoff.ms", "5000");
        settings.put("log.index.size.max.bytes", String.valueOf(1 << 20));
        settings.put("offsets.load.buffer.size", String.valueOf(1 << 20));
        settings.put("transaction.state.log.load.buffer.size", String.valueOf(1 << 20));
        // An idle broker stays idle: no empty metadata record twice a second.
        settings.put("metadata.max.idle.interval.ms", "10000");
    }

    private static String scram(String user, String password) {
        return ("org.apache.kafka.common.security.scram.ScramLoginModule required"
                        + " username=\"%s\" password=\"%s\";")
                .formatted(quoted(user), quoted(password));
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private BrokerSettings() {}
}
