package io.siterecovery.events.cluster;

/**
 * What the last observation of one object on one cluster said: the fields we decide on, never the
 * whole object.
 */
public sealed interface ClusterFact
        permits VirtualMachineFact,
                VirtualMachineInstanceFact,
                LauncherPodFact,
                PersistentVolumeClaimFact,
                PersistentVolumeFact,
                StorageClassFact,
                NodeFact,
                VolumeAttachmentFact,
                FenceFact,
                ConfigurationFact,
                CustomResourceFact,
                ReachabilityFact {}
