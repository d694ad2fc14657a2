package io.siterecovery.failover.core.group;

import static io.siterecovery.events.drbd.ConnectionState.STAND_ALONE;

import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Preflight.Health;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import io.siterecovery.failover.core.proof.Resync;
import io.siterecovery.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What an emergency leaves behind, told as conditions: a site that came back and ran VMs, replicas
 * that went their own ways, and the way back to being protected. Nothing of it is repaired without
 * a human's word.
 */
final class Aftermath {

    static final String SPLIT_BRAIN = "SplitBrainSuspected";
    static final String REPROTECTING = "Reprotecting";

    private static final String RAN_ELSEWHERE =
            " ran although another site holds the group; what was written there is not on the"
                    + " holder's disks";

    private final GroupObservation seen;
    private final Health health;
    private final List<Condition> before;

    Aftermath(GroupObservation seen, Health health, List<Condition> before) {
        this.seen = seen;
        this.health = health;
        this.before = before;
    }

    List<Condition> conditions(long generation) {
        return List.of(reprotecting(generation), splitBrain(generation));
    }

    /** The other site is being brought up to date: no failover to it yet. */
    private Condition reprotecting(long generation) {
        List<String> commands = commands();
        if (!commands.isEmpty()) {
            return condition(
                    REPROTECTING,
                    "False",
                    "StandAlone",
                    "the replicas have gone their own ways and do not speak to one another; to keep"
                            + " what the holder wrote and throw away what the other side wrote"
                            + " since, type: "
                            + String.join("; ", commands),
                    generation);
        }
        Optional<Resync> resync = health.resync();
        return resync.isPresent()
                ? condition(
                        REPROTECTING,
                        "True",
                        "Syncing",
                        resync.get().rounded().described(),
                        generation)
                : condition(REPROTECTING, "False", "NotSyncing", "", generation);
    }

    /** Said until the replicas agree again, not only while somebody happens to look. */
    private Condition splitBrain(long generation) {
        TreeSet<String> ran = new TreeSet<>(runningElsewhere());
        boolean agreed = health.verdict() == Health.Verdict.HEALTHY;
        if (!ran.isEmpty() || !agreed) {
            ran.addAll(saidBefore());
        }
        return ran.isEmpty()
                ? condition(SPLIT_BRAIN, "False", "OneSide", "", generation)
                : condition(
                        SPLIT_BRAIN,
                        "True",
                        "RanElsewhere",
                        String.join(", ", ran) + RAN_ELSEWHERE,
                        generation);
    }

    /** Of whatever copy of the group: what has been stopped since is not seen running any more. */
    private List<String> saidBefore() {
        Stream<Condition> ofSites =
                seen.sites().stream()
                        .flatMap(site -> site.copy().stream())
                        .map(copy -> copy.status().conditions())
                        .flatMap(conditions -> Stream.ofNullable(conditions).flatMap(List::stream));
        return Stream.concat(before.stream(), ofSites)
                .filter(c -> c.type().equals(SPLIT_BRAIN) && c.status().equals("True"))
                .map(c -> c.message().replace(RAN_ELSEWHERE, ""))
                .flatMap(names -> Stream.of(names.split(", ", -1)))
                .toList();
    }

    /** VMs that are up on a site that does not hold the group. */
    List<String> runningElsewhere() {
        Optional<ClusterId> holder = GroupPolicy.holder(seen);
        if (holder.isEmpty()) {
            return List.of();
        }
        List<String> running = new ArrayList<>();
        for (Site site : seen.sites()) {
            if (!site.cluster().equals(holder.get()) && site.known()) {
                site.members().stream()
                        .filter(m -> m.power() == Power.UP && m.takenBy().isEmpty())
                        .map(Member::name)
                        .forEach(name -> running.add(name + " on " + site.cluster()));
            }
        }
        return running;
    }

    /** The holder's side is kept. */
    private List<String> commands() {
        Optional<ClusterId> holder = GroupPolicy.holder(seen);
        if (holder.isEmpty()) {
            return List.of();
        }
        TreeSet<String> losers = new TreeSet<>();
        TreeSet<String> winners = new TreeSet<>();
        for (NodeReport report : seen.replication().reports()) {
            boolean apart =
                    report.state().peers().stream()
                            .map(Peer::connection)
                            .anyMatch(c -> c.is(STAND_ALONE));
            if (!apart || !report.countsAt(seen.now(), ReplicationHealth.MAX_SILENCE)) {
                continue;
            }
            String resource = report.state().resource();
            if (report.cluster().equals(holder.get())) {
                winners.add("on %s: drbdadm connect %s".formatted(report.node(), resource));
            } else {
                losers.add(
                        "on %s: drbdadm secondary %s && drbdadm connect --discard-my-data %s"
                                .formatted(report.node(), resource, resource));
            }
        }
        List<String> commands = new ArrayList<>(losers);
        commands.addAll(winners);
        return commands;
    }

    private static Condition condition(
            String type, String status, String reason, String message, long generation) {
        return new Condition(type, status, reason, message, null, generation);
    }
}
