package io.siterecovery.tests.simulation.world;

import java.util.List;

/**
 * A VM and its disks.
 *
 * @param runStrategy whether its definition says {@code runStrategy} instead of {@code running}
 */
public record Machine(String namespace, String name, List<String> claims, boolean runStrategy) {

    /** DRBD resource, PersistentVolume and handle of a disk: one name, as LINSTOR has it. */
    public String resource(String claim) {
        return "pvc-" + namespace + "-" + claim;
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
