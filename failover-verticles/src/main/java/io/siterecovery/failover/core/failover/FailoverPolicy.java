package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.failover.Effect.InspectSource;
import io.siterecovery.failover.core.failover.Effect.ReadTopicEnds;
import io.siterecovery.failover.core.failover.Effect.RemoveTaints;
import io.siterecovery.failover.core.failover.Effect.SetDesiredState;
import io.siterecovery.failover.core.failover.Effect.TryFence;
import io.siterecovery.failover.core.failover.Effect.WriteOwnership;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.AwaitingOperator;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Completed;
import io.siterecovery.failover.core.failover.FailoverState.Failed;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.FailoverState.RollingBack;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.EmergencyProof;
import io.siterecovery.failover.core.proof.EmergencyProof.Situation;
import io.siterecovery.failover.core.proof.Evidence;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.PlannedProof;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.TaintSafety;
import io.siterecovery.failover.core.taint.Untainting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides the next step of one failover. Pure: no clock, no network, no log.
 *
 * <p>Safety: Close comes before the stop, and the target is granted the group only on a proof whose
 * every part was seen after Close. Whoever holds the group is decided by the ownership alone, never
 * by the state stored here.
 *
 * <p>Progress: moving is silent and staying acts, so an effect lost in a crash is asked for again.
 */
public final class FailoverPolicy {

    static final Refusal CANCELLED_BEFORE =
            new Refusal("Cancelled", "cancelled before it began; nothing was changed");

    private static final Refusal CANCELLED = new Refusal("Cancelled", "cancelled");

    public static Decision decide(Active state, Observation seen, String deployment) {
        return new FailoverPolicy(state.plan(), seen, deployment).decide(state);
    }

    private final FailoverPlan plan;
    private final Observation seen;
    private final String deployment;

    private FailoverPolicy(FailoverPlan plan, Observation seen, String deployment) {
        this.plan = plan;
        this.seen = seen;
        this.deployment = deployment;
    }

    private Decision decide(Active state) {
        if (seen.ownership().isEmpty()) {
            return moveTo(new Failed(ownershipGone(), false));
        }
        OwnershipSeen current = seen.ownership().get();
        Ownership ownership = current.ownership();
        boolean lockedByUs = ownership.isLockedBy(plan.uid());
        if (!lockedByUs && !takesTheLock(state, ownership)) {
            return moveTo(new Failed(lockLost(ownership), false));
        }
        if (seen.frozen().isPresent()) {
            return stay(state);
        }
        if (lockedByUs && !ownership.actsFor(seen.instanceId())) {
            Active renewed = renewed(state);
            return renewed.equals(state)
                    ? stay(state, new WriteOwnership(current, ownership.takenBy(seen.instanceId())))
                    : moveTo(renewed);
        }
        return switch (state) {
            case Closing _ when !lockedByUs && seen.cancelled() ->
                    moveTo(new Failed(CANCELLED_BEFORE, false));
            case Closing s when !lockedByUs -> close(s, current);
            case Closing _, StoppingVms _, Proving _, AwaitingOperator _ when seen.cancelled() ->
                    undo(CANCELLED);
            case Closing s -> fence(s, ownership);
            case StoppingVms s -> stop(s);
            case Proving s -> prove(s, ownership);
            case AwaitingOperator s -> awaitOperator(s, ownership);
            case Granting s -> grant(s, current);
            case RemovingTaints s -> removeTaints(s);
            case StartingVms s when !lockedByUs -> takeLock(s, current);
            case StartingVms s -> start(s);
            case RollingBack s -> rollBack(s, current);
        };
    }

    /**
     * A move takes the lock by Close, a retry when it begins to start; nothing else may be without.
     */
    private boolean takesTheLock(Active state, Ownership ownership) {
        return switch (state) {
            case Closing _ -> true;
            case StartingVms _ -> plan.isRetry() && !ownership.hasCarriedOut(plan.uid());
            case StoppingVms _,
                    Proving _,
                    AwaitingOperator _,
                    Granting _,
                    RemovingTaints _,
                    RollingBack _ ->
                    false;
        };
    }

    private Decision takeLock(StartingVms s, OwnershipSeen current) {
        Ownership ownership = current.ownership();
        if (seen.cancelled()) {
            return moveTo(new Failed(CANCELLED_BEFORE, false));
        }
        if (ownership.lock().isPresent()) {
            return moveTo(new Failed(lockHeld(plan.group(), ownership), false));
        }
        if (!ownership.holder().isAt(plan.target())) {
            return moveTo(new Failed(sourceLostTheGroup(ownership), false));
        }
        if (seen.isPast(s.deadline())) {
            return moveTo(new Failed(tooLate("lock " + plan.group()), false));
        }
        return ownership.actsFor(seen.instanceId())
                ? stay(
                        s,
                        new WriteOwnership(current, ownership.lockedBy(plan.lock(), plan.record())))
                : stay(s, new WriteOwnership(current, ownership.takenBy(seen.instanceId())));
    }

    /** Time in which nobody looked does not count against a step: its next instance looks first. */
    private Active renewed(Active state) {
        if (!seen.isPast(state.deadline())) {
            return state;
        }
        Instant data = Limits.earlier(seen.now().plus(plan.limits().data()), overallDeadline());
        Instant start = nextStepEnds();
        return switch (state) {
            case Closing _, StoppingVms _, AwaitingOperator _ -> state;
            case Proving s when seen.isPast(data) -> s;
            case Proving s -> new Proving(plan, s.proofFrom(), data);
            case Granting s when seen.isPast(data) -> s;
            case Granting s -> new Granting(plan, s.proofFrom(), s.by(), data);
            case RemovingTaints s -> new RemovingTaints(plan, again(s.work()));
            case StartingVms s ->
                    new StartingVms(plan, s.work().map(this::again), s.waiting(), start);
            case RollingBack s -> new RollingBack(plan, s.why(), s.waiting(), start);
        };
    }

    private Untainting again(Untainting work) {
        return new Untainting(windowEnd(), work.removed(), work.despite(), work.waitsFor());
    }

    private Instant windowEnd() {
        return seen.now().plus(plan.limits().taints());
    }

    private Decision close(Closing s, OwnershipSeen current) {
        Ownership ownership = current.ownership();
        if (ownership.lock().isPresent()) {
            return moveTo(new Failed(lockHeld(plan.group(), ownership), false));
        }
        if (ownership.hasCarriedOut(plan.uid())) {
            return moveTo(new Failed(closedBefore(), false));
        }
        if (!ownership.holder().isAt(plan.source()) && !isLeftBetween(ownership)) {
            return moveTo(new Failed(sourceLostTheGroup(ownership), false));
        }
        if (seen.isPast(s.deadline())) {
            return moveTo(new Failed(tooLate("take the group from " + plan.source()), false));
        }
        if (!ownership.actsFor(seen.instanceId())) {
            return stay(s, new WriteOwnership(current, ownership.takenBy(seen.instanceId())));
        }
        Ownership closed =
                ownership.close(plan.source(), plan.target(), plan.lock(), plan.record());
        return stay(s, new WriteOwnership(current, closed));
    }

    /** An emergency may begin where an earlier operation had to stop. */
    private boolean isLeftBetween(Ownership ownership) {
        return plan.isEmergency()
                && ownership.holder() instanceof Holder.Moving(var from, _)
                && from.equals(plan.source());
    }

    private Decision fence(Closing s, Ownership ownership) {
        if (!(ownership.holder() instanceof Holder.Moving)) {
            return moveTo(new Failed(sourceLostTheGroup(ownership), false));
        }
        if (seen.isPast(s.deadline())) {
            return undo(
                    Refusal.of(
                            "SourceNotFenced",
                            "%s did not accept the fence and the claims of %s within %d s",
                            plan.source(),
                            plan.group(),
                            plan.limits().failover().toSeconds()));
        }
        if (plan.isEmergency() && !seen.source().reachable()) {
            // Whatever it runs cannot be fenced or stopped by us: DRBD, or a human, has to prove
            // it.
            return seen.topicEnds().isEmpty()
                    ? stay(s, new ReadTopicEnds())
                    : moveTo(proving(seen.topicEnds().get()));
        }
        if (!seen.source().heldUnder(ownership.claim(deployment, plan.group()))) {
            return stay(s);
        }
        List<Effect> questions = new ArrayList<>();
        if (seen.fence() == Fence.UNTRIED) {
            questions.add(new TryFence(plan.source()));
        }
        if (seen.topicEnds().isEmpty()) {
            questions.add(new ReadTopicEnds());
        }
        return questions.isEmpty()
                ? moveTo(new StoppingVms(plan, seen.topicEnds().orElseThrow(), s.deadline()))
                : new Decision(s, questions);
    }

    private Decision stop(StoppingVms s) {
        if (seen.source().allStopped() || (plan.isEmergency() && !seen.source().reachable())) {
            return moveTo(proving(s.proofFrom()));
        }
        if (seen.isPast(s.deadline())) {
            return undo(
                    Refusal.of(
                            "SourceDidNotStop",
                            "not all VMs stopped on %s: %s",
                            plan.source(),
                            seen.source().reachable()
                                    ? seen.source().stillUp()
                                    : "its API does not answer"));
        }
        return seen.desiredStateShown()
                ? stay(s)
                : stay(s, new SetDesiredState(plan.source(), false));
    }

    private Proving proving(Map<String, Long> proofFrom) {
        Instant deadline = seen.now().plus(plan.limits().data());
        return new Proving(plan, proofFrom, Limits.earlier(deadline, overallDeadline()));
    }

    private Decision prove(Proving s, Ownership ownership) {
        Evidence evidence = evidence(s.proofFrom(), ownership);
        if (evidence.holds()) {
            return moveTo(new Granting(plan, s.proofFrom(), evidence.rule(), s.deadline()));
        }
        if (evidence.missing().isEmpty()) {
            Instant deadline = seen.now().plus(plan.limits().operator());
            return moveTo(new AwaitingOperator(plan, s.proofFrom(), evidence.commands(), deadline));
        }
        return seen.isPast(s.deadline()) ? undo(notProven(evidence.missing())) : askTheSource(s);
    }

    private Decision askTheSource(Active s) {
        boolean known = seen.inspection().map(i -> i.leftovers().isEmpty()).orElse(false);
        return known ? stay(s) : stay(s, questions());
    }

    /** One that is silent is not asked in an emergency. */
    private Effect[] questions() {
        return plan.isEmergency() && !seen.source().reachable()
                ? new Effect[0]
                : new Effect[] {new InspectSource(plan.source())};
    }

    private Decision awaitOperator(AwaitingOperator s, Ownership ownership) {
        Evidence evidence = evidence(s.proofFrom(), ownership);
        if (evidence.holds()) {
            Instant deadline = seen.now().plus(plan.limits().data());
            return moveTo(new Granting(plan, s.proofFrom(), evidence.rule(), deadline));
        }
        if (seen.isPast(s.deadline())) {
            return undo(
                    notProven(evidence.missing().isEmpty() ? s.commands() : evidence.missing()));
        }
        return askTheSource(s);
    }

    private Decision grant(Granting s, OwnershipSeen current) {
        if (current.ownership().holder().isAt(plan.target())) {
            return moveTo(seen.taints().isEmpty() ? starting(Optional.empty()) : removing());
        }
        if (seen.cancelled()) {
            return undo(CANCELLED);
        }
        // The proof is asked for again, since an interrupted instance may have stored this long
        // ago.
        Evidence evidence = evidence(s.proofFrom(), current.ownership());
        if (!evidence.holds()) {
            return seen.isPast(s.deadline())
                    ? undo(notProven(evidence.missing()))
                    : askTheSource(s);
        }
        if (evidence.rule() == Rule.F && s.by() != Rule.F) {
            // Nothing is taken on a human's word before it is on record that it is.
            return moveTo(new Granting(plan, s.proofFrom(), Rule.F, s.deadline()));
        }
        return stay(s, new WriteOwnership(current, current.ownership().grant(plan.target())));
    }

    /**
     * Whom it would harm is waited for here, never refused: there is no way back. When the window
     * has ended VMs are started all the same, and wait for their nodes as KubeVirt lets them.
     */
    private Decision removeTaints(RemovingTaints s) {
        if (seen.taints().isEmpty() || seen.isPast(s.deadline())) {
            return moveTo(starting(Optional.of(s.work())));
        }
        Untainting next = next(s.work());
        return next.equals(s.work())
                ? new Decision(s, removal(s.work()))
                : moveTo(new RemovingTaints(plan, next));
    }

    private RemovingTaints removing() {
        return new RemovingTaints(plan, next(Untainting.until(windowEnd())));
    }

    private StartingVms starting(Optional<Untainting> work) {
        return new StartingVms(plan, work, nextStepEnds());
    }

    private Untainting next(Untainting work) {
        return TaintSafety.next(
                work,
                seen.taints(),
                seen.replication(),
                plan.target(),
                plan.group().namespace(),
                plan.forced(),
                seen.now());
    }

    private List<Effect> removal(Untainting work) {
        List<NodeTaint> ready =
                TaintSafety.ready(seen.taints(), seen.replication(), plan.target(), seen.now())
                        .stream()
                        .filter(work::covers)
                        .toList();
        return ready.isEmpty() || !TaintSafety.asks(seen.taints(), work, seen.now())
                ? List.of()
                : List.of(new RemoveTaints(plan.target(), ready, work));
    }

    private Decision start(StartingVms s) {
        if (seen.target().allRunning()) {
            return moveTo(new Completed(plan));
        }
        if (movesOn(s.waiting(), seen.target())) {
            return moveTo(
                    new StartingVms(
                            plan, s.work(), Optional.of(seen.target().waiting()), nextStepEnds()));
        }
        if (seen.isPast(s.deadline())) {
            return moveTo(
                    new Failed(
                            Refusal.of(
                                    "TargetDidNotStart",
                                    "%s holds the group, but not all VMs run there: %s%s; a new"
                                            + " Failover to %s tries again",
                                    plan.target(),
                                    seen.target().reachable()
                                            ? seen.target().notUp()
                                            : "its API does not answer",
                                    closedBy(s),
                                    plan.target()),
                            false));
        }
        List<Effect> effects = new ArrayList<>();
        if (!seen.taints().isEmpty()) {
            if (s.work().isEmpty()) {
                return moveTo(removing());
            }
            Untainting work = s.work().get();
            if (!seen.isPast(work.until())) {
                Untainting next = next(work);
                if (!next.equals(work)) {
                    return moveTo(
                            new StartingVms(plan, Optional.of(next), s.waiting(), s.deadline()));
                }
                effects.addAll(removal(work));
            }
        }
        if (!seen.desiredStateShown()) {
            effects.add(new SetDesiredState(plan.target(), true));
        }
        return new Decision(s, effects);
    }

    /**
     * Each step of the boot order has a deadline of its own. It begins only when fewer wait than
     * ever before, so there is an end of it.
     */
    private static boolean movesOn(Optional<List<String>> before, Side side) {
        int waiting = side.waiting().size();
        return side.reachable() && before.map(b -> waiting < b.size()).orElse(waiting > 0);
    }

    private Instant nextStepEnds() {
        return seen.now().plus(plan.limits().start());
    }

    /** DRBD's agent sets a taint again for as long as its cause lasts. */
    private String closedBy(StartingVms s) {
        if (seen.taints().isEmpty()) {
            return "";
        }
        String waits = s.work().map(Untainting::waitsFor).orElse("");
        return ", kept from their nodes by "
                + seen.taints().described()
                + (waits.isEmpty() ? "" : " (" + waits + ")");
    }

    private Decision rollBack(RollingBack s, OwnershipSeen current) {
        Holder holder = current.ownership().holder();
        if (holder.isAt(plan.target())) {
            // The grant landed before the undo: the group is the target's, there is no way back.
            return moveTo(starting(Optional.empty()));
        }
        if (holder instanceof Holder.Moving && seen.source().reachable()) {
            return stay(s, new WriteOwnership(current, current.ownership().grant(plan.source())));
        }
        if (holder instanceof Holder.Moving) {
            return seen.isPast(s.deadline())
                    ? moveTo(new Failed(notGivenBack(s.why()), false))
                    : stay(s);
        }
        if (seen.source().allRunning()) {
            return moveTo(new Failed(givenBack(s.why(), "where all VMs run"), true));
        }
        if (movesOn(s.waiting(), seen.source())) {
            return moveTo(
                    new RollingBack(
                            plan, s.why(), Optional.of(seen.source().waiting()), nextStepEnds()));
        }
        if (seen.isPast(s.deadline())) {
            String notUp = "where these do not run yet: " + seen.source().notUp();
            return moveTo(new Failed(givenBack(s.why(), notUp), true));
        }
        return seen.desiredStateShown()
                ? stay(s)
                : stay(s, new SetDesiredState(plan.source(), true));
    }

    /**
     * What remains to do for a failover that has ended: give back what was never granted if the
     * source answers, then let go of the lock.
     */
    public static List<Effect> letGo(
            Ownership ownership,
            OwnershipSeen current,
            String uid,
            boolean sourceAnswers,
            boolean desiredStateShown) {
        if (!ownership.isLockedBy(uid)) {
            return List.of();
        }
        return switch (ownership.holder()) {
            case Holder.Moving(var from, _) when sourceAnswers ->
                    List.of(new WriteOwnership(current, ownership.grant(from)));
            case Holder.At(var cluster) when !desiredStateShown ->
                    List.of(
                            new SetDesiredState(cluster, true),
                            new WriteOwnership(current, ownership.release()));
            case Holder.Moving _, Holder.At _, Holder.Unclaimed _ ->
                    List.of(new WriteOwnership(current, ownership.release()));
        };
    }

    /**
     * A group left between two sites by an operation that ended: nothing was granted, so it is
     * given back as soon as the source answers, unless a VM is seen at the target.
     */
    public static List<Effect> giveBack(OwnershipSeen current, Side source, Side target) {
        Ownership ownership = current.ownership();
        boolean targetRuns = target.reachable() && !target.allStopped();
        return ownership.holder() instanceof Holder.Moving(var from, _)
                        && ownership.lock().isEmpty()
                        && source.reachable()
                        && !targetRuns
                ? List.of(new WriteOwnership(current, ownership.grant(from)))
                : List.of();
    }

    /** By which rule the target may start now, and what that lacks. */
    private Evidence evidence(Map<String, Long> from, Ownership ownership) {
        List<String> missing = new ArrayList<>();
        boolean answers = seen.source().reachable();
        if (answers || !plan.isEmergency()) {
            if (!seen.source().allStopped()) {
                missing.add(plan.source() + " still runs: " + seen.source().stillUp());
            } else if (!seen.source().heldUnder(ownership.claim(deployment, plan.group()))) {
                // A VM that was made again since Close, or joined since, is not held yet.
                missing.add("not every VM is fenced and claimed on " + plan.source());
            }
        }
        if (plan.isEmergency()) {
            Evidence evidence = EmergencyProof.judge(situation(from, answers));
            missing.addAll(evidence.missing());
            return new Evidence(evidence.rule(), missing, evidence.commands());
        }
        if (missing.isEmpty()) {
            missing.addAll(
                    PlannedProof.missing(
                            seen.replication(),
                            plan.source(),
                            plan.target(),
                            from,
                            seen.inspection(),
                            seen.now()));
        }
        return new Evidence(Rule.P, missing, List.of());
    }

    private Situation situation(Map<String, Long> from, boolean sourceAnswers) {
        return new Situation(
                seen.replication(),
                plan.source(),
                plan.target(),
                Optional.of(from),
                sourceAnswers,
                seen.inspection(),
                plan.isConfirmed(),
                seen.now());
    }

    private Decision undo(Refusal why) {
        return moveTo(new RollingBack(plan, why, nextStepEnds()));
    }

    private Instant overallDeadline() {
        return plan.startedAt().plus(plan.limits().failover());
    }

    static Refusal lockHeld(GroupId group, Ownership ownership) {
        return Refusal.of(
                "LockHeld",
                "Failed to acquire failover lock for %s: Failover lock is held by:"
                        + " failover-controller-%s (Failover %s)",
                group.name(),
                ownership.lock().map(Ownership.Lock::uid).orElse("?"),
                ownership
                        .locking()
                        .map(Ownership.Past::shown)
                        .or(() -> ownership.lock().map(Ownership.Lock::failover))
                        .orElse("?"));
    }

    private Refusal notProven(List<String> missing) {
        return Refusal.of(
                "DataNotProven",
                "%s may not start yet: %s",
                plan.target(),
                EmergencyPreflight.shown(missing));
    }

    private Refusal givenBack(Refusal why, String how) {
        return Refusal.of(
                why.reason(), "%s; given back to %s, %s", why.message(), plan.source(), how);
    }

    private Refusal notGivenBack(Refusal why) {
        return Refusal.of(
                why.reason(),
                "%s. %s does not answer, so the group was not given back: it runs nowhere now and is"
                        + " given back to %s as soon as that answers (kubectl get groupownership %s"
                        + " shows it)",
                why.message(),
                plan.source(),
                plan.source(),
                plan.group().ownershipName());
    }

    private Refusal ownershipGone() {
        return Refusal.of(
                "OwnershipGone",
                "the GroupOwnership of %s does not exist; nothing was started or stopped",
                plan.group());
    }

    private Refusal lockLost(Ownership ownership) {
        return Refusal.of(
                "LockLost",
                "another operation holds %s: %s",
                plan.group(),
                ownership.lock().map(Ownership.Lock::failover).orElse("none"));
    }

    private Refusal sourceLostTheGroup(Ownership ownership) {
        return Refusal.of(
                "HolderChanged",
                "%s is not at %s any more but %s; look at it and order again",
                plan.group(),
                plan.source(),
                describe(ownership.holder()));
    }

    private Refusal closedBefore() {
        return Refusal.of(
                "HolderChanged",
                "this Failover has taken %s before and has let go of it since; order again under"
                        + " another name",
                plan.group());
    }

    private Refusal tooLate(String what) {
        return Refusal.of(
                "TimedOut", "could not %s within %d s", what, plan.limits().failover().toSeconds());
    }

    static String describe(Holder holder) {
        return switch (holder) {
            case Holder.At(ClusterId cluster) -> "at " + cluster;
            case Holder.Moving(var from, var to) -> "moving from " + from + " to " + to;
            case Holder.Unclaimed() -> "unclaimed";
        };
    }

    private static Decision moveTo(FailoverState next) {
        return Decision.of(next);
    }

    private static Decision stay(FailoverState same, Effect... effects) {
        return Decision.of(same, effects);
    }
}
