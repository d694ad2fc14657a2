package io.siterecovery.events.cluster;

/**
 * Key of a record in {@code dr-<d>.clusters}: {@code <cluster>/<kind>.<group>/<namespace>/<name>}.
 *
 * @param cluster the deployment's name for the cluster; {@link #QUORUM} for the quorum cluster
 * @param kind kind and API group, {@code VirtualMachine.kubevirt.io}; the kind alone for the core
 *     group, {@code Pod}
 * @param namespace empty for cluster-scoped objects
 */
public record FactKey(String cluster, String kind, String namespace, String name) {

    public static final String QUORUM = "quorum";

    /** The key of a cluster's reachability is the cluster's name alone. */
    public static FactKey reachability(String cluster) {
        return new FactKey(cluster, "", "", "");
    }

    public boolean isReachability() {
        return kind.isEmpty();
    }

    /**
     * @throws IllegalArgumentException if the text has neither one nor four parts
     */
    public static FactKey parse(String text) {
        String[] parts = text.split("/", -1);
        return switch (parts.length) {
            case 1 -> reachability(parts[0]);
            case 4 -> new FactKey(parts[0], parts[1], parts[2], parts[3]);
            default -> throw new IllegalArgumentException("not a fact key: " + text);
        };
    }

    @Override
    public String toString() {
        return isReachability() ? cluster : cluster + "/" + kind + "/" + namespace + "/" + name;
    }
}
