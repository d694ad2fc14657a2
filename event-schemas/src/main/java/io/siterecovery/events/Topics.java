package io.siterecovery.events;

/** Names of the Kafka topics; every topic of a tenant carries its name as prefix. */
public final class Topics {

    /** Compacted list of deployments, keyed by deployment name. */
    public static final String TENANTS = "site-recovery.tenants";

    public static String clusters(String deployment) {
        return "dr-" + deployment + ".clusters";
    }

    public static String drbd(String deployment) {
        return "dr-" + deployment + ".drbd";
    }

    public static String operations(String deployment) {
        return "dr-" + deployment + ".operations";
    }

    public static String poison(String deployment) {
        return "dr-" + deployment + ".poison";
    }

    /**
     * What the agents of one physical cluster write.
     *
     * @param siteId the first 12 characters of the UID of the cluster's kube-system namespace
     */
    public static String siteDrbd(String siteId) {
        return "site-" + siteId + ".drbd";
    }

    private Topics() {}
}
