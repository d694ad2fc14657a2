package io.siterecovery.events.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A virt-launcher pod (label {@code kubevirt.io=virt-launcher}).
 *
 * @param vm name of the VM it runs
 */
public record LauncherPodFact(ObjectMeta meta, String vm, String phase, @Nullable String node)
        implements ClusterFact {}
