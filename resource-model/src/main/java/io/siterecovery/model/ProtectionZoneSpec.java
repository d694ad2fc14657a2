package io.siterecovery.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A deployment: its two sites and how it wants to be treated.
 *
 * @param namespaces the namespaces that are the deployment's on both clusters; absent: all
 * @param timeouts seconds by name: FAILOVER_TIMEOUT, OPERATOR_TIMEOUT, VM_START_TIMEOUT,
 *     DRBD_WAIT_TIME, TAINT_REMOVAL_WINDOW
 */
public record ProtectionZoneSpec(
        Site primary,
        Site dr,
        @Nullable String storageModel,
        @Nullable List<String> namespaces,
        @Nullable String failureResponse,
        @Nullable Integer automaticDelaySeconds,
        @Nullable String taintPolicy,
        @Nullable List<StorageClassMapping> storageClassMappings,
        @Nullable Map<String, Integer> timeouts) {

    /**
     * @param clusterId the UID of the cluster's kube-system namespace
     */
    public record Site(String name, @Nullable List<String> aliases, @Nullable String clusterId) {}

    public record StorageClassMapping(String primaryStorageClass, String drStorageClass) {}
}
