package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Proving;
import io.siterecovery.failover.core.failover.FailoverState.StoppingVms;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.proof.PlannedProof;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import io.siterecovery.failover.verticle.Decisions;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Bugs in what counts as proof. */
final class ProofMutants {

    static List<Mutant> all() {
        return List.of(
                Mutant.deciding(
                        "grant-without-proof",
                        "what is stopped may be granted at once",
                        s ->
                                Altered.seeing(
                                        s,
                                        o ->
                                                Sights.inspection(
                                                        Sights.replication(o, _ -> NO_VOLUMES),
                                                        Optional.of(Sights.NOTHING_LEFT)))),
                Mutant.deciding(
                        "proof-before-close",
                        "replication that was healthy before Close is not looked at after it",
                        s -> Altered.seeing(s, o -> Sights.replication(o, _ -> NO_VOLUMES))),
                Mutant.deciding(
                        "silence-is-stopped",
                        "a source that does not answer is taken for stopped",
                        s -> Altered.seeing(s, ProofMutants::silentIsStopped)),
                Mutant.deciding(
                        "silence-is-quiet",
                        "an agent that says nothing has nothing to say",
                        s -> Altered.seeing(s, o -> Sights.replication(o, r -> heard(r, o.now())))),
                Mutant.deciding(
                        "no-up-to-date-check",
                        "disks at the target are taken for UpToDate",
                        s ->
                                Altered.seeing(
                                        s,
                                        o ->
                                                Sights.replication(
                                                        o,
                                                        r ->
                                                                Sights.reports(
                                                                        r,
                                                                        n ->
                                                                                Sights.state(
                                                                                        n,
                                                                                        Sights
                                                                                                ::allDataThere))))),
                Mutant.deciding(
                        "in-flight-ignored",
                        "protocol A: what is still on its way is not waited for",
                        s ->
                                Altered.seeing(
                                        s,
                                        o ->
                                                Sights.replication(
                                                        o,
                                                        r ->
                                                                Sights.reports(
                                                                        r,
                                                                        n ->
                                                                                Sights.state(
                                                                                        n,
                                                                                        Sights
                                                                                                ::nothingInFlight))))),
                Mutant.deciding(
                        "first-volume-only",
                        "only the first disk of the group is looked at",
                        s -> Altered.seeing(s, o -> Sights.replication(o, ProofMutants::first))),
                Mutant.deciding(
                        "told-is-stopped",
                        "a VM that was told to stop is taken for stopped",
                        ToldIsStopped::new));
    }

    private static final Replication NO_VOLUMES = new Replication(List.of(), List.of());

    private static Observation silentIsStopped(Observation o) {
        if (o.source().reachable()) {
            return o;
        }
        Optional<Claim> claim =
                o.ownership()
                        .flatMap(
                                own ->
                                        o.source().vms().stream()
                                                .flatMap(v -> v.claim().stream())
                                                .findFirst()
                                                .map(
                                                        c ->
                                                                new Claim(
                                                                        c.deployment(),
                                                                        c.group(),
                                                                        own.ownership().epoch(),
                                                                        own.ownership().term())));
        return Sights.fence(
                Sights.inspection(
                        Sights.replication(
                                Sights.source(o, Sights.stopped(o.source(), claim)),
                                _ -> NO_VOLUMES),
                        Optional.of(Sights.NOTHING_LEFT)),
                Fence.HOLDS);
    }

    /** Whoever is silent is left out. */
    private static Replication heard(Replication r, Instant now) {
        List<NodeReport> reports =
                r.reports().stream()
                        .filter(n -> n.countsAt(now, PlannedProof.MAX_SILENCE))
                        .toList();
        Set<String> known = new HashSet<>();
        reports.forEach(n -> known.add(n.state().resource() + n.cluster()));
        return new Replication(
                r.volumes().stream()
                        .filter(
                                v ->
                                        r.reports().stream()
                                                .filter(
                                                        n ->
                                                                v.resource()
                                                                        .filter(
                                                                                n.state().resource()
                                                                                        ::equals)
                                                                        .isPresent())
                                                .allMatch(
                                                        n ->
                                                                known.contains(
                                                                        n.state().resource()
                                                                                + n.cluster())))
                        .toList(),
                reports);
    }

    private static Replication first(Replication r) {
        return new Replication(r.volumes().stream().limit(1).toList(), r.reports());
    }

    /** VMs that are wished off are gone, and so is all that the API would still list. */
    private static final class ToldIsStopped extends Altered {

        ToldIsStopped(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            boolean told =
                    (state instanceof StoppingVms && seen.desiredStateShown())
                            || state instanceof Proving
                            || state instanceof Granting;
            Observation shown =
                    told && seen.source().reachable()
                            ? Sights.inspection(
                                    Sights.replication(
                                            Sights.source(
                                                    seen,
                                                    Sights.stopped(
                                                            seen.source(), Optional.empty())),
                                            _ -> NO_VOLUMES),
                                    Optional.of(Sights.NOTHING_LEFT))
                            : seen;
            return super.step(state, shown, deployment);
        }
    }

    private ProofMutants() {}
}
