package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.ConfigurationFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import org.jspecify.annotations.Nullable;

/** What all facts about objects have in common. */
final class Facts {

    static @Nullable ObjectMeta meta(ClusterFact fact) {
        return switch (fact) {
            case VirtualMachineFact f -> f.meta();
            case VirtualMachineInstanceFact f -> f.meta();
            case LauncherPodFact f -> f.meta();
            case PersistentVolumeClaimFact f -> f.meta();
            case PersistentVolumeFact f -> f.meta();
            case StorageClassFact f -> f.meta();
            case NodeFact f -> f.meta();
            case VolumeAttachmentFact f -> f.meta();
            case FenceFact f -> f.meta();
            case ConfigurationFact f -> f.meta();
            case CustomResourceFact f -> f.meta();
            case ReachabilityFact _ -> null;
        };
    }

    private Facts() {}
}
