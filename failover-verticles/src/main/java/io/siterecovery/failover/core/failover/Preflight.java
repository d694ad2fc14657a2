package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     */
    public record GroupSeen(
            Optional<Ownership> ownership,
            Optional<String> failure,
            Health health,
            List<String> missingAtTarget,
            Map<ClusterId, Side> sides) {}

    public record Health(Verdict verdict, String reason) {
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
     */
    public record Seen(
            Instant now,
            boolean worldKnown,
            Subject subject,
            Optional<ClusterId> target,
            List<ClusterId> clusters,
            Limits limits) {}

    public static FailoverState judge(Pending pending, FailoverOrder order, Seen seen) {
        Optional<Refusal> refusal = unsupported(order).or(() -> stale(order, seen));
        if (refusal.isPresent()) {
            return failed(refusal.get());
        }
        if (seen.target().isEmpty()) {
            return failed(unknownCluster(order, seen.clusters()));
        }
        ClusterId target = seen.target().get();
        return switch (seen.subject()) {
            case Subject.Unknown() when !seen.worldKnown() ->
                    waitOr(pending, seen, notListed("the clusters of this deployment"));
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
            case Holder.Moving _ -> failed(betweenSites(group, ownership));
            case Holder.At(ClusterId source) when source.equals(target) ->
                    failed(alreadyThere(group, target, at));
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
        for (ClusterId site : List.of(source, target)) {
            Side side = at.sides().get(site);
            if (side == null || !side.reachable()) {
                return waitOr(pending, seen, notListed(site.name()));
            }
        }
        if (at.failure().isPresent()) {
            return failed(groupFailed(group, at.failure().get()));
        }
        if (!at.missingAtTarget().isEmpty()) {
            return failed(definitionsMissing(group, target, at.missingAtTarget()));
        }
        return switch (at.health().verdict()) {
            case UNKNOWN -> waitOr(pending, seen, replication(group, at.health()));
            case DEGRADED -> failed(replication(group, at.health()));
            case HEALTHY -> accept(order, seen, group, source, target);
        };
    }

    private static FailoverState accept(
            FailoverOrder order, Seen seen, GroupId group, ClusterId source, ClusterId target) {
        FailoverPlan plan =
                new FailoverPlan(
                        order.uid(),
                        order.name(),
                        order.origin(),
                        order.originName(),
                        group,
                        source,
                        target,
                        seen.now(),
                        seen.limits());
        return new Closing(plan, seen.now().plus(seen.limits().failover()));
    }

    private static Optional<Refusal> unsupported(FailoverOrder order) {
        if (order.isCancelled()) {
            return Optional.of(
                    new Refusal("Cancelled", "cancelled before it began; nothing was changed"));
        }
        if (order.isEmergency()) {
            return Optional.of(
                    new Refusal(
                            "NotSupported",
                            "failoverType emergency is not available in this version; nothing was"
                                    + " changed"));
        }
        if (order.isForced()) {
            return Optional.of(
                    new Refusal(
                            "NotSupported",
                            "force is not available in this version: a planned failover needs no"
                                    + " override; nothing was changed"));
        }
        if (order.isDryRun()) {
            return Optional.of(
                    new Refusal(
                            "NotSupported",
                            "dryRun is not available in this version; nothing was changed"));
        }
        return Optional.empty();
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

    private static Refusal unknownCluster(FailoverOrder order, List<ClusterId> clusters) {
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

    private static Refusal alreadyThere(GroupId group, ClusterId target, GroupSeen at) {
        Side side = at.sides().get(target);
        return side != null && side.allRunning()
                ? Refusal.of("AlreadyThere", "%s already runs on %s; nothing to do", group, target)
                : Refusal.of(
                        "AlreadyThere",
                        "%s is already held by %s, though not all of its VMs run there%s; set its"
                                + " desiredState to running there",
                        group,
                        target,
                        side == null ? "" : " (" + side.notUp() + ")");
    }

    private static Refusal groupFailed(GroupId group, String failure) {
        return Refusal.of("GroupFailed", "%s is Failed: %s", group, failure);
    }

    private static Refusal definitionsMissing(
            GroupId group, ClusterId target, List<String> missing) {
        return Refusal.of(
                "DefinitionsMissing",
                "%s cannot start on %s, which lacks: %s",
                group,
                target,
                String.join(", ", missing));
    }

    private static Refusal replication(GroupId group, Health health) {
        return Refusal.of(
                "ReplicationNotHealthy",
                "replication of %s is %s: %s; a planned failover waits for all data",
                group,
                health.verdict() == Health.Verdict.DEGRADED ? "Degraded" : "Unknown",
                health.reason());
    }

    private static Refusal notListed(String what) {
        return Refusal.of(
                "NotAnswering", "%s did not answer; a planned failover needs both sites", what);
    }

    private static FailoverState waitOr(Pending pending, Seen seen, Refusal atTheDeadline) {
        return seen.now().isAfter(pending.deadline()) ? failed(atTheDeadline) : pending;
    }

    private static FailoverState failed(Refusal why) {
        return new Failed(why, false);
    }

    private Preflight() {}
}
