package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was seen of a group on one cluster. */
public record ProtectionGroupStatus(
        @Schema("The generation of the object that was looked at.")
                @Nullable Long observedGeneration,
        @Schema(
                        value = "Active when the group passed validation, Failed when not.",
                        words = {"Active", "Failed"})
                @Nullable String state,
        @Schema(value = "VMs that passed validation.", min = 0) @Nullable Integer vmCount,
        @Schema(
                        value = "How the volumes are replicated.",
                        words = {"synchronous", "asynchronous"})
                @Nullable String replication,
        @Schema(
                        value =
                                "What the VMs do on this cluster; mixed: some of them run; unknown:"
                                        + " not seen.",
                        words = {"running", "stopped", "mixed", "unknown"},
                        byDefault = "\"unknown\"")
                @Nullable String currentState,
        @Schema(
                        value =
                                "Healthy: every volume is complete on both sites and connected."
                                        + " Unknown: not all of that was seen lately.",
                        words = {"Healthy", "Degraded", "Unknown"})
                @Nullable String replicationHealth,
        @Schema(
                        value = "Whether the other site has all the data.",
                        words = {"InSync", "Syncing", "OutOfSync", "Unknown"})
                @Nullable String syncState,
        @Schema(value = "Advice that prevents nothing.", maxItems = 256)
                @Nullable List<String> warnings,
        @Schema(value = "The cluster that may run the group.", maxLength = Names.SUBDOMAIN_LENGTH)
                @Nullable String activeCluster,
        @Schema(value = "Changes of the group's holder so far.", min = 0)
                @Nullable Long ownershipEpoch,
        @Schema(value = "The VMs of the group, one by one.", maxItems = Names.MEMBERS, key = "name")
                @Nullable List<MemberStatus> virtualMachines,
        @Schema("What a loss of the active site would cost now.") @Nullable DataAtRisk dataAtRisk,
        @Schema(value = "What holds of the group, one by one.", maxItems = 32, key = "type")
                @Nullable List<Condition> conditions) {

    public record MemberStatus(
            @Schema(value = "The VM's name.", maxLength = Names.SUBDOMAIN_LENGTH) String name,
            @Schema(value = "What was seen of the VM.", maxLength = 63) String state,
            @Schema(value = "Why, if it is not as it should be.", maxLength = 1024)
                    @Nullable String reason,
            @Schema(value = "Its volumes, one by one.", maxItems = 64, key = "pvc")
                    @Nullable List<VolumeStatus> volumes) {}

    public record VolumeStatus(
            @Schema(value = "The PersistentVolumeClaim's name.", maxLength = Names.SUBDOMAIN_LENGTH)
                    String pvc,
            @Schema(value = "The DRBD resource that holds it.", maxLength = 253)
                    @Nullable String drbdResource,
            @Schema(value = "The volume's number in that resource.", min = 0, max = 65535)
                    @Nullable Integer volume,
            @Schema(value = "Disk state on this site, in DRBD's words.", maxLength = 63)
                    @Nullable String localDisk,
            @Schema(value = "Disk state on the other site, in DRBD's words.", maxLength = 63)
                    @Nullable String peerDisk,
            @Schema(value = "Replication state, in DRBD's words.", maxLength = 63)
                    @Nullable String replication,
            @Schema(value = "Bytes the other site lacks, rounded up to a power of two.", min = 0)
                    @Nullable Long outOfSyncBytes,
            @Schema("When this state began.") @Nullable Instant since) {}

    public record DataAtRisk(
            @Schema(value = "At most so many bytes.", min = 0) long bytes,
            @Schema("The last moment when all was in sync.") @Nullable Instant since) {}
}
