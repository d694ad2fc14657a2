package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Subject;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.verticle.Decisions;
import java.util.List;
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
                        EmergencyMutants::alone));
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
                            altered(at.replication()));
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

    private EmergencyMutants() {}
}
