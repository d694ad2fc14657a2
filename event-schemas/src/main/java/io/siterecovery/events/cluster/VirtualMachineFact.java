package io.siterecovery.events.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A KubeVirt VirtualMachine.
 *
 * @param running {@code spec.running}, absent when the VM uses {@code runStrategy}
 * @param runStrategy {@code spec.runStrategy}, absent when the VM uses {@code running}
 * @param claims names of the PersistentVolumeClaims its disks use, DataVolumes included, in order
 * @param unprotectable disks that no replication can carry, as {@code <volume> (<source>)}
 * @param printableStatus KubeVirt's word for people; never a proof of anything
 * @param definition absent in records of versions before it was
 */
public record VirtualMachineFact(
        ObjectMeta meta,
        @Nullable Boolean running,
        @Nullable String runStrategy,
        List<String> claims,
        List<String> unprotectable,
        @Nullable String printableStatus,
        @Nullable VirtualMachineDefinition definition)
        implements ClusterFact {

    public VirtualMachineFact {
        claims = List.copyOf(claims);
        unprotectable = List.copyOf(unprotectable);
    }

    /** Whether the VM is wished powered off: nothing starts it until someone changes the wish. */
    public boolean halted() {
        return running != null ? !running : "Halted".equals(runStrategy);
    }
}
