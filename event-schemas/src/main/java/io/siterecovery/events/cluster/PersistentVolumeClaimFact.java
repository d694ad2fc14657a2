package io.siterecovery.events.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A PersistentVolumeClaim.
 *
 * @param digest equal where two claims say the same in the form that copies have; absent in records
 *     of versions before it was
 * @param stateOf name of the VM whose TPM and firmware keep their state in it
 */
public record PersistentVolumeClaimFact(
        ObjectMeta meta,
        @Nullable String storageClass,
        @Nullable String volumeName,
        String phase,
        @Nullable String digest,
        @Nullable String stateOf)
        implements ClusterFact {}
