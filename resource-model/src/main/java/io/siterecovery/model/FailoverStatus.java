package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a failover stands. In {@code dr-<d>} it is the operation's durable state, written before
 * anything is done about it; on a request it is a mirror.
 */
public record FailoverStatus(
        @Schema("The generation of the object that was looked at.")
                @Nullable Long observedGeneration,
        @Schema(
                        value = "How far the move has come.",
                        words = {
                            "Pending",
                            "StoppingOnSource",
                            "StartingOnTarget",
                            "Completed",
                            "Failed"
                        },
                        byDefault = "\"Pending\"")
                @Nullable String phase,
        @Schema(
                        value = "The same, coarser.",
                        words = {"Pending", "InProgress", "Completed", "Failed"},
                        byDefault = "\"Pending\"")
                @Nullable String status,
        @Schema(
                        value = "How it ended; absent before.",
                        words = {"Completed", "Failed"})
                @Nullable String state,
        @Schema(
                        value = "What is being done now; absent at the end.",
                        words = {
                            "CheckingSafety",
                            "Closing",
                            "StoppingVMs",
                            "Proving",
                            "AwaitingOperator",
                            "Granting",
                            "RemovingTaints",
                            "StartingVMs",
                            "RollingBack"
                        })
                @Nullable String step,
        @Schema(value = "What was seen last, for people.", maxLength = 32768)
                @Nullable String message,
        @Schema("When the work began.") @Nullable Instant startedAt,
        @Schema("When it ended.") @Nullable Instant finishedAt,
        @Schema(value = "Seconds spent in each step.", maxItems = 32)
                @Nullable Map<String, Double> durations,
        @Schema(value = "The cluster the VMs leave.", maxLength = Names.SUBDOMAIN_LENGTH)
                @Nullable String sourceCluster,
        @Schema(
                        value = "The cluster the VMs go to, by its name.",
                        maxLength = Names.SUBDOMAIN_LENGTH)
                @Nullable String targetCluster,
        @Schema(value = "The VMs of the group, one by one.", maxItems = Names.MEMBERS, key = "name")
                @Nullable List<MemberProgress> virtualMachines,
        @Schema("What the move cost in data.") @Nullable DataLoss dataLoss,
        @Schema("What the control plane needs to go on from here after a restart.")
                @Nullable Operation operation,
        @Schema(
                        value = "What was reached and what was refused, one by one.",
                        maxItems = 32,
                        key = "type")
                @Nullable List<Condition> conditions) {

    public record MemberProgress(
            @Schema(value = "The VM's name.", maxLength = Names.SUBDOMAIN_LENGTH) String name,
            @Schema(value = "Where it was seen.", maxLength = Names.SUBDOMAIN_LENGTH)
                    String cluster,
            @Schema(value = "What was seen of it.", maxLength = 63) String state,
            @Schema("Seconds from the order to stop or start until it was seen done.")
                    @Nullable Double seconds) {}

    public record DataLoss(
            @Schema(
                            value = "Whether writes may be missing on the target.",
                            words = {"NoLoss", "Lossy", "Unknown"})
                    String verdict,
            @Schema(value = "At most so many bytes.", min = 0) @Nullable Long bytes,
            @Schema("The last moment when all was in sync.") @Nullable Instant since,
            @Schema(value = "The volumes concerned.", maxItems = 4096)
                    @Nullable List<String> volumes) {}

    /** What only the control plane reads: enough for any instance to go on from here. */
    public record Operation(
            @Schema("The group as <namespace>/<name>.") @Nullable String group,
            @Schema("When the present step began.") @Nullable Instant stepSince,
            @Schema("When the present step gives up.") @Nullable Instant deadline,
            @Schema(value = "The ownership epoch that closing the group made.", min = 0)
                    @Nullable Long closedEpoch,
            @Schema(
                            value =
                                    "Per site id: only agents' records at or beyond this offset of"
                                            + " the site's topic prove anything.",
                            min = 0,
                            maxItems = 16)
                    @Nullable Map<String, Long> proofFrom,
            @Schema(value = "What a human has to type, one line per node.", maxItems = 4096)
                    @Nullable List<String> commands,
            @Schema(
                            value =
                                    "By which rule the target may start: P planned, R the source"
                                            + " answers, Q DRBD's quorum, F a human's word.",
                            words = {"P", "R", "Q", "F"})
                    @Nullable String rule,
            @Schema("What is being done about DRBD's taints on the target's nodes.")
                    @Nullable Taints taints,
            @Schema(
                            value = "VMs whose turn to start had not come when the deadline began.",
                            maxItems = Names.MEMBERS)
                    @Nullable List<String> waiting,
            @Schema("Reason of what ended or undid the operation.") @Nullable String refusalReason,
            @Schema(value = "Message of what ended or undid the operation.", maxLength = 32768)
                    @Nullable String refusalMessage) {}

    /** Recorded before a taint is taken off. */
    public record Taints(
            @Schema("When it is given up.") @Nullable Instant until,
            @Schema(value = "Taints that are taken off, as <key> on <node>.", maxItems = 4096)
                    @Nullable List<String> removed,
            @Schema(value = "Groups that have VMs there and were not waited for.", maxItems = 4096)
                    @Nullable List<String> despite,
            @Schema(value = "What is waited for first.", maxLength = 32768)
                    @Nullable String waitsFor) {}
}
