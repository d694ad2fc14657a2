package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.Effect;
import io.siterecovery.failover.core.failover.Effect.SetDesiredState;
import io.siterecovery.failover.core.failover.Effect.WriteOwnership;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Completed;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.RollingBack;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Subject;
import io.siterecovery.failover.core.group.GroupDecision;
import io.siterecovery.failover.core.group.GroupEffect;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.model.FailoverSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bugs in the order of the steps, in Close and Grant, and in the lock. */
final class MoveMutants {

    static List<Mutant> all() {
        return List.of(
                Mutant.deciding(
                        "no-close",
                        "the group is never taken from the source, only stopped there",
                        NoClose::new),
                Mutant.deciding(
                        "close-after-stop",
                        "the source's VMs are stopped first, then the group is closed",
                        CloseAfterStop::new),
                Mutant.deciding(
                        "fence-after-stop",
                        "the source is fenced once its VMs have stopped, and nobody waits for it",
                        FenceAfterStop::new),
                Mutant.deciding(
                        "undo-after-grant",
                        "a failover that does not start in 10 s is given back after Grant",
                        UndoAfterGrant::new),
                Mutant.deciding(
                        "release-before-stored",
                        "the lock is let go before the end is stored",
                        ReleaseFirst::new),
                Mutant.deciding(
                        "completed-at-grant",
                        "Completed is said when VMs were told to start, not when they run",
                        CompletedAtGrant::new),
                Mutant.deciding(
                        "lock-ignored",
                        "a second Failover does not look at the lock",
                        s -> new IgnoringHistory(s, true, false)),
                Mutant.deciding(
                        "history-ignored",
                        "a name may be carried out twice",
                        s -> new IgnoringHistory(s, false, true)),
                Mutant.deciding(
                        "dry-run-for-real", "a dry run is carried out", MoveMutants::dryRunForReal),
                Mutant.deciding(
                        "effects-only-on-transition",
                        "a step asks for its effects once, when it is entered",
                        OnlyOnce::new),
                Mutant.deciding(
                        "failed-without-undo",
                        "what fails before Grant ends at once and gives nothing back",
                        FailedWithoutUndo::new));
    }

    private static Observation heldAtOnce(Observation o) {
        return o.ownership()
                .map(
                        current -> {
                            Ownership is = current.ownership();
                            // The group is known by the claims that its VMs carry.
                            Claim claim =
                                    o.source().vms().stream()
                                            .flatMap(v -> v.claim().stream())
                                            .findFirst()
                                            .map(
                                                    c ->
                                                            new Claim(
                                                                    c.deployment(),
                                                                    c.group(),
                                                                    is.epoch(),
                                                                    is.term()))
                                            .orElse(new Claim("", "", 0, 0));
                            return Sights.source(
                                    Sights.fence(o, Fence.HOLDS), Sights.held(o.source(), claim));
                        })
                .orElse(o);
    }

    private static Decisions dryRunForReal(Decisions sound) {
        return new Altered(sound) {
            @Override
            public FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen) {
                FailoverSpec s = order.spec();
                FailoverSpec real =
                        new FailoverSpec(
                                s.protectionGroup(),
                                s.protectionGroupNamespace(),
                                s.targetCluster(),
                                s.failoverType(),
                                s.force(),
                                s.reason(),
                                false,
                                s.cancel());
                return super.judge(
                        pending,
                        new FailoverOrder(
                                order.uid(),
                                order.name(),
                                order.origin(),
                                order.originName(),
                                order.orderedAt(),
                                real),
                        seen);
            }
        };
    }

    /** The ownership is shown as closed while it is not, and is never written so. */
    private static final class NoClose extends Altered {

        NoClose(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            boolean before =
                    state instanceof Closing
                            || state instanceof StoppingVms
                            || state instanceof Proving
                            || state instanceof Granting;
            Observation shown =
                    before && locked(state, seen)
                            ? heldAtOnce(
                                    Sights.ownership(
                                            seen, seen.ownership().map(o -> moving(o, state))))
                            : seen;
            Decision decision = super.step(state, shown, deployment);
            return new Decision(
                    decision.next(),
                    decision.effects().stream().map(e -> instead(e, state.plan(), seen)).toList());
        }

        private static boolean locked(Active state, Observation seen) {
            return seen.ownership()
                    .filter(o -> o.ownership().isLockedBy(state.plan().uid()))
                    .isPresent();
        }

        private static OwnershipSeen moving(OwnershipSeen o, Active state) {
            Ownership is = o.ownership();
            return new OwnershipSeen(
                    o.uid(),
                    o.resourceVersion(),
                    new Ownership(
                            new Holder.Moving(state.plan().source(), state.plan().target()),
                            is.epoch(),
                            is.lock(),
                            is.instance(),
                            is.history()));
        }

        private static Effect instead(Effect effect, FailoverPlan plan, Observation seen) {
            if (effect instanceof WriteOwnership(var at, var next)
                    && next.holder() instanceof Holder.Moving
                    && seen.ownership().isPresent()) {
                Ownership is = seen.ownership().get().ownership();
                return new WriteOwnership(
                        at,
                        new Ownership(
                                is.holder(),
                                is.epoch(),
                                Optional.of(plan.lock()),
                                next.instance(),
                                next.history()));
            }
            return effect;
        }
    }

    private static final class FenceAfterStop extends Altered {

        FenceAfterStop(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            return super.step(state, heldAtOnce(seen), deployment);
        }

        @Override
        public GroupDecision group(GroupObservation seen) {
            GroupDecision decision = super.group(seen);
            return new GroupDecision(
                    decision.actions().stream().filter(a -> !tooEarly(seen, a)).toList(),
                    decision.report());
        }

        private static boolean tooEarly(GroupObservation seen, GroupEffect action) {
            return action instanceof GroupEffect.Fence f
                    && seen.ownership()
                            .filter(
                                    o ->
                                            o.ownership().holder()
                                                            instanceof Holder.Moving(var from, _)
                                                    && from.equals(f.cluster()))
                            .isPresent()
                    && seen.site(f.cluster()).filter(Site::anyRunning).isPresent();
        }
    }

    private static final class CloseAfterStop extends Altered {

        CloseAfterStop(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            boolean open =
                    state instanceof Closing
                            && seen.ownership()
                                    .filter(o -> o.ownership().lock().isEmpty())
                                    .filter(o -> o.ownership().holder().isAt(state.plan().source()))
                                    .isPresent();
            if (open && !seen.source().allStopped() && !seen.now().isAfter(state.deadline())) {
                return seen.desiredStateShown()
                        ? decision(state)
                        : decision(state, new SetDesiredState(state.plan().source(), false));
            }
            return super.step(state, seen, deployment);
        }
    }

    private static final class UndoAfterGrant extends Altered {

        UndoAfterGrant(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            if (state instanceof StartingVms
                    && !state.plan().isRetry()
                    && !seen.target().allRunning()
                    && seen.ownership()
                            .filter(o -> o.ownership().holder().isAt(state.plan().target()))
                            .isPresent()
                    && seen.now()
                            .isAfter(
                                    state.deadline()
                                            .minus(state.plan().limits().start())
                                            .plusSeconds(10))) {
                OwnershipSeen current = seen.ownership().get();
                return decision(
                        state,
                        new WriteOwnership(
                                current, current.ownership().grant(state.plan().source())));
            }
            return super.step(state, seen, deployment);
        }
    }

    private static final class ReleaseFirst extends Altered {

        ReleaseFirst(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            Decision decision = super.step(state, seen, deployment);
            if (decision.next() instanceof Completed
                    && seen.ownership()
                            .filter(o -> o.ownership().isLockedBy(state.plan().uid()))
                            .isPresent()) {
                OwnershipSeen current = seen.ownership().get();
                return decision(state, new WriteOwnership(current, current.ownership().release()));
            }
            return decision;
        }
    }

    private static final class CompletedAtGrant extends Altered {

        CompletedAtGrant(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            return state instanceof StartingVms && seen.desiredStateShown()
                    ? decision(new Completed(state.plan()))
                    : super.step(state, seen, deployment);
        }
    }

    /** Judges and closes as if there were no lock, or no history. */
    private static final class IgnoringHistory extends Altered {

        private final boolean lock;
        private final boolean history;

        IgnoringHistory(Decisions sound, boolean lock, boolean history) {
            super(sound);
            this.lock = lock;
            this.history = history;
        }

        @Override
        public FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen) {
            Preflight.Seen shown =
                    seen.subject() instanceof Subject.Known(var group, var at)
                            ? new Preflight.Seen(
                                    seen.now(),
                                    seen.worldKnown(),
                                    new Subject.Known(
                                            group,
                                            new GroupSeen(
                                                    at.ownership()
                                                            .map(o -> spoiled(o, order.uid())),
                                                    at.failure(),
                                                    at.health(),
                                                    at.missingAtTarget(),
                                                    at.sides(),
                                                    at.replication(),
                                                    at.copying())),
                                    seen.target(),
                                    seen.clusters(),
                                    seen.taints(),
                                    seen.limits())
                            : seen;
            return super.judge(pending, order, shown);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            return super.step(
                    state,
                    Sights.ownership(
                            seen,
                            seen.ownership()
                                    .map(
                                            o ->
                                                    new OwnershipSeen(
                                                            o.uid(),
                                                            o.resourceVersion(),
                                                            spoiled(
                                                                    o.ownership(),
                                                                    state.plan().uid())))),
                    deployment);
        }

        private Ownership spoiled(Ownership is, String uid) {
            boolean drop = lock && is.lock().isPresent() && !is.isLockedBy(uid);
            return new Ownership(
                    is.holder(),
                    is.epoch(),
                    drop ? Optional.empty() : is.lock(),
                    is.instance(),
                    history
                            ? is.history().stream().filter(p -> p.uid().equals(uid)).toList()
                            : is.history());
        }
    }

    private static final class OnlyOnce extends Altered {

        private final Map<String, String> entered = new HashMap<>();

        OnlyOnce(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            Decision decision = super.step(state, seen, deployment);
            String step = state.getClass().getSimpleName() + decision.effects();
            boolean again = step.equals(entered.put(state.plan().uid(), step));
            return again ? new Decision(decision.next(), List.of()) : decision;
        }

        @Override
        public List<Effect> letGo(
                Ownership ownership,
                OwnershipSeen current,
                String uid,
                boolean sourceAnswers,
                boolean desiredStateShown) {
            List<Effect> effects =
                    super.letGo(ownership, current, uid, sourceAnswers, desiredStateShown);
            String step = "letGo" + effects;
            return step.equals(entered.put(uid, step)) ? List.of() : effects;
        }
    }

    private static final class FailedWithoutUndo extends Altered {

        FailedWithoutUndo(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            Decision decision = super.step(state, seen, deployment);
            return decision.next() instanceof RollingBack r
                    ? decision(new FailoverState.Failed(r.why(), false))
                    : decision;
        }

        @Override
        public List<Effect> letGo(
                Ownership ownership,
                OwnershipSeen current,
                String uid,
                boolean sourceAnswers,
                boolean desiredStateShown) {
            return ownership.isLockedBy(uid)
                    ? List.of(new WriteOwnership(current, ownership.release()))
                    : List.of();
        }

        @Override
        public List<Effect> giveBack(
                OwnershipSeen current, Observation.Side source, Observation.Side target) {
            return List.of();
        }
    }

    private MoveMutants() {}
}
