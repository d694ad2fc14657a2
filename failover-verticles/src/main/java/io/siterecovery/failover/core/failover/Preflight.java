package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.failover.EmergencyPreflight.Judgement;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Rehearsed;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.proof.EmergencyProof.Situation;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Resync;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.Taints;
import io.siterecovery.failover.core.taint.Taints.Asked;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Judges an order before anything is changed: refused, accepted, or not yet known. Pure.
 *
 * <p>What is merely not known yet is waited for until the deadline; what is known to be wrong is
 * refused at once.
 */
public final class Preflight {

    /** What the order is about, as far as it is known. */
    public sealed interface Subject {
        record Unknown() implements Subject {}

        record Ambiguous(List<GroupId> candidates) implements Subject {}

        record Known(GroupId group, GroupSeen seen) implements Subject {}
    }

    /**
     * A group as it stands.
     *
     * @param failure why the group itself is {@code Failed}; empty when it is not
     * @param health Healthy, Degraded or Unknown, with the reason
     * @param missingAtTarget definitions that the target needs and does not have
     * @param replication what DRBD says of its disks
     * @param copying what the target lacks is being brought there
     * @param refused why the deployment takes on no planned failover at all
     */
    public record GroupSeen(
            Optional<Ownership> ownership,
            Optional<String> failure,
            Health health,
            List<String> missingAtTarget,
            Map<ClusterId, Side> sides,
            Replication replication,
            boolean copying,
            Optional<String> refused) {

        public GroupSeen(
                Optional<Ownership> ownership,
                Optional<String> failure,
                Health health,
                List<String> missingAtTarget,
                Map<ClusterId, Side> sides,
                Replication replication,
                boolean copying) {
            this(
                    ownership,
                    failure,
                    health,
                    missingAtTarget,
                    sides,
                    replication,
                    copying,
                    Optional.empty());
        }
    }

    /**
     * @param reason what is wrong or not known; empty if nothing is
     * @param resync what is left of a resync, while one runs
     */
    public record Health(Verdict verdict, String reason, Optional<Resync> resync) {
        public Health(Verdict verdict, String reason) {
            this(verdict, reason, Optional.empty());
        }

        public enum Verdict {
            HEALTHY,
            DEGRADED,
            UNKNOWN
        }
    }

    /**
     * @param target the cluster that the order names; empty when the deployment has none of that
     *     name
     * @param worldKnown every cluster of the deployment has been listed since the start
     * @param clusters of the deployment, each with what is wrong with it, once that is known
     * @param taints of DRBD that keep VMs from the target, if they are to be removed
     */
    public record Seen(
            Instant now,
            boolean worldKnown,
            Subject subject,
            Optional<ClusterId> target,
            Map<ClusterId, Optional<Diagnosis>> clusters,
            Taints taints,
            Limits limits) {

        /** The same, with the answer to whom the removal of the taints would touch. */
        public Seen asked(Optional<Asked> answer) {
            return new Seen(
                    now, worldKnown, subject, target, clusters, taints.answered(answer), limits);
        }
    }

    public static FailoverState judge(Pending pending, FailoverOrder order, Seen seen) {
        Optional<Refusal> refusal = withdrawn(order).or(() -> stale(order, seen));
        if (refusal.isPresent()) {
            return failed(refusal.get());
        }
        if (seen.target().isEmpty()) {
            return failed(unknownCluster(order, seen.clusters().keySet()));
        }
        ClusterId target = seen.target().get();
        return switch (seen.subject()) {
            case Subject.Unknown() when !seen.worldKnown() ->
                    waitOr(
                            pending,
                            seen,
                            Readiness.notAnswering("the clusters of this deployment"));
            case Subject.Unknown() -> failed(unknownGroup(order));
            case Subject.Ambiguous(var candidates) -> failed(ambiguous(order, candidates));
            case Subject.Known(var group, var groupSeen) ->
                    judge(pending, order, seen, target, group, groupSeen);
        };
    }

    private static FailoverState judge(
            Pending pending,
            FailoverOrder order,
            Seen seen,
            ClusterId target,
            GroupId group,
            GroupSeen at) {
        if (at.ownership().isEmpty()) {
            return waitOr(pending, seen, noHolder(group, at));
        }
        Ownership ownership = at.ownership().get();
        Optional<Refusal> refusal =
                carriedOutBefore(order, ownership).or(() -> lockHeld(order, group, ownership));
        if (refusal.isPresent()) {
            return failed(refusal.get());
        }
        return switch (ownership.holder()) {
            case Holder.Unclaimed() -> waitOr(pending, seen, noHolder(group, at));
            case Holder.Moving(var from, _) when order.isEmergency() && !from.equals(target) ->
                    emergency(pending, order, seen, group, at, from, target);
            // Given back by itself as soon as its source answers.
            case Holder.Moving _ -> waitOr(pending, seen, betweenSites(group, ownership));
            case Holder.At(ClusterId source) when source.equals(target) ->
                    again(pending, order, seen, group, at, target);
            case Holder.At(ClusterId source) when order.isEmergency() ->
                    emergency(pending, order, seen, group, at, source, target);
            case Holder.At(ClusterId source) ->
                    ready(pending, order, seen, group, at, source, target);
        };
    }

    private static FailoverState ready(
            Pending pending,
            FailoverOrder order,
            Seen seen,
            GroupId group,
            GroupSeen at,
            ClusterId source,
            ClusterId target) {
        Readiness readiness = Readiness.of(group, at, source, target);
        if (!readiness.wrong().isEmpty()) {
            return failed(Readiness.together(readiness.wrong()));
        }
        if (!readiness.notYet().isEmpty()) {
            return waitOr(pending, seen, Readiness.together(readiness.notYet()));
        }
        return begin(pending, order, seen, plan(order, seen, group, source, target));
    }

    /** The worst day: the source may be silent, the group Failed and the replication cut. */
    private static FailoverState emergency(
            Pending pending,
            FailoverOrder order,
            Seen seen,
            GroupId group,
            GroupSeen at,
            ClusterId source,
            ClusterId target) {
        if (!Readiness.answers(at, target)) {
            return waitOr(pending, seen, Readiness.notAnswering(target.name()));
        }
        if (!at.missingAtTarget().isEmpty()) {
            Refusal lacks = Readiness.definitionsMissing(group, target, at.missingAtTarget());
            return at.copying() ? waitOr(pending, seen, lacks) : failed(lacks);
        }
        Situation situation =
                new Situation(
                        at.replication(),
                        source,
                        target,
                        Optional.empty(),
                        Readiness.answers(at, source),
                        Optional.empty(),
                        order.isForced(),
                        seen.now());
        return switch (EmergencyPreflight.judge(
                group,
                situation,
                seen.clusters().getOrDefault(source, Optional.empty()),
                at.health().verdict() != Health.Verdict.UNKNOWN)) {
            case Judgement.Wrong(Refusal why) -> failed(why);
            case Judgement.NotYet(Refusal why) -> waitOr(pending, seen, why);
            case Judgement.Sound _ ->
                    begin(pending, order, seen, plan(order, seen, group, source, target));
        };
    }

    private static FailoverState begin(
            Pending pending, FailoverOrder order, Seen seen, FailoverPlan plan) {
        if (!seen.taints().isEmpty()) {
            if (seen.taints().asked().isEmpty()) {
                return waitOr(pending, seen, whoseTaints(plan.target(), seen.taints()));
            }
            Bystanders whom = seen.taints().asked().get().whom();
            if (!whom.unlessForced(order.isForced()).isEmpty()) {
                return failed(unsafe(plan, seen.taints(), whom, order.isForced()));
            }
        }
        if (order.isDryRun()) {
            return new Rehearsed(plan, rehearsedTaints(plan, seen.taints()));
        }
        return plan.isRetry()
                ? new StartingVms(plan, seen.now().plus(seen.limits().start()))
                : new Closing(plan, seen.now().plus(seen.limits().failover()));
    }

    private static String rehearsedTaints(FailoverPlan plan, Taints taints) {
        if (taints.isEmpty()) {
            return "";
        }
        String passedOver =
                taints.asked()
                        .map(Asked::whom)
                        .filter(whom -> !whom.isEmpty())
                        .map(
                                whom ->
                                        ", although others have running VMs there: "
                                                + whom.described(plan.group().namespace()))
                        .orElse("");
        return taints.described() + " would be removed" + passedOver;
    }

    /** The target holds the group: nothing to do, or another try to start what does not run. */
    private static FailoverState again(
            Pending pending,
            FailoverOrder order,
            Seen seen,
            GroupId group,
            GroupSeen at,
            ClusterId target) {
        if (!Readiness.answers(at, target)) {
            return waitOr(pending, seen, Readiness.notAnswering(target.name()));
        }
        Side side = at.sides().get(target);
        if (side == null || side.allRunning()) {
            return failed(alreadyThere(group, target));
        }
        if (at.failure().isPresent()) {
            return failed(Readiness.groupFailed(group, at.failure().get()));
        }
        return begin(pending, order, seen, plan(order, seen, group, target, target));
    }

    private static FailoverPlan plan(
            FailoverOrder order, Seen seen, GroupId group, ClusterId source, ClusterId target) {
        return new FailoverPlan(
                order.uid(),
                order.name(),
                order.origin(),
                order.originName(),
                group,
                source,
                target,
                order.kind(),
                order.isForced(),
                seen.now(),
                seen.limits());
    }

    private static Optional<Refusal> withdrawn(FailoverOrder order) {
        return order.isCancelled()
                ? Optional.of(FailoverPolicy.CANCELLED_BEFORE)
                : Optional.empty();
    }

    private static Optional<Refusal> stale(FailoverOrder order, Seen seen) {
        return order.orderedAt().plus(seen.limits().failover()).isBefore(seen.now())
                ? Optional.of(
                        Refusal.of(
                                "Stale",
                                "ordered at %s and seen only now, more than %d s later: the world may"
                                        + " have changed since; make a new one",
                                order.orderedAt(),
                                seen.limits().failover().toSeconds()))
                : Optional.empty();
    }

    private static Optional<Refusal> carriedOutBefore(FailoverOrder order, Ownership ownership) {
        return ownership.history().stream()
                .filter(p -> p.origin().equals(order.origin()))
                .filter(p -> p.name().equals(order.originName()))
                .filter(p -> !p.uid().equals(order.uid()))
                .findAny()
                .map(
                        p ->
                                Refusal.of(
                                        "NameUsed",
                                        "a Failover named %s was carried out before (uid %s); use"
                                                + " another name",
                                        p.name(),
                                        p.uid()));
    }

    private static Optional<Refusal> lockHeld(
            FailoverOrder order, GroupId group, Ownership ownership) {
        return ownership.lock().isPresent() && !ownership.isLockedBy(order.uid())
                ? Optional.of(FailoverPolicy.lockHeld(group, ownership))
                : Optional.empty();
    }

    private static Refusal unknownCluster(FailoverOrder order, Set<ClusterId> clusters) {
        return Refusal.of(
                "UnknownCluster",
                "targetCluster %s is no cluster of this deployment; it has %s",
                order.spec().targetCluster(),
                String.join(" and ", clusters.stream().map(ClusterId::name).toList()));
    }

    private static Refusal unknownGroup(FailoverOrder order) {
        return Refusal.of(
                "UnknownGroup",
                "there is no ProtectionGroup %s%s in this deployment",
                order.spec().protectionGroup(),
                order.spec().protectionGroupNamespace() == null
                        ? ""
                        : " in namespace " + order.spec().protectionGroupNamespace());
    }

    private static Refusal ambiguous(FailoverOrder order, List<GroupId> candidates) {
        return Refusal.of(
                "AmbiguousGroup",
                "several groups are named %s: %s; set spec.protectionGroupNamespace",
                order.spec().protectionGroup(),
                String.join(", ", candidates.stream().map(GroupId::toString).toList()));
    }

    private static Refusal noHolder(GroupId group, GroupSeen at) {
        return Refusal.of(
                "Unclaimed",
                "%s has not been seen running on exactly one site yet%s; nothing can be moved",
                group,
                at.failure().map(f -> " (" + f + ")").orElse(""));
    }

    private static Refusal betweenSites(GroupId group, Ownership ownership) {
        return Refusal.of(
                "BetweenSites",
                "%s is %s; see its GroupOwnership %s",
                group,
                FailoverPolicy.describe(ownership.holder()),
                group.ownershipName());
    }

    private static Refusal alreadyThere(GroupId group, ClusterId target) {
        return Refusal.of("AlreadyThere", "%s already runs on %s; nothing to do", group, target);
    }

    static Refusal replication(GroupId group, Health health) {
        if (health.resync().isPresent()) {
            return Refusal.of(
                    "Reprotecting",
                    "%s is not in sync yet: %s; %s; a planned failover waits for all data",
                    group,
                    health.reason(),
                    health.resync().get().described());
        }
        return Refusal.of(
                "ReplicationNotHealthy",
                "replication of %s is %s: %s; a planned failover waits for all data",
                group,
                health.verdict() == Health.Verdict.DEGRADED ? "Degraded" : "Unknown",
                health.reason());
    }

    /** The first two lines are the product documents'. */
    private static Refusal unsafe(
            FailoverPlan plan, Taints taints, Bystanders whom, boolean forced) {
        return Refusal.of(
                "UnsafeToRemoveTaints",
                """
                UNSAFE to remove taints on %s - other Protection Groups have running VMs
                Conflicting PGs: %s
                %s keeps this group's VMs from starting there, and taking it off touches theirs.\
                 Nothing was changed. Wait until they are gone, or %s\
                """,
                plan.target(),
                whom.described(plan.group().namespace()),
                taints.described(),
                forced
                        ? "ask the platform's administrator: force does not pass over other"
                                + " deployments"
                        : "order again with force: true, which passes over groups of this"
                                + " deployment only");
    }

    private static Refusal whoseTaints(ClusterId target, Taints taints) {
        return Refusal.of(
                "TaintsNotChecked",
                "%s did not say whose VMs run where, so these taints cannot be removed: %s; nothing"
                        + " was changed",
                target,
                taints.described());
    }

    private static FailoverState waitOr(Pending pending, Seen seen, Refusal atTheDeadline) {
        return seen.now().isAfter(pending.deadline()) ? failed(atTheDeadline) : pending;
    }

    private static FailoverState failed(Refusal why) {
        return new Failed(why, false);
    }

    private Preflight() {}
}
