package io.siterecovery.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a failover stands. In {@code dr-<d>} it is the operation's durable state, written before
 * anything is done about it; on a request it is a mirror.
 *
 * @param phase Pending, StoppingOnSource, StartingOnTarget, Completed, Failed
 * @param status Pending, InProgress, Completed, Failed
 * @param state Completed or Failed, only at the end
 * @param step CheckingSafety, Closing, StoppingVMs, Proving, AwaitingOperator, Granting,
 *     RemovingTaints, StartingVMs, RollingBack; absent at the end
 * @param durations seconds spent in each step
 */
public record FailoverStatus(
        @Nullable Long observedGeneration,
        @Nullable String phase,
        @Nullable String status,
        @Nullable String state,
        @Nullable String step,
        @Nullable String message,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Map<String, Double> durations,
        @Nullable String sourceCluster,
        @Nullable String targetCluster,
        @Nullable List<MemberProgress> virtualMachines,
        @Nullable DataLoss dataLoss,
        @Nullable Operation operation,
        @Nullable List<Condition> conditions) {

    public record MemberProgress(
            String name, String cluster, String state, @Nullable Double seconds) {}

    /**
     * @param verdict NoLoss, Lossy or Unknown
     */
    public record DataLoss(
            String verdict,
            @Nullable Long bytes,
            @Nullable Instant since,
            @Nullable List<String> volumes) {}

    /**
     * What only the control plane reads: enough for any instance to go on from here.
     *
     * @param group {@code <namespace>/<name>} of the group
     * @param stepSince when the present step began
     * @param deadline when the present step gives up
     * @param closedEpoch the ownership epoch that Close made
     * @param proofFrom per site id: only what was appended to {@code site-<id>.drbd} at or beyond
     *     this offset proves anything
     * @param refusal reason and message of what ended or undid the operation
     */
    public record Operation(
            @Nullable String group,
            @Nullable Instant stepSince,
            @Nullable Instant deadline,
            @Nullable Long closedEpoch,
            @Nullable Map<String, Long> proofFrom,
            @Nullable String refusalReason,
            @Nullable String refusalMessage) {}
}
