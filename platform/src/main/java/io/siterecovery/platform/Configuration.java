package io.siterecovery.platform;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How this process was told to run: environment variables {@code SITE_RECOVERY_*}, over a
 * properties file ({@code SITE_RECOVERY_CONFIG_FILE}), over defaults. See {@link Setting}.
 */
public record Configuration(
        Path quorumKubeconfig,
        Kafka kafka,
        String httpHost,
        int httpPort,
        Duration kubernetesDeadline,
        Duration stopTimeout,
        Onboarding onboarding) {

    public static final String CONFIG_FILE = "SITE_RECOVERY_CONFIG_FILE";

    /**
     * @param caFile PEM; absent: the JDK's own trust store
     */
    public record Kafka(
            String bootstrapServers,
            String securityProtocol,
            String user,
            String password,
            @Nullable Path caFile,
            Duration deliveryTimeout) {

        @Override
        public String toString() {
            return "Kafka[" + securityProtocol + "://" + user + "@" + bootstrapServers + "]";
        }
    }

    /**
     * What only the tenant-manager needs.
     *
     * @param namespace the platform's own, on the quorum cluster
     * @param tokenAudience empty: that of the quorum cluster's API
     * @param kafkaReplication of new topics
     * @param forbidden where no deployment's API server may be, besides what is never allowed
     */
    public record Onboarding(
            String namespace,
            String tokenAudience,
            int kafkaReplication,
            List<AddressRules.Cidr> forbidden) {}

    /** What is wrong with the configuration, every fault at once. */
    public static final class Faulty extends Exception {

        private static final long serialVersionUID = 1L;

        Faulty(List<String> faults) {
            super(String.join("; ", faults));
        }
    }

    public static Configuration load(Map<String, String> environment) throws Faulty {
        String file = environment.get(CONFIG_FILE);
        return load(environment, file == null || file.isEmpty() ? null : Path.of(file));
    }

    public static Configuration load(Map<String, String> environment, @Nullable Path file)
            throws Faulty {
        Values values = new Values(environment, file == null ? new Properties() : read(file));
        Configuration configuration =
                new Configuration(
                        Path.of(values.text(Setting.QUORUM_KUBECONFIG)),
                        new Kafka(
                                values.text(Setting.KAFKA_BOOTSTRAP_SERVERS),
                                values.oneOf(
                                        Setting.KAFKA_SECURITY_PROTOCOL,
                                        Set.of("SASL_SSL", "SASL_PLAINTEXT", "PLAINTEXT")),
                                values.text(Setting.KAFKA_USER),
                                values.text(Setting.KAFKA_PASSWORD),
                                values.path(Setting.KAFKA_CA_FILE),
                                Duration.ofSeconds(
                                        values.number(
                                                Setting.KAFKA_DELIVERY_TIMEOUT_SECONDS, 1, 3600))),
                        values.text(Setting.HTTP_HOST),
                        values.number(Setting.HTTP_PORT, 0, 65_535),
                        Duration.ofMillis(
                                values.number(Setting.KUBERNETES_DEADLINE_MS, 100, 60_000)),
                        Duration.ofSeconds(values.number(Setting.STOP_TIMEOUT_SECONDS, 1, 600)),
                        new Onboarding(
                                values.text(Setting.NAMESPACE),
                                values.text(Setting.TOKEN_AUDIENCE),
                                values.number(Setting.KAFKA_REPLICATION, 1, 15),
                                values.ranges(Setting.FORBIDDEN_CIDRS)));
        if (!values.faults.isEmpty()) {
            throw new Faulty(values.faults);
        }
        return configuration;
    }

    private static Properties read(Path file) throws Faulty {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new Faulty(List.of("cannot read " + file + ": " + e.getClass().getSimpleName()));
        }
        Set<String> known =
                Arrays.stream(Setting.values()).map(Setting::property).collect(Collectors.toSet());
        List<String> unknown =
                properties.stringPropertyNames().stream()
                        .filter(name -> !known.contains(name))
                        .sorted()
                        .map(name -> "unknown setting " + name + " in " + file)
                        .toList();
        if (!unknown.isEmpty()) {
            throw new Faulty(unknown);
        }
        return properties;
    }

    /** Looks settings up and collects what is wrong with them. */
    private record Values(
            Map<String, String> environment, Properties properties, List<String> faults) {

        Values(Map<String, String> environment, Properties properties) {
            this(environment, properties, new ArrayList<>());
        }

        String text(Setting setting) {
            String value = environment.get(setting.environmentVariable());
            if (value == null) {
                value = properties.getProperty(setting.property());
            }
            if (value == null) {
                value = setting.defaultValue();
            }
            if (value == null) {
                faults.add(setting.environmentVariable() + " is required");
                return "";
            }
            return value.strip();
        }

        String oneOf(Setting setting, Set<String> words) {
            String value = text(setting);
            if (!words.contains(value)) {
                faults.add(
                        setting.environmentVariable()
                                + " must be one of "
                                + words.stream().sorted().toList());
            }
            return value;
        }

        int number(Setting setting, int least, int most) {
            String value = text(setting);
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // reported below, like a number out of range
            }
            faults.add(
                    setting.environmentVariable()
                            + " must be a number from "
                            + least
                            + " to "
                            + most);
            return least;
        }

        List<AddressRules.Cidr> ranges(Setting setting) {
            List<AddressRules.Cidr> ranges = new ArrayList<>();
            for (String text : text(setting).split(",", -1)) {
                try {
                    if (!text.isBlank()) {
                        ranges.add(AddressRules.Cidr.parse(text.strip()));
                    }
                } catch (IllegalArgumentException e) {
                    faults.add(setting.environmentVariable() + ": " + e.getMessage());
                }
            }
            return List.copyOf(ranges);
        }

        @Nullable Path path(Setting setting) {
            String value = text(setting);
            return value.isEmpty() ? null : Path.of(value);
        }
    }
}
