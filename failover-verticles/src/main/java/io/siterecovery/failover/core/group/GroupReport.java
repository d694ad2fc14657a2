package io.siterecovery.failover.core.group;

import io.siterecovery.failover.core.definition.DefinitionPair.Way;
import io.siterecovery.failover.core.definition.DefinitionPolicy;
import io.siterecovery.failover.core.definition.Finding;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Preflight.GroupSeen;
import io.siterecovery.failover.core.failover.Preflight.Health;
import io.siterecovery.failover.core.failover.Readiness;
import io.siterecovery.failover.core.failover.Refusal;
import io.siterecovery.failover.core.group.GroupEffect.WriteStatus;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.model.Condition;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import io.siterecovery.model.ProtectionGroupStatus.MemberStatus;
import io.siterecovery.model.ProtectionGroupStatus.VolumeStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What users are told of a group: the status of each of its objects. */
public final class GroupReport {

    /** The schema's limits: a status that is too long would not be stored at all. */
    private static final int LONGEST_MESSAGE = 32_000;

    private static final int MOST_WARNINGS = 256;

    private static final String READY = "ReadyForFailover";

    private final GroupObservation seen;
    private final List<ClusterId> sites;

    public GroupReport(GroupObservation seen) {
        this.seen = seen;
        this.sites = seen.sites().stream().map(Site::cluster).toList();
    }

    /** Why the group is {@code Failed}: all faults where its VMs run. A silent site has none. */
    public Optional<String> failure() {
        return primarySite()
                .filter(Site::known)
                .map(this::validation)
                .filter(v -> !v.faults().isEmpty())
                .map(v -> String.join("; ", v.faults()));
    }

    /** The health of its replication as the group's holder sees it. */
    public Health health() {
        return health(primarySite().map(Site::cluster).orElse(sites.getFirst())).verdict();
    }

    /** The status of an object that is no group at all. */
    public static ProtectionGroupStatus ofMisfit(String why, long generation, Instant now) {
        Condition failed =
                condition("ValidationFailed", "True", "InvalidConfiguration", why, generation);
        return new ProtectionGroupStatus(
                generation,
                "Failed",
                0,
                null,
                "unknown",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(
                        new Condition(
                                failed.type(),
                                failed.status(),
                                failed.reason(),
                                failed.message(),
                                now,
                                generation)));
    }

    /**
     * The group as an order to move it to a site meets it. An emergency takes what is there: on the
     * worst day a Secret that was not copied keeps nobody from starting the VMs.
     */
    public GroupSeen asOrderedTo(Optional<ClusterId> target, boolean emergency) {
        Map<ClusterId, Side> sides = new LinkedHashMap<>();
        seen.sites().forEach(site -> sides.put(site.cluster(), seen.side(site)));
        List<String> missing = new ArrayList<>();
        target.flatMap(seen::site).map(this::missingAt).ifPresent(missing::addAll);
        if (!emergency) {
            target.map(definitions()::preventing).ifPresent(missing::addAll);
        }
        return new GroupSeen(
                seen.ownership().map(OwnershipSeen::ownership),
                failure().or(() -> GroupPolicy.frozenBy(seen)),
                health(),
                missing,
                sides,
                seen.replication(),
                target.filter(this::isBeingCopiedTo).isPresent(),
                emergency ? Optional.empty() : seen.standing().refusesMoves());
    }

    private boolean isBeingCopiedTo(ClusterId site) {
        return DefinitionPolicy.way(seen).filter(way -> way.to().equals(site)).isPresent()
                && definitions().preventing(site).isEmpty();
    }

    /** What was found while they were kept tells nothing any more once they are left alone. */
    private Findings definitions() {
        Optional<ClusterId> kept = DefinitionPolicy.way(seen).map(Way::to);
        return kept.isPresent() && seen.definitions().site().equals(kept)
                ? seen.definitions()
                : Findings.NONE;
    }

    /** What the site lacks to run the group's VMs. */
    public List<String> missingAt(Site site) {
        List<String> missing = new ArrayList<>();
        for (Member member : site.members()) {
            if (member.vm().isEmpty()) {
                missing.add("VM " + member.name());
            }
            for (Disk disk : member.disks()) {
                if (disk.pvc().isEmpty()) {
                    missing.add("PVC " + disk.claim());
                } else if (disk.pv().isEmpty()) {
                    missing.add("the PV of PVC " + disk.claim());
                } else if (!sameVolume(member, disk)) {
                    missing.add(
                            "the right PV of PVC " + disk.claim() + " (it names another volume)");
                }
            }
        }
        return missing;
    }

    private boolean sameVolume(Member member, Disk disk) {
        String handle = disk.pv().map(pv -> pv.volumeHandle()).orElse("");
        return seen.replication().volumes().stream()
                .filter(v -> v.vm().equals(member.name()) && v.claim().equals(disk.claim()))
                .allMatch(v -> v.resource().filter(handle.split("/", 2)[0]::equals).isPresent());
    }

    Optional<Instant> lookAgain() {
        return health(sites.getFirst()).freshUntil();
    }

    List<WriteStatus> statuses() {
        List<WriteStatus> writes = new ArrayList<>();
        for (Site site : seen.sites()) {
            if (site.known()) {
                site.copy()
                        .ifPresent(copy -> write(Optional.of(site.cluster()), copy, site, writes));
            }
        }
        return writes;
    }

    /** The status of the group's object in {@code dr-<d>}, where it was written there. */
    public Optional<ProtectionGroupStatus> ofHub(Copy hub) {
        return primarySite().map(site -> status(hub, site)).filter(s -> !same(s, hub.status()));
    }

    private void write(
            Optional<ClusterId> cluster, Copy copy, Site site, List<WriteStatus> writes) {
        ProtectionGroupStatus fresh = status(copy, site);
        if (!same(fresh, copy.status())) {
            writes.add(new WriteStatus(cluster, copy.meta().resourceVersion(), fresh));
        }
    }

    private static boolean same(ProtectionGroupStatus fresh, ProtectionGroupStatus stored) {
        return fresh.equals(stored);
    }

    private Validation validation(Site site) {
        boolean primary = primarySite().filter(site::equals).isPresent();
        boolean unclaimed =
                seen.ownership()
                        .map(o -> o.ownership().holder() instanceof Holder.Unclaimed)
                        .orElse(true);
        boolean wishedRunning = seen.definition().filter(d -> !d.wishesStopped()).isPresent();
        Optional<String> refused = unclaimed ? seen.standing().refusesClaim() : Optional.empty();
        return primary
                ? Validation.asPrimary(site, unclaimed && wishedRunning, seen.bootOrder())
                        .and(refused)
                : Validation.asStandby(site, seen.bootOrder(), isBeingCopiedTo(site.cluster()));
    }

    /**
     * Where the group runs; before it was ever claimed: where it was written, else where it runs.
     */
    private Optional<Site> primarySite() {
        Optional<ClusterId> holder = seen.ownership().flatMap(o -> o.ownership().holder().home());
        return holder.or(() -> seen.definition().flatMap(Definition::at))
                .or(
                        () ->
                                seen.sites().stream()
                                        .filter(Site::anyRunning)
                                        .map(Site::cluster)
                                        .findFirst())
                .or(() -> sites.stream().findFirst())
                .flatMap(seen::site);
    }

    private ReplicationHealth health(ClusterId local) {
        return new ReplicationHealth(seen.replication(), local, sites, seen.now());
    }

    private ProtectionGroupStatus status(Copy copy, Site site) {
        Validation validation = validation(site);
        ReplicationHealth replication = health(site.cluster());
        ProtectionGroupStatus before = copy.status();
        Health health = replication.verdict();
        Optional<Ownership> ownership = seen.ownership().map(OwnershipSeen::ownership);
        Waiting waiting = GroupPolicy.waiting(seen, site);
        List<MemberStatus> members =
                site.members().stream().map(m -> member(m, waiting, before, replication)).toList();
        return new ProtectionGroupStatus(
                copy.meta().generation(),
                validation.faults().isEmpty() ? "Active" : "Failed",
                validation.sound(),
                replicationType(copy.spec()),
                currentState(site),
                word(health),
                replication.syncState(),
                warnings(validation),
                GroupPolicy.holder(seen).map(ClusterId::name).orElse(null),
                ownership.map(Ownership::epoch).orElse(null),
                members.isEmpty() ? null : members,
                null,
                conditions(validation, health, before, copy.meta().generation()));
    }

    private MemberStatus member(
            Member member,
            Waiting waiting,
            ProtectionGroupStatus before,
            ReplicationHealth replication) {
        List<VolumeStatus> old =
                members(before)
                        .filter(m -> m.name().equals(member.name()))
                        .flatMap(m -> m.volumes() == null ? Stream.of() : m.volumes().stream())
                        .toList();
        String state =
                member.vm().isEmpty()
                        ? "Missing"
                        : switch (member.power()) {
                            case UP -> "Running";
                            case DOWN -> waiting.has(member) ? "Waiting" : "Stopped";
                            case BETWEEN -> member.vm().get().halted() ? "Stopping" : "Starting";
                        };
        List<VolumeStatus> volumes = replication.volumes(member.name(), old);
        return new MemberStatus(
                member.name(),
                state,
                waiting.reason(member).orElse(reason(member, state)),
                volumes.isEmpty() ? null : volumes);
    }

    private static Stream<MemberStatus> members(ProtectionGroupStatus status) {
        return status.virtualMachines() == null ? Stream.of() : status.virtualMachines().stream();
    }

    private static @Nullable String reason(Member member, String state) {
        return member.takenBy()
                .map(other -> "belongs to " + other)
                .or(
                        () ->
                                state.equals("Starting") || state.equals("Stopping")
                                        ? member.vm()
                                                .map(v -> v.printableStatus())
                                                .filter(p -> !p.equals(state))
                                        : Optional.empty())
                .orElse(null);
    }

    private static String currentState(Site site) {
        if (site.members().isEmpty() || site.members().stream().anyMatch(m -> m.vm().isEmpty())) {
            return "unknown";
        }
        if (site.members().stream().allMatch(m -> m.power() == Power.UP)) {
            return "running";
        }
        return site.members().stream().allMatch(m -> m.power() == Power.DOWN) ? "stopped" : "mixed";
    }

    private List<Condition> conditions(
            Validation validation, Health health, ProtectionGroupStatus before, long generation) {
        List<Condition> fresh = new ArrayList<>();
        fresh.add(
                validation.faults().isEmpty()
                        ? condition("ValidationFailed", "False", "Valid", "", generation)
                        : condition(
                                "ValidationFailed",
                                "True",
                                "InvalidConfiguration",
                                String.join("; ", validation.faults()),
                                generation));
        fresh.add(owned(generation));
        fenced(generation).ifPresent(fresh::add);
        fresh.add(synced(generation));
        fresh.add(ready(generation));
        fresh.add(
                condition(
                        "ReplicationHealthy",
                        switch (health.verdict()) {
                            case HEALTHY -> "True";
                            case DEGRADED -> "False";
                            case UNKNOWN -> "Unknown";
                        },
                        word(health),
                        health.reason(),
                        generation));
        List<Condition> old = before.conditions() == null ? List.of() : before.conditions();
        fresh.addAll(new Aftermath(seen, health, old).conditions(generation));
        return fresh.stream().map(c -> keepTransition(c, old)).toList();
    }

    /** VMs run where they must not: what stops them tells it, too, before it is over. */
    public boolean isSplitBrainSuspected() {
        return !new Aftermath(seen, health(), List.of()).runningElsewhere().isEmpty();
    }

    private Condition owned(long generation) {
        Optional<String> frozen = GroupPolicy.frozenBy(seen);
        if (frozen.isPresent()) {
            return condition(
                    "Owned",
                    "Unknown",
                    "Frozen",
                    frozen.get()
                            + ", later than what the quorum cluster knows; nothing is touched until"
                            + " a human has looked",
                    generation);
        }
        Holder holder =
                seen.ownership().map(o -> o.ownership().holder()).orElse(new Holder.Unclaimed());
        return switch (holder) {
            case Holder.At(var at) ->
                    condition("Owned", "True", "Held", "may run on " + at, generation);
            case Holder.Moving(var from, var to) ->
                    condition(
                            "Owned",
                            "False",
                            "Moving",
                            "moving from " + from + " to " + to,
                            generation);
            case Holder.Unclaimed() ->
                    condition(
                            "Owned",
                            "False",
                            "Unclaimed",
                            "not yet seen running on exactly one site; nothing is started or"
                                    + " stopped until then",
                            generation);
        };
    }

    /** What a dry run would say now. */
    private Condition ready(long generation) {
        Optional<Ownership> ownership = seen.ownership().map(OwnershipSeen::ownership);
        Optional<ClusterId> holder = GroupPolicy.holder(seen);
        Optional<ClusterId> other =
                holder.flatMap(h -> sites.stream().filter(s -> !s.equals(h)).findFirst());
        if (other.isEmpty()) {
            return condition(
                    READY, "False", "NoHolder", "no site holds the group; see Owned", generation);
        }
        if (ownership.flatMap(Ownership::lock).isPresent()) {
            return condition(
                    READY,
                    "False",
                    "InOperation",
                    "an operation is under way: Failover "
                            + ownership.get().lock().orElseThrow().failover(),
                    generation);
        }
        Readiness readiness =
                Readiness.of(seen.group(), asOrderedTo(other, false), holder.get(), other.get());
        if (!readiness.wrong().isEmpty()) {
            Refusal all = Readiness.together(readiness.wrong());
            return condition(READY, "False", all.reason(), all.message(), generation);
        }
        if (!readiness.notYet().isEmpty()) {
            Refusal all = Readiness.together(readiness.notYet());
            return condition(READY, "Unknown", all.reason(), all.message(), generation);
        }
        return condition(READY, "True", "Ready", readyMessage(other.get()), generation);
    }

    private String readyMessage(ClusterId target) {
        List<NodeTaint> taints = seen.taints().toRemoveAt(target);
        return "nothing stands against a planned failover to "
                + target
                + (taints.isEmpty()
                        ? ""
                        : "; taints to be removed first: "
                                + String.join(
                                        ", ", taints.stream().map(NodeTaint::toString).toList()))
                + seen.past().estimate().map(e -> "; estimate: " + e).orElse("");
    }

    private Condition synced(long generation) {
        Findings found = definitions();
        if (found.site().isEmpty()) {
            return condition(
                    "Synced",
                    "Unknown",
                    "Pending",
                    "definitions are kept at the other site while one site holds the group, both"
                            + " answer, and nothing moves it",
                    generation);
        }
        ClusterId site = found.site().get();
        if (!found.findings().isEmpty()) {
            boolean prevents = found.findings().stream().anyMatch(Finding::prevents);
            return condition(
                    "Synced",
                    "False",
                    prevents ? "NotCopied" : "Drifted",
                    site
                            + ": "
                            + String.join(
                                    "; ",
                                    found.findings().stream().map(Findings::described).toList()),
                    generation);
        }
        return found.looked()
                ? condition(
                        "Synced",
                        "True",
                        "Copied",
                        "all %d definitions stand on %s".formatted(found.count(), site),
                        generation)
                : condition("Synced", "Unknown", "Copying", "being copied to " + site, generation);
    }

    /** Whether the site that does not hold the group could start it behind our back. */
    private Optional<Condition> fenced(long generation) {
        Optional<ClusterId> holder = GroupPolicy.holder(seen);
        if (holder.isEmpty()) {
            return Optional.empty();
        }
        return seen.sites().stream()
                .filter(s -> !s.cluster().equals(holder.get()))
                .findFirst()
                .map(s -> fenced(s, generation));
    }

    private static Condition fenced(Site other, long generation) {
        if (!other.known()) {
            return condition(
                    "Fenced",
                    "Unknown",
                    "Pending",
                    other.cluster() + " was not reached; only DRBD holds it",
                    generation);
        }
        boolean listed =
                other.members().stream().allMatch(m -> other.fencedBy(m.name()).isPresent());
        if (!listed) {
            return condition(
                    "Fenced", "False", "Pending", "being fenced on " + other.cluster(), generation);
        }
        return other.fenceHolds().orElse(false)
                ? condition(
                        "Fenced",
                        "True",
                        "Admission",
                        other.cluster() + " refuses to start the VMs",
                        generation)
                : condition(
                        "Fenced",
                        "True",
                        "Reactive",
                        "no admission policy on "
                                + other.cluster()
                                + ": VMs started there are stopped again within seconds",
                        generation);
    }

    private Condition keepTransition(Condition fresh, List<Condition> old) {
        Instant since =
                old.stream()
                        .filter(c -> c.type().equals(fresh.type()))
                        .filter(c -> c.status().equals(fresh.status()))
                        .map(Condition::lastTransitionTime)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(seen.now());
        return new Condition(
                fresh.type(),
                fresh.status(),
                fresh.reason(),
                fresh.message(),
                since,
                fresh.observedGeneration());
    }

    private static String replicationType(ProtectionGroupSpec spec) {
        return spec.replicationPolicy() != null && spec.replicationPolicy().type() != null
                ? spec.replicationPolicy().type()
                : "synchronous";
    }

    private static String word(Health health) {
        return switch (health.verdict()) {
            case HEALTHY -> "Healthy";
            case DEGRADED -> "Degraded";
            case UNKNOWN -> "Unknown";
        };
    }

    private static @Nullable List<String> warnings(Validation validation) {
        List<String> all = validation.warnings();
        return all.isEmpty() ? null : all.stream().limit(MOST_WARNINGS).toList();
    }

    static Condition condition(
            String type, String status, String reason, String message, long generation) {
        String shown =
                message.length() <= LONGEST_MESSAGE
                        ? message
                        : message.substring(0, LONGEST_MESSAGE - 1) + "…";
        return new Condition(type, status, reason, shown, null, generation);
    }
}
