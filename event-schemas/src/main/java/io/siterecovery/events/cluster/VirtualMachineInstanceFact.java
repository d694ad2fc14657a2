package io.siterecovery.events.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A VirtualMachineInstance: while it exists and is not final, its VM may be writing.
 *
 * @param phase KubeVirt's phase, {@code Running}, {@code Succeeded}, {@code Failed}, …; empty when
 *     new
 * @param macs name of a network interface to its MAC address, as the guest has it; absent in
 *     records of versions before it was
 */
public record VirtualMachineInstanceFact(
        ObjectMeta meta,
        String phase,
        @Nullable String node,
        boolean ready,
        @Nullable Map<String, String> macs)
        implements ClusterFact {

    public boolean isFinal() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    public boolean isRunning() {
        return phase.equals("Running") && !meta.deleting();
    }
}
