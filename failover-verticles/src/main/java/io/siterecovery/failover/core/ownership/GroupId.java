package io.siterecovery.failover.core.ownership;

/**
 * A protection group.
 *
 * @param namespace of its VMs on the workload clusters
 */
public record GroupId(String namespace, String name) {

    /** Name of its GroupOwnership in {@code dr-<d>}. */
    public String ownershipName() {
        return namespace + "." + name;
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
