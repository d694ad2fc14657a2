package io.siterecovery.events.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A PersistentVolume.
 *
 * @param volumeHandle the CSI handle, {@code <resource>[/<volume number>]} for LINSTOR
 */
public record PersistentVolumeFact(
        ObjectMeta meta,
        @Nullable String driver,
        @Nullable String volumeHandle,
        @Nullable String claimNamespace,
        @Nullable String claimName,
        String phase)
        implements ClusterFact {}
