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

/**
 * What an emergency leaves behind, told as conditions: a site that came back and ran VMs, replicas
 * that went their own ways, and the way back to being protected. Nothing of it is repaired without
 * a human's word.
 */
final class Aftermath {

    static final String SPLIT_BRAIN = "SplitBrainSuspected";
    static final String REPROTECTING = "Reprotecting";

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
        List<String> running = runningElsewhere();
        if (!running.isEmpty()) {
            return condition(
                    SPLIT_BRAIN,
                    "True",
                    "RanElsewhere",
                    String.join(", ", running)
                            + " ran although another site holds the group; what was written there"
                            + " is not on the holder's disks",
                    generation);
        }
        Optional<Condition> old =
                before.stream()
                        .filter(c -> c.type().equals(SPLIT_BRAIN) && c.status().equals("True"))
                        .findFirst();
        boolean agreed = health.verdict() == Health.Verdict.HEALTHY;
        return old.isPresent() && !agreed
                ? condition(SPLIT_BRAIN, "True", "RanElsewhere", old.get().message(), generation)
                : condition(SPLIT_BRAIN, "False", "OneSide", "", generation);
    }

    private List<String> runningElsewhere() {
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
