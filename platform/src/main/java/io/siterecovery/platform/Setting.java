package io.siterecovery.platform;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Every setting there is: the one table that the configuration is read by and documented from. */
public enum Setting {
    QUORUM_KUBECONFIG(null, "path of the kubeconfig for the quorum cluster"),
    KAFKA_BOOTSTRAP_SERVERS(null, "`host:port[,host:port…]` of the Kafka brokers"),
    KAFKA_SECURITY_PROTOCOL(
            "SASL_SSL", "`SASL_SSL`, `SASL_PLAINTEXT` (sandbox) or `PLAINTEXT` (tests)"),
    KAFKA_USER("", "SCRAM-SHA-512 user"),
    KAFKA_PASSWORD("", "SCRAM-SHA-512 password"),
    KAFKA_CA_FILE("", "PEM file with the brokers' certificate authority; empty: the JDK's own"),
    KAFKA_DELIVERY_TIMEOUT_SECONDS(
            "120", "how long a record is retried while brokers are away before its writer is told"),
    HTTP_HOST("0.0.0.0", "address that `/healthz`, `/readyz` and `/metrics` are served on"),
    HTTP_PORT("8080", "their port; 0 takes a free one and logs it"),
    KUBERNETES_DEADLINE_MS("5000", "deadline of one call to a Kubernetes API, milliseconds"),
    STOP_TIMEOUT_SECONDS("10", "how long a stop may take before the process ends anyway"),
    NAMESPACE(
            "site-recovery",
            "namespace of the platform on the quorum cluster (tenant-manager: orders and the"
                    + " agents' credentials are kept there)"),
    TOKEN_AUDIENCE(
            "",
            "audience that callers' tokens must have (tenant-manager); empty: the cluster's own"),
    KAFKA_REPLICATION("3", "replicas of a deployment's topics (tenant-manager)"),
    FORBIDDEN_CIDRS(
            "",
            "`range[,range…]` where no deployment's API server may be: the quorum cluster's own pods,"
                    + " services and nodes; loopback and link-local are forbidden unless a deployment"
                    + " is allowed them by name");

    private final @Nullable String defaultValue;
    private final String description;

    Setting(@Nullable String defaultValue, String description) {
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** Absent if the setting is required. */
    public @Nullable String defaultValue() {
        return defaultValue;
    }

    public String description() {
        return description;
    }

    /** {@code SITE_RECOVERY_KAFKA_USER} */
    public String environmentVariable() {
        return "SITE_RECOVERY_" + name();
    }

    /** {@code kafka.user}, the key in a properties file. */
    public String property() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }
}
