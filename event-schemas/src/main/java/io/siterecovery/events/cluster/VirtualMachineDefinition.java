package io.siterecovery.events.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a VM is, whether it is on or not.
 *
 * @param digest equal where two VMs say the same in the form that copies have
 * @param needs objects that it refers to besides its disks
 * @param openInterfaces names of network interfaces whose MAC address it leaves to the cluster
 * @param keepsState it has a hidden disk for the state of its TPM or its firmware
 */
public record VirtualMachineDefinition(
        String digest, List<Need> needs, List<String> openInterfaces, boolean keepsState) {

    public VirtualMachineDefinition {
        needs = List.copyOf(needs);
        openInterfaces = List.copyOf(openInterfaces);
    }

    /**
     * An object that a VM refers to.
     *
     * @param kind kind and API group as in {@link FactKey}
     * @param namespace empty for cluster-scoped objects
     * @param optional true where the VM starts without it, too
     */
    public record Need(String kind, String namespace, String name, @Nullable Boolean optional) {}
}
