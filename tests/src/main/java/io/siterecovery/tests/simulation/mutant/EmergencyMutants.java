package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse.Answer;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse.Seen;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.Verdict;
import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.FailoverPlan.Kind;
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
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Subject;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.model.FailoverSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Bugs in the rules of the worst day. */
final class EmergencyMutants {

    static List<Mutant> all() {
        return List.of(
                mutant(
                        "any-quorum-counts",
                        "what a replica says of its quorum counts although no quorum is configured",
                        EmergencyMutants::quorate),
                mutant(
                        "old-disk-is-good",
                        "in an emergency any disk of the target will do",
                        Sights::allDataThere),
                mutant(
                        "connected-primary-is-gone",
                        "a peer that is connected and Primary is not in the way",
                        EmergencyMutants::alone),
                Mutant.deciding(
                        "no-stop-in-an-emergency",
                        "in an emergency a source that answers counts as stopped",
                        Stopped::new),
                Mutant.deciding(
                        "silence-is-a-confirmation",
                        "who orders an emergency has thereby said that the source runs nothing",
                        Confirmed::new),
                Mutant.deciding(
                        "override-not-on-record",
                        "what is granted on a human's word is not stored as that",
                        Unrecorded::new),
                Mutant.deciding(
                        "no-brake", "who hears of neither site takes both for lost", Rash::new));
    }

    private static Mutant mutant(String name, String what, UnaryOperator<DrbdResourceState> alter) {
        return Mutant.deciding(name, what, sound -> new InEmergencies(sound, alter));
    }

    private static DrbdResourceState quorate(DrbdResourceState s) {
        return with(s, s.mayPromote(), s.peers());
    }

    private static DrbdResourceState alone(DrbdResourceState s) {
        return with(
                s,
                true,
                s.peers().stream()
                        .map(
                                p ->
                                        new Peer(
                                                p.name(),
                                                p.nodeId(),
                                                Word.of(ConnectionState.CONNECTING),
                                                Word.of(Role.UNKNOWN),
                                                p.apInFlightBytes(),
                                                p.volumes(),
                                                p.protocol(),
                                                p.allowTwoPrimaries(),
                                                p.inSync(),
                                                p.lastInSyncAt()))
                        .toList());
    }

    private static DrbdResourceState with(
            DrbdResourceState s, @Nullable Boolean mayPromote, List<Peer> peers) {
        return new DrbdResourceState(
                s.node(),
                s.resource(),
                s.incarnation(),
                s.sequence(),
                s.observedAt(),
                s.role(),
                s.suspended(),
                s.forceIoFailures(),
                mayPromote,
                s.promotionScore(),
                s.volumes(),
                peers,
                new Options("majority", null),
                false);
    }

    /** Sees replicas other than they are, in emergencies alone. */
    private static final class InEmergencies extends Altered {

        private final UnaryOperator<DrbdResourceState> alter;

        InEmergencies(Decisions sound, UnaryOperator<DrbdResourceState> alter) {
            super(sound);
            this.alter = alter;
        }

        @Override
        public FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen) {
            if (!"emergency".equals(order.spec().failoverType())
                    || !(seen.subject() instanceof Subject.Known(var group, var at))) {
                return super.judge(pending, order, seen);
            }
            GroupSeen shown =
                    new GroupSeen(
                            at.ownership(),
                            at.failure(),
                            at.health(),
                            at.missingAtTarget(),
                            at.sides(),
                            altered(at.replication()),
                            at.copying());
            return super.judge(
                    pending,
                    order,
                    new Preflight.Seen(
                            seen.now(),
                            seen.worldKnown(),
                            new Subject.Known(group, shown),
                            seen.target(),
                            seen.clusters(),
                            seen.taints(),
                            seen.limits()));
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            return super.step(
                    state,
                    state.plan().isEmergency() ? Sights.replication(seen, this::altered) : seen,
                    deployment);
        }

        private Replication altered(Replication replication) {
            return Sights.reports(replication, r -> Sights.state(r, alter));
        }
    }

    /** Sees a source that answers as stopped. */
    private static final class Stopped extends Altered {

        Stopped(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            if (!state.plan().isEmergency()
                    || !seen.source().reachable()
                    || seen.ownership().isEmpty()) {
                return super.step(state, seen, deployment);
            }
            Claim claim =
                    seen.ownership().get().ownership().claim(deployment, state.plan().group());
            Observation stopped =
                    Sights.source(seen, Sights.stopped(seen.source(), Optional.of(claim)));
            return super.step(
                    state,
                    Sights.inspection(stopped, Optional.of(Sights.NOTHING_LEFT)),
                    deployment);
        }
    }

    /** Takes every emergency for a confirmed one. */
    private static final class Confirmed extends Altered {

        Confirmed(Decisions sound) {
            super(sound);
        }

        @Override
        public FailoverState judge(Pending pending, FailoverOrder order, Preflight.Seen seen) {
            FailoverSpec spec = order.spec();
            FailoverSpec confirmed =
                    new FailoverSpec(
                            spec.protectionGroup(),
                            spec.protectionGroupNamespace(),
                            spec.targetCluster(),
                            spec.failoverType(),
                            true,
                            spec.reason(),
                            spec.dryRun(),
                            spec.cancel());
            return super.judge(
                    pending,
                    new FailoverOrder(
                            order.uid(),
                            order.name(),
                            order.origin(),
                            order.originName(),
                            order.orderedAt(),
                            confirmed),
                    seen);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            if (state.plan().kind() != Kind.EMERGENCY) {
                return super.step(state, seen, deployment);
            }
            Active confirmed = (Active) as(state, Kind.EMERGENCY, Kind.CONFIRMED_EMERGENCY);
            Decision decision = super.step(confirmed, seen, deployment);
            return new Decision(
                    as(decision.next(), Kind.CONFIRMED_EMERGENCY, Kind.EMERGENCY),
                    decision.effects());
        }
    }

    private static FailoverState as(FailoverState state, Kind from, Kind to) {
        return switch (state) {
            case Closing s -> new Closing(as(s.plan(), from, to), s.deadline());
            case StoppingVms s ->
                    new StoppingVms(as(s.plan(), from, to), s.proofFrom(), s.deadline());
            case Proving s -> new Proving(as(s.plan(), from, to), s.proofFrom(), s.deadline());
            case AwaitingOperator s ->
                    new AwaitingOperator(
                            as(s.plan(), from, to), s.proofFrom(), s.commands(), s.deadline());
            case Granting s ->
                    new Granting(as(s.plan(), from, to), s.proofFrom(), s.by(), s.deadline());
            case RemovingTaints s -> new RemovingTaints(as(s.plan(), from, to), s.work());
            case StartingVms s ->
                    new StartingVms(as(s.plan(), from, to), s.work(), s.waiting(), s.deadline());
            case RollingBack s ->
                    new RollingBack(as(s.plan(), from, to), s.why(), s.waiting(), s.deadline());
            case Completed s -> new Completed(as(s.plan(), from, to));
            case Pending _, Rehearsed _, Failed _ -> state;
        };
    }

    private static FailoverPlan as(FailoverPlan p, Kind from, Kind to) {
        return new FailoverPlan(
                p.uid(),
                p.name(),
                p.origin(),
                p.originName(),
                p.group(),
                p.source(),
                p.target(),
                p.kind() == from ? to : p.kind(),
                p.forced(),
                p.startedAt(),
                p.limits());
    }

    /** Grants by rule F and stores another one. */
    private static final class Unrecorded extends Altered {

        Unrecorded(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            Decision decision = super.step(by(state, Rule.Q, Rule.F), seen, deployment);
            return new Decision(by(decision.next(), Rule.F, Rule.Q), decision.effects());
        }

        private static Active by(Active state, Rule from, Rule to) {
            return (Active) by((FailoverState) state, from, to);
        }

        private static FailoverState by(FailoverState state, Rule from, Rule to) {
            return state instanceof Granting g && g.by() == from
                    ? new Granting(g.plan(), g.proofFrom(), to, g.deadline())
                    : state;
        }
    }

    /** Takes silence all around for two lost sites. */
    private static final class Rash extends Altered {

        Rash(Decisions sound) {
            super(sound);
        }

        @Override
        public Answer respond(Seen seen) {
            return silent(seen.source()) && silent(seen.target())
                    ? new Answer.Order(
                            "auto-" + seen.group().ownershipName() + "-" + seen.ownership().epoch(),
                            seen.other(),
                            "silence")
                    : super.respond(seen);
        }

        private static boolean silent(Optional<Diagnosis> diagnosis) {
            return diagnosis.filter(d -> d.verdict() == Verdict.UNKNOWN).isPresent();
        }
    }

    private EmergencyMutants() {}
}
