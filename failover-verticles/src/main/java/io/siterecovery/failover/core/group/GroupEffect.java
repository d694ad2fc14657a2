package io.siterecovery.failover.core.group;

import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import java.util.Optional;
import java.util.Set;

/** Something to do for a group. Every effect is safe to repeat, and carries its guard with it. */
public sealed interface GroupEffect {

    record CreateOwnership(Ownership first) implements GroupEffect {}

    record WriteOwnership(OwnershipSeen seen, Ownership next) implements GroupEffect {}

    /**
     * Stamps a VM and, in the same write, changes its power wish; only if it is still as seen.
     *
     * @param claim replaces whatever claim the VM carried, and is never lower
     * @param tolerates keys of taints that a VM which is started has to tolerate
     */
    record PatchVm(
            ClusterId cluster,
            String name,
            VirtualMachineFact seen,
            Claim claim,
            Power power,
            Set<String> tolerates)
            implements GroupEffect {

        public PatchVm(
                ClusterId cluster, String name, VirtualMachineFact seen, Claim claim, Power power) {
            this(cluster, name, seen, claim, power, Set.of());
        }
    }

    enum Power {
        AS_IT_IS,
        START,
        STOP
    }

    /** Lists these VMs as not to be started on this cluster. */
    record Fence(ClusterId cluster, Optional<FenceFact> seen, Set<String> vms, Claim claim)
            implements GroupEffect {}

    /** Takes these VMs off the list, on the cluster that holds the group. */
    record Unfence(ClusterId cluster, FenceFact seen, Set<String> vms) implements GroupEffect {}

    /**
     * Makes the group's object on a cluster.
     *
     * @param copyOf uid of the object that it follows
     */
    record MakeCopy(ClusterId cluster, ProtectionGroupSpec spec, String copyOf)
            implements GroupEffect {}

    /** Lets a copy follow what it is a copy of; its desiredState stays as it is. */
    record UpdateCopy(ClusterId cluster, String resourceVersion, ProtectionGroupSpec spec)
            implements GroupEffect {}

    record DeleteCopy(ClusterId cluster, String uid) implements GroupEffect {}

    /**
     * @param cluster empty for the group's object in {@code dr-<d>}
     */
    record WriteStatus(
            Optional<ClusterId> cluster, String resourceVersion, ProtectionGroupStatus status)
            implements GroupEffect {}
}
