package io.siterecovery.tests.simulation.world;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A VM and its disks.
 *
 * @param runStrategy whether its definition says {@code runStrategy} instead of {@code running}
 * @param boot its place among the VMs of its group; absent where none has one
 */
public record Machine(
        String namespace,
        String name,
        List<String> claims,
        boolean runStrategy,
        @Nullable Boot boot) {

    /**
     * @param dependsOn names of machines of the same boot group or an earlier one
     */
    public record Boot(int bootGroup, List<String> dependsOn) {

        boolean comesAfter(Machine other) {
            return dependsOn.contains(other.name)
                    || (other.boot != null && other.boot.bootGroup < bootGroup);
        }
    }

    /** Whether it is to start after another machine of its group, and to stop before it. */
    public boolean comesAfter(Machine other) {
        return boot != null && boot.comesAfter(other);
    }

    /** DRBD resource, PersistentVolume and handle of a disk: one name, as LINSTOR has it. */
    public String resource(String claim) {
        return "pvc-" + namespace + "-" + claim;
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
