package io.siterecovery.agent;

/** An environment variable that the agent reads. */
enum Setting {
    NODE_NAME("required", "name of the Kubernetes node"),
    CLUSTER_NAME("required", "name of the cluster, for whoever reads the records"),
    SITE_ID("required", "first 12 characters of the UID of the cluster's namespace kube-system"),
    KAFKA_BOOTSTRAP_SERVERS("required", "host:port[,host:port...]"),
    KAFKA_SECURITY_PROTOCOL("SASL_SSL", "or SASL_PLAINTEXT, SSL, PLAINTEXT"),
    KAFKA_USERNAME("required with SASL", "SCRAM-SHA-512; may read and write site-<SITE_ID>.drbd"),
    KAFKA_PASSWORD_FILE("", "file with the password; this or KAFKA_PASSWORD with SASL"),
    KAFKA_PASSWORD("", "the password itself; the file wins"),
    KAFKA_CA_FILE("the JVM's", "PEM file with who vouches for the brokers"),
    DRBDSETUP("drbdsetup", "command and leading arguments, parted by blanks"),
    DRBDADM("beside DRBDSETUP", "likewise; asked for versions only"),
    STATISTICS_INTERVAL("5", "seconds between readings of figures that DRBD does not push"),
    BEAT_INTERVAL("1", "seconds between signs of life"),
    STARTUP_TAINT("on in a pod, else off", "on or off: taint the Node until DRBD is connected"),
    NOT_READY_TIMEOUT("120", "seconds that the taint stays at most, but for former primaries"),
    NODE_GONE_AFTER("600", "seconds of silence until records of a Node that is gone are deleted"),
    KUBERNETES_API_SERVER("that of the pod", "https://host:port"),
    KUBERNETES_TOKEN_FILE("that of the pod", "file with a bearer token"),
    KUBERNETES_CA_FILE("that of the pod", "PEM file with who vouches for the API server"),
    KUBERNETES_CLIENT_CERTIFICATE_FILE("", "PEM file, where there are no tokens"),
    KUBERNETES_CLIENT_KEY_FILE("", "its key: PKCS 8 in PEM");

    private final String fallback;
    private final String meaning;

    Setting(String fallback, String meaning) {
        this.fallback = fallback;
        this.meaning = meaning;
    }

    /** What holds if it is not set, in words. */
    String fallback() {
        return fallback;
    }

    String meaning() {
        return meaning;
    }
}
