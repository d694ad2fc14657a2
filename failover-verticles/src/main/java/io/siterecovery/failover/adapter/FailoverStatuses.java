package io.siterecovery.failover.adapter;

import io.siterecovery.failover.adapter.FailoverRecords.Stored;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.AwaitingOperator;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Completed;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.Rehearsed;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.FailoverState.RollingBack;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Refusal;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Loss;
import io.siterecovery.failover.core.taint.Untainting;
import io.siterecovery.model.Condition;
import io.siterecovery.model.FailoverStatus;
import io.siterecovery.model.FailoverStatus.DataLoss;
import io.siterecovery.model.FailoverStatus.Operation;
import io.siterecovery.model.FailoverStatus.Taints;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a failover's state as the status that users see and that an instance goes on from. */
final class FailoverStatuses {

    private static final String PASSED_OVER =
            "taints removed by force although these groups have running VMs there: ";

    static FailoverStatus write(Stored stored, FailoverState next, Progress progress, Instant now) {
        FailoverStatus before = stored.status();
        Operation was = before.operation();
        @Nullable FailoverPlan plan = planOf(next);
        String step = step(next);
        boolean moved = !step.equals(before.step());
        @Nullable Instant stepSince = was == null ? null : was.stepSince();
        @Nullable Refusal refusal = refusalOf(next);
        boolean ended = next instanceof FailoverState.Finished;
        return new FailoverStatus(
                stored.fact().meta().generation(),
                phase(next),
                ended ? phase(next) : next instanceof Pending ? "Pending" : "InProgress",
                ended ? phase(next) : null,
                ended ? null : step,
                message(next),
                before.startedAt() != null ? before.startedAt() : now,
                ended ? now : null,
                moved ? durations(before, stepSince, now) : before.durations(),
                plan != null ? plan.source().name() : before.sourceCluster(),
                plan != null ? plan.target().name() : before.targetCluster(),
                progress.members().isEmpty() ? before.virtualMachines() : progress.members(),
                progress.loss() != null ? dataLoss(progress.loss()) : before.dataLoss(),
                new Operation(
                        plan != null ? plan.group().toString() : was == null ? null : was.group(),
                        moved || stepSince == null ? now : stepSince,
                        next instanceof Active a ? a.deadline() : null,
                        progress.closedEpoch() != null
                                ? progress.closedEpoch()
                                : was == null ? null : was.closedEpoch(),
                        proofFrom(next, was),
                        next instanceof AwaitingOperator a ? a.commands() : null,
                        next instanceof Granting g
                                ? g.by().name()
                                : was == null ? null : was.rule(),
                        taints(next, was),
                        waiting(next),
                        refusal == null ? null : refusal.reason(),
                        refusal == null ? null : refusal.message()),
                conditions(before, next, progress, now));
    }

    private static DataLoss dataLoss(Loss loss) {
        return new DataLoss(
                loss.verdict().word(),
                loss.bytes().orElse(null),
                loss.inSyncAt().orElse(null),
                loss.volumes());
    }

    static String step(FailoverState state) {
        return switch (state) {
            case Pending _ -> "CheckingSafety";
            case Closing _ -> "Closing";
            case StoppingVms _ -> "StoppingVMs";
            case Proving _ -> "Proving";
            case AwaitingOperator _ -> "AwaitingOperator";
            case Granting _ -> "Granting";
            case RemovingTaints _ -> "RemovingTaints";
            case StartingVms _ -> "StartingVMs";
            case RollingBack _ -> "RollingBack";
            case Completed _, Rehearsed _ -> "Completed";
            case Failed _ -> "Failed";
        };
    }

    static String message(FailoverState state) {
        return switch (state) {
            case Pending _ -> "checking whether it is safe";
            case Closing(var plan, _) ->
                    "taking "
                            + plan.group().name()
                            + " from "
                            + plan.source()
                            + ", fencing it there";
            case StoppingVms(var plan, _, _) -> "stopping VMs on " + plan.source();
            case Proving(var plan, _, _) ->
                    "VMs stopped; proving that " + plan.target() + " has all data";
            case AwaitingOperator(var plan, _, var commands, _) ->
                    "DRBD on "
                            + plan.target()
                            + " waits for a human; type: "
                            + String.join("; ", commands);
            case Granting(var plan, _, _, _) -> "proven; granting the group to " + plan.target();
            case RemovingTaints(var plan, var work) ->
                    "DRBD's taints keep VMs from nodes of "
                            + plan.target()
                            + (work.waitsFor().isEmpty()
                                    ? ": " + String.join(", ", work.removed())
                                    : "; waiting: " + work.waitsFor());
            case StartingVms(var plan, _, var waiting, _) ->
                    "starting VMs on "
                            + plan.target()
                            + waiting.filter(w -> !w.isEmpty())
                                    .map(w -> "; these wait for others: " + String.join(", ", w))
                                    .orElse("");
            case RollingBack(var plan, var why, _, _) ->
                    "giving the group back to " + plan.source() + ": " + why.message();
            case Completed(var plan) -> "all VMs run on " + plan.target();
            case Rehearsed(var plan, var taints) ->
                    "dry run, nothing was changed: "
                            + rehearsed(plan)
                            + (taints.isEmpty() ? "" : "; " + taints);
            case Failed(var why, _) -> why.message();
        };
    }

    private static String rehearsed(FailoverPlan plan) {
        return plan.isRetry()
                ? "VMs that do not run on " + plan.target() + " would be started there"
                : "%s would move from %s to %s, nothing found against it"
                        .formatted(plan.group(), plan.source(), plan.target());
    }

    private static String phase(FailoverState state) {
        return switch (state) {
            case Pending _ -> "Pending";
            case Closing _,
                    StoppingVms _,
                    Proving _,
                    AwaitingOperator _,
                    Granting _,
                    RollingBack _ ->
                    "StoppingOnSource";
            case RemovingTaints _, StartingVms _ -> "StartingOnTarget";
            case Completed _, Rehearsed _ -> "Completed";
            case Failed _ -> "Failed";
        };
    }

    static @Nullable FailoverPlan planOf(FailoverState state) {
        return switch (state) {
            case Active active -> active.plan();
            case Completed(var plan) -> plan;
            case Rehearsed(var plan, _) -> plan;
            case Pending _, Failed _ -> null;
        };
    }

    private static @Nullable Refusal refusalOf(FailoverState state) {
        return switch (state) {
            case RollingBack r -> r.why();
            case Failed f -> f.why();
            case Pending _,
                    Closing _,
                    StoppingVms _,
                    Proving _,
                    AwaitingOperator _,
                    Granting _,
                    RemovingTaints _,
                    StartingVms _,
                    Completed _,
                    Rehearsed _ ->
                    null;
        };
    }

    private static @Nullable Map<String, Long> proofFrom(
            FailoverState state, @Nullable Operation was) {
        return switch (state) {
            case StoppingVms s -> s.proofFrom();
            case Proving s -> s.proofFrom();
            case AwaitingOperator s -> s.proofFrom();
            case Granting s -> s.proofFrom();
            case Pending _,
                    Closing _,
                    RemovingTaints _,
                    StartingVms _,
                    RollingBack _,
                    Completed _,
                    Rehearsed _,
                    Failed _ ->
                    was == null ? null : was.proofFrom();
        };
    }

    private static Map<String, Double> durations(
            FailoverStatus before, @Nullable Instant stepSince, Instant now) {
        Map<String, Double> durations = new LinkedHashMap<>();
        if (before.durations() != null) {
            durations.putAll(before.durations());
        }
        if (before.step() != null && stepSince != null) {
            double seconds = Duration.between(stepSince, now).toMillis() / 1000.0;
            durations.merge(before.step(), seconds, Double::sum);
        }
        return durations;
    }

    private static List<Condition> conditions(
            FailoverStatus before, FailoverState next, Progress progress, Instant now) {
        List<Condition> conditions =
                new ArrayList<>(before.conditions() == null ? List.of() : before.conditions());
        switch (next) {
            case Pending _, Closing _, AwaitingOperator _, RollingBack _ -> {}
            case Proving s ->
                    set(
                            conditions,
                            "LockHeld",
                            "True",
                            "Closed",
                            s.plan().group() + " is ours",
                            now);
            case StoppingVms s -> {
                set(conditions, "LockHeld", "True", "Closed", s.plan().group() + " is ours", now);
                set(
                        conditions,
                        "SourceFenced",
                        "True",
                        progress.fence() == null ? "Reactive" : progress.fence(),
                        "VMs cannot be started on " + s.plan().source(),
                        now);
            }
            case Granting s -> {
                set(conditions, "SourceStopped", "True", s.by().name(), proven(s), now);
                if (s.by() == Rule.F) {
                    set(
                            conditions,
                            "SafetyOverridden",
                            "True",
                            "Confirmed",
                            "nothing proved that "
                                    + s.plan().source()
                                    + " had stopped: taken on the word of whoever ordered this with"
                                    + " force",
                            now);
                }
            }
            case RemovingTaints s -> {
                set(conditions, "Granted", "True", "Granted", "to " + s.plan().target(), now);
                untainted(conditions, s.work(), now);
            }
            case StartingVms s -> {
                set(conditions, "Granted", "True", "Granted", "to " + s.plan().target(), now);
                s.work().ifPresent(work -> untainted(conditions, work, now));
            }
            case Completed c -> {
                set(conditions, "TargetRunning", "True", "Running", "on " + c.plan().target(), now);
                set(conditions, "Succeeded", "True", "Completed", message(next), now);
            }
            case Rehearsed _ -> set(conditions, "Succeeded", "True", "DryRun", message(next), now);
            case Failed f -> {
                if (f.undone()) {
                    set(conditions, "RolledBack", "True", "Undone", "given back", now);
                }
                set(conditions, "Succeeded", "False", f.why().reason(), message(next), now);
            }
        }
        return conditions;
    }

    private static @Nullable List<String> waiting(FailoverState next) {
        return switch (next) {
            case StartingVms s -> s.waiting().orElse(null);
            case RollingBack s -> s.waiting().orElse(null);
            case Pending _,
                    Closing _,
                    StoppingVms _,
                    Proving _,
                    AwaitingOperator _,
                    Granting _,
                    RemovingTaints _,
                    Completed _,
                    Rehearsed _,
                    Failed _ ->
                    null;
        };
    }

    private static @Nullable Taints taints(FailoverState next, @Nullable Operation was) {
        Optional<Untainting> work =
                switch (next) {
                    case RemovingTaints s -> Optional.of(s.work());
                    case StartingVms s -> s.work();
                    case Pending _,
                            Closing _,
                            StoppingVms _,
                            Proving _,
                            AwaitingOperator _,
                            Granting _,
                            RollingBack _,
                            Completed _,
                            Rehearsed _,
                            Failed _ ->
                            Optional.empty();
                };
        return work.map(w -> new Taints(w.until(), w.removed(), w.despite(), w.waitsFor()))
                .orElse(was == null ? null : was.taints());
    }

    private static void untainted(List<Condition> conditions, Untainting work, Instant now) {
        if (!work.waitsFor().isEmpty()) {
            set(conditions, "TaintsRemoved", "False", "Waiting", work.waitsFor(), now);
        } else if (!work.removed().isEmpty()) {
            String taints = String.join(", ", work.removed());
            set(conditions, "TaintsRemoved", "True", "Removed", taints, now);
        }
        if (!work.despite().isEmpty()) {
            overridden(conditions, work.despite(), now);
        }
    }

    /** Whatever else was skipped before stays on record. */
    private static void overridden(List<Condition> conditions, List<String> groups, Instant now) {
        String forced = PASSED_OVER + String.join(", ", groups);
        Optional<String> confirmed =
                conditions.stream()
                        .filter(c -> c.type().equals("SafetyOverridden"))
                        .filter(c -> c.reason().equals("Confirmed"))
                        .map(c -> c.message().split("; " + PASSED_OVER, 2)[0])
                        .findAny();
        set(
                conditions,
                "SafetyOverridden",
                "True",
                confirmed.isPresent() ? "Confirmed" : "TaintsRemoved",
                confirmed.map(message -> message + "; " + forced).orElse(forced),
                now);
    }

    private static String proven(Granting s) {
        return switch (s.by()) {
            case P ->
                    "nothing runs on "
                            + s.plan().source()
                            + ", all data is on "
                            + s.plan().target();
            case R -> "nothing runs on " + s.plan().source();
            case Q -> "DRBD's quorum lets nothing on " + s.plan().source() + " write any more";
            case F -> s.plan().source() + " is silent, and a human has confirmed that it stopped";
        };
    }

    private static void set(
            List<Condition> conditions,
            String type,
            String status,
            String reason,
            String message,
            Instant now) {
        conditions.removeIf(c -> c.type().equals(type));
        conditions.add(new Condition(type, status, reason, message, now, null));
    }

    private FailoverStatuses() {}
}
