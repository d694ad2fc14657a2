package io.siterecovery.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was seen of a group on one cluster; every field as in the contracts page. */
public record ProtectionGroupStatus(
        @Nullable Long observedGeneration,
        @Nullable String state,
        @Nullable Integer vmCount,
        @Nullable String replication,
        @Nullable String currentState,
        @Nullable String replicationHealth,
        @Nullable String syncState,
        @Nullable List<String> warnings,
        @Nullable String activeCluster,
        @Nullable Long ownershipEpoch,
        @Nullable List<MemberStatus> virtualMachines,
        @Nullable DataAtRisk dataAtRisk,
        @Nullable List<Condition> conditions) {

    public record MemberStatus(
            String name,
            String state,
            @Nullable String reason,
            @Nullable List<VolumeStatus> volumes) {}

    /**
     * @param outOfSyncBytes rounded up to a power of two, so that a poll does not write
     * @param since when this state began
     */
    public record VolumeStatus(
            String pvc,
            @Nullable String drbdResource,
            @Nullable Integer volume,
            @Nullable String localDisk,
            @Nullable String peerDisk,
            @Nullable String replication,
            @Nullable Long outOfSyncBytes,
            @Nullable Instant since) {}

    public record DataAtRisk(long bytes, @Nullable Instant since) {}
}
