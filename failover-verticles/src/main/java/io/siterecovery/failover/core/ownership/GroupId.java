package io.siterecovery.failover.core.ownership;

/**
 * A protection group.
 *
 * @param namespace of its VMs on the workload clusters
 */
public record GroupId(String namespace, String name) {

    /**
     * @param text as {@link #toString()} writes it
     */
    public static GroupId parse(String text) {
        String[] parts = text.split("/", 2);
        return new GroupId(parts[0], parts[1]);
    }

    /** Name of its GroupOwnership in {@code dr-<d>}. */
    public String ownershipName() {
        return namespace + "." + name;
    }

    /** The group of a GroupOwnership: a namespace has no dot in its name. */
    public static GroupId ofOwnership(String name) {
        String[] parts = name.split("\\.", 2);
        return new GroupId(parts[0], parts[parts.length - 1]);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
