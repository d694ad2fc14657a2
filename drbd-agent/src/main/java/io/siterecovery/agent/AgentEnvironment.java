package io.siterecovery.agent;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the agent's configuration from environment variables; its README lists them. */
final class AgentEnvironment {

    /** Says which settings are missing or wrong, by name. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(List<String> faults) {
            super(String.join("; ", faults));
        }
    }

    private static final Path SERVICE_ACCOUNT =
            Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private static final List<String> PROTOCOLS =
            List.of("SASL_SSL", "SASL_PLAINTEXT", "SSL", "PLAINTEXT");

    private final Map<String, String> environment;
    private final List<String> faults = new ArrayList<>();

    private AgentEnvironment(Map<String, String> environment) {
        this.environment = environment;
    }

    static AgentConfig read(Map<String, String> environment) throws Refused {
        return new AgentEnvironment(environment).config();
    }

    private AgentConfig config() throws Refused {
        String node = required(Setting.NODE_NAME);
        String cluster = required(Setting.CLUSTER_NAME);
        String site = required(Setting.SITE_ID);
        Map<String, String> kafka = kafka();
        List<String> drbdsetup = drbdsetup(environment);
        List<String> drbdadm = drbdadm(environment, drbdsetup);
        Duration statistics = seconds(Setting.STATISTICS_INTERVAL, AgentConfig.STATISTICS_INTERVAL);
        Duration beat = seconds(Setting.BEAT_INTERVAL, AgentConfig.BEAT_INTERVAL);
        Optional<KubernetesAccess> kubernetes = kubernetes();
        Duration limit = seconds(Setting.NOT_READY_TIMEOUT, AgentConfig.NOT_READY_LIMIT);
        Duration gone = seconds(Setting.NODE_GONE_AFTER, AgentConfig.GONE_AFTER);
        if (!faults.isEmpty()) {
            throw new Refused(faults);
        }
        return new AgentConfig(
                node,
                cluster,
                site,
                drbdsetup,
                drbdadm,
                kafka,
                statistics,
                beat,
                kubernetes,
                limit,
                gone);
    }

    /** Inside a pod all of it is there; outside, each part can be set. */
    private Optional<KubernetesAccess> kubernetes() {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String inCluster =
                host.isEmpty()
                        ? ""
                        : "https://%s:%s"
                                .formatted(
                                        host.contains(":") ? "[" + host + "]" : host,
                                        environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443"));
        String server = optional(Setting.KUBERNETES_API_SERVER, inCluster);
        String wish = optional(Setting.STARTUP_TAINT, server.isEmpty() ? "off" : "on");
        if (!wish.equals("on") && !wish.equals("off")) {
            faults.add("STARTUP_TAINT is neither on nor off: " + wish);
        }
        if (wish.equals("off")) {
            return Optional.empty();
        }
        if (server.isEmpty()) {
            faults.add("KUBERNETES_API_SERVER is not set, and STARTUP_TAINT is on");
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new KubernetesAccess(
                            new URI(server),
                            file(Setting.KUBERNETES_TOKEN_FILE, SERVICE_ACCOUNT.resolve("token")),
                            file(Setting.KUBERNETES_CA_FILE, SERVICE_ACCOUNT.resolve("ca.crt")),
                            file(Setting.KUBERNETES_CLIENT_CERTIFICATE_FILE, null),
                            file(Setting.KUBERNETES_CLIENT_KEY_FILE, null)));
        } catch (URISyntaxException e) {
            faults.add("KUBERNETES_API_SERVER is no address: " + server);
            return Optional.empty();
        }
    }

    /** What is set must be there; the usual place is taken only if it is. */
    private Optional<Path> file(Setting name, @Nullable Path usual) {
        String set = optional(name, "");
        if (set.isEmpty()) {
            return Optional.ofNullable(usual).filter(Files::isReadable);
        }
        Path file = Path.of(set);
        if (!Files.isReadable(file)) {
            faults.add(name + " cannot be read: " + set);
        }
        return Optional.of(file);
    }

    private Map<String, String> kafka() {
        Map<String, String> kafka = new HashMap<>();
        kafka.put("bootstrap.servers", brokers());
        String protocol = optional(Setting.KAFKA_SECURITY_PROTOCOL, "SASL_SSL");
        if (!PROTOCOLS.contains(protocol)) {
            faults.add("KAFKA_SECURITY_PROTOCOL is none of %s: %s".formatted(PROTOCOLS, protocol));
        }
        kafka.put("security.protocol", protocol);
        if (protocol.startsWith("SASL")) {
            kafka.put("sasl.mechanism", "SCRAM-SHA-512");
            kafka.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required"
                            .concat(" username=\"%s\" password=\"%s\";")
                            .formatted(
                                    quoted(required(Setting.KAFKA_USERNAME)), quoted(password())));
        }
        file(Setting.KAFKA_CA_FILE, null)
                .ifPresent(
                        authorities -> {
                            kafka.put("ssl.truststore.type", "PEM");
                            kafka.put("ssl.truststore.location", authorities.toString());
                        });
        return kafka;
    }

    private String brokers() {
        String brokers = required(Setting.KAFKA_BOOTSTRAP_SERVERS);
        for (String broker : brokers.split(",", -1)) {
            if (!brokers.isEmpty() && !broker.strip().matches("\\S+:[0-9]{1,5}")) {
                faults.add("KAFKA_BOOTSTRAP_SERVERS has no host:port at: " + broker.strip());
            }
        }
        return brokers;
    }

    private String password() {
        String file = environment.get(Setting.KAFKA_PASSWORD_FILE.name());
        if (file == null) {
            return required(Setting.KAFKA_PASSWORD);
        }
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            faults.add("KAFKA_PASSWORD_FILE cannot be read: " + file);
            return "";
        }
    }

    private String required(Setting name) {
        String value = environment.get(name.name());
        if (value == null || value.isBlank()) {
            faults.add(name + " is not set");
            return "";
        }
        return value;
    }

    private String optional(Setting name, String fallback) {
        return optional(environment, name, fallback);
    }

    private static String optional(Map<String, String> environment, Setting name, String fallback) {
        String value = environment.get(name.name());
        return value == null || value.isBlank() ? fallback : value;
    }

    static List<String> drbdsetup(Map<String, String> environment) {
        return words(optional(environment, Setting.DRBDSETUP, "drbdsetup"));
    }

    /** Empty if nobody knows where it is. */
    static List<String> drbdadm(Map<String, String> environment, List<String> drbdsetup) {
        return environment.containsKey(Setting.DRBDADM.name())
                ? words(optional(environment, Setting.DRBDADM, ""))
                : AgentConfig.drbdadmBeside(drbdsetup);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+", -1));
    }

    private Duration seconds(Setting name, Duration fallback) {
        @Nullable String value = environment.get(name.name());
        if (value == null) {
            return fallback;
        }
        try {
            double seconds = Double.parseDouble(value);
            if (seconds > 0 && seconds <= 3600) {
                return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
            }
        } catch (NumberFormatException e) {
            // Named below.
        }
        faults.add(name + " is not a number of seconds: " + value);
        return fallback;
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
