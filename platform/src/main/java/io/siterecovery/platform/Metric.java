package io.siterecovery.platform;

import java.util.List;
import java.util.Locale;

/**
 * Every metric of ours: the one table that meters are made by ({@link Meters}) and documented from.
 * None is labelled with a VM, a group or a failover, so the number of series is bounded by the
 * number of deployments.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its lists are List.of.
public enum Metric {
    GROUPS(
            "site_recovery_groups",
            Kind.GAUGE,
            "protection groups of the sites by the state of their validation; a group counts once",
            Label.TENANT,
            Label.STATE),
    GROUPS_HEALTH(
            "site_recovery_groups_replication",
            Kind.GAUGE,
            "protection groups by the health of their replication",
            Label.TENANT,
            Label.HEALTH),
    DATA_AT_RISK_BYTES(
            "site_recovery_data_at_risk_bytes",
            Kind.GAUGE,
            "what the loss of the active sites would cost now, over all groups, as their"
                    + " `status.dataAtRisk` says",
            Label.TENANT),
    DATA_AT_RISK_SECONDS(
            "site_recovery_data_at_risk_seconds",
            Kind.GAUGE,
            "how long ago the group that is furthest behind was last in sync; 0 if all are",
            Label.TENANT),
    FAILOVERS(
            "site_recovery_failovers",
            Kind.COUNTER,
            "failovers that ended",
            Label.TENANT,
            Label.TYPE,
            Label.RESULT),
    STEP_SECONDS(
            "site_recovery_failover_step_seconds",
            Kind.SUMMARY,
            "time that ended failovers spent in each step",
            Label.TENANT,
            Label.STEP),
    POISON_RECORDS(
            "site_recovery_poison_records",
            Kind.COUNTER,
            "records that fit no schema",
            Label.TENANT,
            Label.TOPIC),
    QUEUE_DEPTH(
            "site_recovery_queue_depth",
            Kind.GAUGE,
            "records of a topic that were read and are not yet taken in; reading pauses at 1,000",
            Label.TENANT,
            Label.TOPIC),
    CREDENTIAL_AGE(
            "site_recovery_credential_age_seconds",
            Kind.GAUGE,
            "time since the Secret with the kubeconfig in use was last changed",
            Label.TENANT,
            Label.SITE),
    TENANTS_RUNNING(
            "site_recovery_tenants_running", Kind.GAUGE, "deployments that this instance runs"),
    PARTITIONS_HELD(
            "site_recovery_partitions_held",
            Kind.GAUGE,
            "partitions of `site-recovery.tenants` that this instance holds"),
    ALL_GROUPS(
            "site_recovery_all_groups",
            Kind.GAUGE,
            "as `site_recovery_groups`, over all deployments of this instance",
            Label.STATE),
    ALL_GROUPS_HEALTH(
            "site_recovery_all_groups_replication",
            Kind.GAUGE,
            "as `site_recovery_groups_replication`, over all deployments of this instance",
            Label.HEALTH),
    ALL_DATA_AT_RISK_BYTES(
            "site_recovery_all_data_at_risk_bytes",
            Kind.GAUGE,
            "as `site_recovery_data_at_risk_bytes`, over all deployments of this instance"),
    ALL_FAILOVERS(
            "site_recovery_all_failovers",
            Kind.COUNTER,
            "failovers that ended, also of deployments that are gone",
            Label.TYPE,
            Label.RESULT);

    /** What the numbers mean to who reads them. */
    public enum Kind {
        GAUGE,
        COUNTER,
        SUMMARY
    }

    /** What tells series of one metric apart. */
    @SuppressWarnings("ImmutableEnumChecker")
    public enum Label {
        TENANT("the deployment; empty for topics of a physical cluster"),
        TOPIC("one of the deployment's topics, or of a physical cluster's"),
        SITE("the cluster's role", "primary", "dr"),
        STATE("`status.state`; unknown until it is said", "Active", "Failed", "unknown"),
        HEALTH("`status.replicationHealth`", "Healthy", "Degraded", "Unknown"),
        TYPE(
                "the failover's type; dry-run for one that moves nothing",
                "planned",
                "emergency",
                "dry-run"),
        RESULT("how it ended", "Completed", "Failed"),
        STEP(
                "`status.step`",
                "CheckingSafety",
                "Closing",
                "StoppingVMs",
                "Proving",
                "AwaitingOperator",
                "Granting",
                "RemovingTaints",
                "StartingVMs",
                "RollingBack");

        /** Instead of a word that is none of a label's. */
        static final String OTHER = "other";

        private final String meaning;
        private final List<String> words;

        Label(String meaning, String... words) {
            this.meaning = meaning;
            this.words = List.of(words);
        }

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        public String meaning() {
            return meaning;
        }

        /** All that it may say; empty if it names a thing that comes and goes. */
        public List<String> words() {
            return words;
        }

        /** The word itself if it is one of this label's. */
        String bounded(String word) {
            return words.isEmpty() || words.contains(word) ? word : OTHER;
        }
    }

    private final String meterName;
    private final Kind kind;
    private final String description;
    private final List<Label> labels;

    Metric(String meterName, Kind kind, String description, Label... labels) {
        this.meterName = meterName;
        this.kind = kind;
        this.description = description;
        this.labels = List.of(labels);
    }

    /** Its name in the registry; of a counter, Prometheus' name has {@code _total} behind it. */
    public String meterName() {
        return meterName;
    }

    public Kind kind() {
        return kind;
    }

    public String description() {
        return description;
    }

    public List<Label> labels() {
        return labels;
    }

    /** What a scrape shows. */
    public List<String> prometheusNames() {
        return switch (kind) {
            case GAUGE -> List.of(meterName);
            case COUNTER -> List.of(meterName + "_total");
            case SUMMARY -> List.of(meterName + "_count", meterName + "_sum", meterName + "_max");
        };
    }
}
