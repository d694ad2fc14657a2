package io.siterecovery.events.cluster;

import org.jspecify.annotations.Nullable;

/** A PersistentVolumeClaim. */
public record PersistentVolumeClaimFact(
        ObjectMeta meta, @Nullable String storageClass, @Nullable String volumeName, String phase)
        implements ClusterFact {}
