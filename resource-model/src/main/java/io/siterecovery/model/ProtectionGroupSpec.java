package io.siterecovery.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user wishes for a group.
 *
 * @param desiredState {@code running} (default) or {@code stopped}
 */
public record ProtectionGroupSpec(
        List<Member> virtualMachines,
        @Nullable String desiredState,
        @Nullable ReplicationPolicy replicationPolicy,
        @Nullable Boolean paused) {

    /**
     * A VM of the group.
     *
     * @param namespace default: the group's own
     * @param bootGroup 1..5, default 3
     * @param dependsOn names of VMs of this group
     */
    public record Member(
            String name,
            @Nullable String namespace,
            @Nullable Integer bootGroup,
            @Nullable List<String> dependsOn) {}

    /**
     * @param type {@code synchronous} (default) or {@code asynchronous}
     * @param remoteCluster the cluster that replicas live on
     */
    public record ReplicationPolicy(@Nullable String type, @Nullable String remoteCluster) {}
}
