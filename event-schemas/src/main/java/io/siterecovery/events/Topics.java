package io.siterecovery.events;

/**
 * Names of the Kafka topics; every topic of a tenant ({@link TenantTopic}) begins with its name.
 */
public final class Topics {

    /** Compacted list of deployments, keyed by deployment name. */
    public static final String TENANTS = "site-recovery.tenants";

    public static String clusters(String deployment) {
        return TenantTopic.CLUSTERS.of(deployment);
    }

    public static String drbd(String deployment) {
        return TenantTopic.DRBD.of(deployment);
    }

    public static String operations(String deployment) {
        return TenantTopic.OPERATIONS.of(deployment);
    }

    public static String poison(String deployment) {
        return TenantTopic.POISON.of(deployment);
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
