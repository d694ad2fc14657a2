package io.siterecovery.failover.core.proof;

import static io.siterecovery.events.drbd.ConnectionState.CONNECTED;
import static io.siterecovery.events.drbd.ConnectionState.STAND_ALONE;
import static io.siterecovery.events.drbd.DiskState.CONSISTENT;
import static io.siterecovery.events.drbd.DiskState.DISKLESS;
import static io.siterecovery.events.drbd.DiskState.INCONSISTENT;
import static io.siterecovery.events.drbd.DiskState.OUTDATED;
import static io.siterecovery.events.drbd.DiskState.UP_TO_DATE;
import static io.siterecovery.events.drbd.Role.PRIMARY;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Rules R, Q, F and N: when the target of an emergency failover may start.
 *
 * <p>Over all volumes of all VMs, as every replica of the target site sees them. Silence is never
 * "stopped"; what the human's word stands in for is only what DRBD cannot know.
 */
public final class EmergencyProof {

    /**
     * @param from per site id: the end of {@code site-<id>.drbd} read after Close, older words
     *     prove nothing; empty before Close, when any fresh word will do
     * @param sourceAnswers its API answers: it was, or can be, stopped
     * @param confirmed a human has said that the source runs nothing of the group
     */
    public record Situation(
            Replication replication,
            ClusterId source,
            ClusterId target,
            Optional<Map<String, Long>> from,
            boolean sourceAnswers,
            Optional<SourceInspection> inspection,
            boolean confirmed,
            Instant now) {}

    private final Situation at;
    private final Set<String> resources = new TreeSet<>();

    private EmergencyProof(Situation at) {
        this.at = at;
        at.replication().volumes().forEach(v -> v.resource().ifPresent(resources::add));
    }

    /** The rule that applies, and what it lacks. */
    public static Evidence judge(Situation at) {
        return new EmergencyProof(at).judge();
    }

    /**
     * Rule N: what no order and no override can make right, as far as it is known now.
     *
     * @param sourceAnswers a Primary over there is not in the way yet: it can be stopped
     */
    public static List<String> never(Situation at) {
        return new EmergencyProof(at).never();
    }

    private Evidence judge() {
        List<String> always = new ArrayList<>(unknown());
        always.addAll(never());
        if (at.sourceAnswers()) {
            always.addAll(stopped());
            return new Evidence(Rule.R, always, List.of());
        }
        List<String> quorum = quorum();
        if (quorum.isEmpty() || !at.confirmed()) {
            always.addAll(quorum);
            return new Evidence(Rule.Q, always, List.of());
        }
        always.addAll(confirmedSilence());
        return new Evidence(Rule.F, always, always.isEmpty() ? commands() : List.of());
    }

    /** A disk that leads to no replica, or replicas that do not speak, prove nothing. */
    private List<String> unknown() {
        List<String> missing = new ArrayList<>();
        if (at.replication().volumes().isEmpty()) {
            missing.add("no replicated volume is known");
        }
        for (GroupVolume volume : at.replication().volumes()) {
            if (volume.resource().isEmpty()) {
                missing.add("disk " + volume.claim() + ": " + volume.fault());
            }
        }
        for (String resource : resources) {
            List<NodeReport> replicas = replicas(resource);
            if (replicas.isEmpty()) {
                missing.add(says(resource, "no node of " + at.target(), "has reported it"));
            }
            for (NodeReport report : replicas) {
                if (!report.countsAt(at.now(), PlannedProof.MAX_SILENCE)) {
                    missing.add(says(resource, report.node(), "its agent is silent"));
                } else if (!isHeardSinceClose(report)) {
                    missing.add(says(resource, report.node(), "nothing heard since Close"));
                }
                if (disks(report).noneMatch(v -> v.disk().is(UP_TO_DATE)) && !mayBeForced(report)) {
                    missing.add(says(resource, report.node(), "has no disk that is UpToDate"));
                }
            }
        }
        return missing;
    }

    /**
     * Without a quorum a replica does not know whether its data is the latest. Whoever has made
     * sure that the source is gone knows it for DRBD, and has to tell it so on the node.
     */
    private boolean mayBeForced(NodeReport report) {
        return at.confirmed()
                && !at.sourceAnswers()
                && disks(report)
                        .allMatch(
                                v ->
                                        v.disk().is(UP_TO_DATE)
                                                || (v.disk().is(CONSISTENT)
                                                        && Boolean.FALSE.equals(v.quorum())));
    }

    private List<String> never() {
        List<String> faults = new ArrayList<>();
        for (String resource : resources) {
            for (NodeReport report : replicas(resource)) {
                never(resource, report, faults);
            }
        }
        return faults;
    }

    private void never(String resource, NodeReport report, List<String> faults) {
        DrbdResourceState state = report.state();
        for (Peer peer : state.peers()) {
            boolean connected = peer.connection().is(CONNECTED);
            boolean mayStillStop = at.sourceAnswers() && at.inspection().isEmpty();
            if (connected && peer.role().is(PRIMARY) && !mayStillStop) {
                faults.add(
                        says(
                                resource,
                                report.node(),
                                peer.name() + " is connected and Primary: it is writing"));
            }
            if (peer.connection().is(STAND_ALONE) && wasPrimary(resource, peer.name())) {
                faults.add(
                        says(
                                resource,
                                report.node(),
                                "is StandAlone towards "
                                        + peer.name()
                                        + ", which was Primary: split brain suspected"));
            }
        }
        disks(report)
                .forEach(
                        v -> {
                            if (v.disk().is(OUTDATED)) {
                                faults.add(
                                        says(
                                                resource,
                                                report.node(),
                                                "disk is Outdated: newer data exists elsewhere"));
                            }
                            if (v.disk().is(INCONSISTENT) && !hasCompletePeer(state, v)) {
                                faults.add(
                                        says(
                                                resource,
                                                report.node(),
                                                "disk is Inconsistent and no connected peer has"
                                                        + " the data"));
                            }
                        });
        if (state.suspended().stream().anyMatch(s -> !s.equals("no") && !s.equals("quorum"))) {
            faults.add(
                    says(
                            resource,
                            report.node(),
                            "I/O is suspended (" + String.join(",", state.suspended()) + ")"));
        }
        if (Boolean.TRUE.equals(state.forceIoFailures())) {
            faults.add(says(resource, report.node(), "I/O failures are forced"));
        }
    }

    /**
     * Rule R: where DRBD is connected it proves the data too; where it is not, the API is enough.
     */
    private List<String> stopped() {
        Set<String> connected = new TreeSet<>();
        for (String resource : resources) {
            boolean any =
                    replicas(resource).stream()
                            .flatMap(r -> r.state().peers().stream())
                            .filter(p -> isAtSource(resource, p.name()))
                            .anyMatch(p -> p.connection().is(CONNECTED));
            if (any) {
                connected.add(resource);
            }
        }
        Predicate<GroupVolume> proven = v -> v.resource().map(connected::contains).orElse(false);
        Replication part =
                new Replication(
                        at.replication().volumes().stream().filter(proven).toList(),
                        at.replication().reports());
        return PlannedProof.missing(
                part,
                at.source(),
                at.target(),
                at.from().orElse(Map.of()),
                at.inspection(),
                at.now());
    }

    /** Rule Q: with this word of DRBD no other node can write. */
    private List<String> quorum() {
        List<String> missing = new ArrayList<>();
        for (String resource : resources) {
            for (NodeReport report : replicas(resource)) {
                quorum(resource, report, missing);
            }
        }
        return missing;
    }

    private static void quorum(String resource, NodeReport report, List<String> missing) {
        DrbdResourceState state = report.state();
        String node = report.node();
        Options options = state.options();
        if (options == null || options.quorum() == null) {
            missing.add(says(resource, node, "its quorum option is not known"));
        } else if (!isMajority(options.quorum(), state.peers().size() + 1)) {
            missing.add(
                    says(
                            resource,
                            node,
                            "quorum is "
                                    + options.quorum()
                                    + ": DRBD cannot tell whether the other site still writes"));
        }
        if (!disks(report).allMatch(v -> Boolean.TRUE.equals(v.quorum()))) {
            missing.add(says(resource, node, "has no quorum"));
        }
        if (!Boolean.TRUE.equals(state.mayPromote())) {
            missing.add(says(resource, node, "may not be promoted"));
        }
        if (state.quorumWithoutPeer() == null) {
            missing.add(
                    says(resource, node, "it is not known whether its quorum was forced before"));
        } else if (state.quorumWithoutPeer()) {
            missing.add(says(resource, node, "its quorum was forced by hand, it proves nothing"));
        }
    }

    private static boolean isMajority(String quorum, int replicas) {
        return switch (quorum) {
            case "majority", "all" -> true;
            default -> quorum.matches("\\d{1,3}") && Integer.parseInt(quorum) * 2 > replicas;
        };
    }

    /** Rule F takes a human's word, but not against what a node of the source itself says now. */
    private List<String> confirmedSilence() {
        List<String> against = new ArrayList<>();
        for (String resource : resources) {
            for (NodeReport report : at.replication().reportsOf(resource, at.source())) {
                boolean inUse =
                        report.state().role().is(PRIMARY)
                                || report.state().volumes().stream()
                                        .anyMatch(v -> Boolean.TRUE.equals(v.open()));
                if (inUse && report.countsAt(at.now(), PlannedProof.MAX_SILENCE)) {
                    against.add(says(resource, report.node(), "its agent says that it is in use"));
                }
            }
        }
        return against;
    }

    private List<String> commands() {
        List<String> commands = new ArrayList<>();
        for (String resource : resources) {
            boolean promotable =
                    replicas(resource).stream()
                            .anyMatch(
                                    r ->
                                            Boolean.TRUE.equals(r.state().mayPromote())
                                                    || r.state().role().is(PRIMARY));
            replicas(resource).stream()
                    .filter(_ -> !promotable)
                    .findFirst()
                    .ifPresent(
                            r ->
                                    commands.add(
                                            "on %s: drbdadm primary --force %s && drbdadm secondary %s"
                                                    .formatted(r.node(), resource, resource)));
        }
        return commands;
    }

    private boolean isHeardSinceClose(NodeReport report) {
        if (at.from().isEmpty()) {
            return true;
        }
        Long start = at.from().get().get(report.siteId());
        return start != null && report.seenThrough() >= start;
    }

    /** Replicas of the target site that have a disk: where a VM may be scheduled. */
    private List<NodeReport> replicas(String resource) {
        return at.replication().reportsOf(resource, at.target()).stream()
                .filter(r -> !r.state().volumes().stream().allMatch(v -> v.disk().is(DISKLESS)))
                .toList();
    }

    private static Stream<Volume> disks(NodeReport report) {
        return report.state().volumes().stream().filter(v -> !v.disk().is(DISKLESS));
    }

    private static boolean hasCompletePeer(DrbdResourceState state, Volume volume) {
        return state.peers().stream()
                .filter(p -> p.connection().is(CONNECTED))
                .flatMap(p -> p.volumes().stream())
                .anyMatch(v -> v.volume() == volume.volume() && v.peerDisk().is(UP_TO_DATE));
    }

    /** By its own last word, however old that is. */
    private boolean wasPrimary(String resource, String node) {
        return at.replication().reportsOf(resource, at.source()).stream()
                .anyMatch(r -> r.node().equals(node) && r.state().role().is(PRIMARY));
    }

    private boolean isAtSource(String resource, String node) {
        return at.replication().reportsOf(resource, at.source()).stream()
                .anyMatch(r -> r.node().equals(node));
    }

    private static String says(String resource, String who, String what) {
        return "DRBD " + resource + ": " + who + ": " + what;
    }
}
