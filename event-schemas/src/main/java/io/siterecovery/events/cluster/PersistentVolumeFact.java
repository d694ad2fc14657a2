package io.siterecovery.events.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A PersistentVolume.
 *
 * @param volumeHandle the CSI handle, {@code <resource>[/<volume number>]} for LINSTOR
 * @param digest equal where two volumes say the same in the form that copies have; absent in
 *     records of versions before it was
 */
public record PersistentVolumeFact(
        ObjectMeta meta,
        @Nullable String driver,
        @Nullable String volumeHandle,
        @Nullable String claimNamespace,
        @Nullable String claimName,
        String phase,
        @Nullable String digest)
        implements ClusterFact {}
