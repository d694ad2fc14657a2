package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.group.Departure;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.DrbdTaints;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Operation;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.TaintSafety;
import io.siterecovery.failover.core.taint.TaintSafety.SiteNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.FailoverStatus;
import io.siterecovery.model.GroupOwnershipSpec;
import io.siterecovery.model.MalformedResource;
import io.siterecovery.model.ProtectionGroupSpec;
import io.siterecovery.model.ProtectionGroupStatus;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Tenant;
import io.siterecovery.platform.Urgency;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads groups out of the facts of a deployment. */
public final class GroupViews {

    /** What DRBD's high-availability agents set, with the effect NoSchedule. */
    private static final List<String> DRBD_TAINTS =
            List.of("drbd.linbit.com/lost-quorum", "drbd.linbit.com/force-io-error");

    /** A group's ownership, and of which group. */
    private record Owned(GroupId group, OwnershipSeen seen) {}

    /** What was last seen of a group, and in which version of the view. */
    private record Looked(long version, GroupObservation seen) {}

    private final TenantView view;
    private final Tenant tenant;
    private final Function<ClusterId, Optional<Boolean>> fenceHolds;
    private final Function<GroupId, Findings> findings;
    private final MemberDisks disks;
    private final Deployment deployment;
    private final Set<String> drbdTaints;
    private final Readings readings = new Readings();
    private final Map<String, Roster> rosters = new HashMap<>();
    private final Map<GroupId, Looked> looked = new HashMap<>();

    /**
     * @param fenceHolds whether an admission policy of ours is in force on a cluster, if known
     * @param findings what was found of a group's definitions at the other site
     */
    public GroupViews(
            TenantView view,
            Tenant tenant,
            Function<ClusterId, Optional<Boolean>> fenceHolds,
            Function<GroupId, Findings> findings) {
        this.view = view;
        this.tenant = tenant;
        this.fenceHolds = fenceHolds;
        this.findings = findings;
        this.disks = new MemberDisks(view, this::memberOf);
        this.deployment = new Deployment(view, tenant);
        List<String> keys = tenant.zone().drbdTaints();
        this.drbdTaints = Set.copyOf(keys == null ? DRBD_TAINTS : keys);
    }

    public List<ClusterId> sites() {
        return List.of(new ClusterId(tenant.primary()), new ClusterId(tenant.dr()));
    }

    /** What is wrong with each site, once anything is known of it. */
    public Map<ClusterId, Optional<Diagnosis>> diagnoses(Instant now) {
        return new SiteSigns(view, sites()).diagnoses(now);
    }

    /** When a diagnosis may change although nothing more is heard. */
    public Optional<Instant> lookAtSitesAgain(Instant now) {
        return new SiteSigns(view, sites()).lookAgain(now);
    }

    /** Every group that is wished or owned. */
    public Set<GroupId> groups() {
        Set<GroupId> groups = new LinkedHashSet<>();
        for (ClusterId site : sites()) {
            for (String namespace : view.namespaces(site.name(), ResourceKind.PROTECTION_GROUP)) {
                view.shelf(site.name(), ResourceKind.PROTECTION_GROUP, namespace)
                        .keySet()
                        .forEach(name -> groups.add(new GroupId(namespace, name)));
            }
        }
        hub(ResourceKind.PROTECTION_GROUP)
                .forEach((name, fact) -> hubGroup(name, fact).ifPresent(groups::add));
        hub(ResourceKind.GROUP_OWNERSHIP)
                .forEach(
                        (name, fact) -> {
                            if (fact instanceof CustomResourceFact own) {
                                groups.add(readings.of(own, GroupViews::owned).group());
                            }
                        });
        return groups;
    }

    /** Forgets groups that are none any more. */
    public void keepOnly(Set<GroupId> groups) {
        looked.keySet().retainAll(groups);
    }

    /** At once, before anybody looks: who is in which group may be different now. */
    public void changed(Change change) {
        switch (change) {
            case Change.Everything() -> rosters.clear();
            case Change.Namespace(var name) -> rosters.remove(name);
            case Change.Wish(var group, _) -> rosters.remove(group.namespace());
            case Change.Machines _,
                    Change.Group _,
                    Change.Operation _,
                    Change.Beats _,
                    Change.Edge _ -> {}
        }
    }

    /** Groups that have to be looked at again, the most urgent first. */
    public List<GroupId> concerned(Collection<Change> changes) {
        Set<GroupId> concerned = new LinkedHashSet<>();
        changes.forEach(change -> concerned.addAll(concerned(change)));
        return concerned.stream().sorted(Comparator.comparing(this::urgency)).toList();
    }

    private Collection<GroupId> concerned(Change change) {
        return switch (change) {
            case Change.Everything() -> groups();
            case Change.Namespace(var name) -> groupsIn(name).toList();
            case Change.Machines(var namespace, var vms) ->
                    vms.isEmpty()
                            ? List.of()
                            : rosters.computeIfAbsent(namespace, this::roster).with(vms);
            case Change.Group(var group) -> List.of(group);
            case Change.Wish(var group, var vms) -> {
                Set<GroupId> concerned = new LinkedHashSet<>(List.of(group));
                concerned.addAll(
                        rosters.computeIfAbsent(group.namespace(), this::roster).with(vms));
                yield concerned;
            }
            case Change.Operation(_, var group) -> group.map(List::of).orElse(List.of());
            case Change.Beats(), Change.Edge() -> List.of();
        };
    }

    /**
     * Who is in which group of a namespace.
     *
     * @param any groups that nobody defines any more: whatever carries their claim is theirs
     */
    private record Roster(Map<String, List<GroupId>> groups, List<GroupId> any) {

        Stream<GroupId> naming(String vm) {
            return groups.getOrDefault(vm, List.of()).stream();
        }

        Set<GroupId> with(Set<String> vms) {
            Set<GroupId> found = new LinkedHashSet<>(any);
            vms.forEach(vm -> found.addAll(groups.getOrDefault(vm, List.of())));
            return found;
        }
    }

    private Roster roster(String namespace) {
        Roster roster = new Roster(new HashMap<>(), new ArrayList<>());
        groupsIn(namespace)
                .forEach(
                        group ->
                                spec(group, definition(group))
                                        .map(GroupViews::memberNames)
                                        .ifPresentOrElse(
                                                vms ->
                                                        vms.forEach(
                                                                vm ->
                                                                        roster.groups()
                                                                                .computeIfAbsent(
                                                                                        vm,
                                                                                        _ ->
                                                                                                new ArrayList<>())
                                                                                .add(group)),
                                                () -> roster.any().add(group)));
        return roster;
    }

    /** Everything of this deployment was listed since the watchers started. */
    public boolean worldKnown() {
        return hubComplete() && sites().stream().allMatch(this::known);
    }

    /** The deployment is being removed: groups are let go at once. */
    public boolean leaving() {
        return deployment.leaving();
    }

    public boolean hubComplete() {
        return view.reachability(FactKey.QUORUM).filter(ReachabilityFact::complete).isPresent();
    }

    public boolean known(ClusterId site) {
        return view.reachability(site.name())
                .filter(r -> r.complete() && r.reachable())
                .isPresent();
    }

    public boolean isInOperation(GroupId group) {
        return ownership(group).filter(o -> o.ownership().lock().isPresent()).isPresent();
    }

    public Optional<OwnershipSeen> ownership(GroupId group) {
        return hubFact(ResourceKind.GROUP_OWNERSHIP, group.ownershipName())
                .map(fact -> readings.of(fact, GroupViews::owned).seen());
    }

    private static Owned owned(CustomResourceFact fact) {
        GroupOwnershipSpec spec = ResourceJson.read("spec", fact.spec(), GroupOwnershipSpec.class);
        return new Owned(
                new GroupId(spec.namespace(), spec.group()),
                new OwnershipSeen(
                        fact.meta().uid(), fact.meta().resourceVersion(), Ownerships.read(spec)));
    }

    /** Several ask about one group after each change: it is put together once. */
    public GroupObservation observe(GroupId group, String instanceId, Instant now) {
        Looked last = looked.get(group);
        if (last != null
                && last.version() == view.version()
                && isStillSo(last.seen(), instanceId)) {
            return last.seen().at(now);
        }
        GroupObservation seen = look(group, instanceId, now);
        looked.put(group, new Looked(view.version(), seen));
        return seen;
    }

    /** What is not in the view. */
    private boolean isStillSo(GroupObservation seen, String instanceId) {
        return seen.instanceId().equals(instanceId)
                && seen.definitions().equals(findings.apply(seen.group()))
                && seen.sites().stream()
                        .allMatch(s -> s.fenceHolds().equals(fenceHolds.apply(s.cluster())));
    }

    private GroupObservation look(GroupId group, String instanceId, Instant now) {
        Optional<OwnershipSeen> ownership = ownership(group);
        Optional<Definition> definition = definition(group);
        List<String> members = members(group, definition);
        List<Site> sites = sites().stream().map(c -> site(c, group, members)).toList();
        Replication replication = new Replications(view).of(sites, ownership);
        return new GroupObservation(
                now,
                tenant.name(),
                instanceId,
                group,
                hubComplete() && !isMisfit(group),
                definition,
                ownership,
                ownership.flatMap(o -> o.ownership().lock()).flatMap(this::operation),
                sites,
                replication,
                taints(sites, replication),
                findings.apply(group),
                view.pastMoves(group),
                deployment.standing());
    }

    /** Nodes are looked at only where one of them has such a taint. */
    private DrbdTaints taints(List<Site> sites, Replication replication) {
        Map<ClusterId, List<NodeTaint>> inTheWay = new HashMap<>();
        for (Site site : sites) {
            if (hasDrbdTaints(site.cluster())) {
                Set<String> running =
                        site.members().stream()
                                .filter(m -> m.power() == Power.UP)
                                .map(Member::name)
                                .collect(Collectors.toSet());
                List<NodeTaint> taints =
                        TaintSafety.inTheWay(
                                replication, site.cluster(), nodes(site.cluster()), running);
                if (!taints.isEmpty()) {
                    inTheWay.put(site.cluster(), taints);
                }
            }
        }
        return inTheWay.isEmpty()
                ? DrbdTaints.NONE
                : new DrbdTaints("Tolerate".equals(tenant.zone().taintPolicy()), inTheWay);
    }

    private List<SiteNode> nodes(ClusterId cluster) {
        List<SiteNode> nodes = new ArrayList<>();
        view.shelf(cluster.name(), ResourceKind.NODE, "")
                .forEach(
                        (name, fact) -> {
                            if (fact instanceof NodeFact node) {
                                nodes.add(
                                        new SiteNode(
                                                name,
                                                node.ready() && !node.unschedulable(),
                                                node.taintKeys().stream()
                                                        .filter(drbdTaints::contains)
                                                        .toList()));
                            }
                        });
        return nodes;
    }

    public boolean hasDrbdTaints(ClusterId site) {
        return view.hasTaints(site.name(), drbdTaints);
    }

    /** Keys of the taints that DRBD's agents set. */
    public Set<String> drbdTaints() {
        return drbdTaints;
    }

    /** Groups that an operation is bringing to a site, and has not started there. */
    public Set<GroupId> movingTo(ClusterId site) {
        Set<GroupId> moving = new HashSet<>();
        for (GroupId group : groups()) {
            ownership(group)
                    .filter(
                            o ->
                                    o.ownership().holder() instanceof Holder.Moving(_, var to)
                                            && to.equals(site))
                    .ifPresent(_ -> moving.add(group));
        }
        return moving;
    }

    /** The group that has a VM among its members. */
    public Optional<GroupId> memberOf(String namespace, String vm) {
        return groupsIn(namespace).filter(g -> members(g, definition(g)).contains(vm)).findFirst();
    }

    /** Whether any of these nodes has a replica of a disk of the group. */
    public boolean carried(GroupId group, ClusterId site, Set<String> nodes, Instant now) {
        return observe(group, "", now).replication().reports().stream()
                .anyMatch(r -> r.cluster().equals(site) && nodes.contains(r.node()));
    }

    /** How soon the group is served where many are moving. */
    public Urgency urgency(GroupId group) {
        return definition(group)
                .map(d -> d.spec().priority())
                .map(Urgency::ofPriority)
                .orElse(Urgency.NORMAL);
    }

    /** The group's object in {@code dr-<d>}, where it was written there. */
    public Optional<Copy> hubCopy(GroupId group) {
        return hubFact(ResourceKind.PROTECTION_GROUP, group.name())
                .filter(_ -> !deployment.leaving())
                .filter(f -> hubGroup(group.name(), f).filter(group::equals).isPresent())
                .flatMap(this::copy);
    }

    /** A VM belongs to the group that claimed it, else to the one that was there first. */
    private Optional<String> takenBy(ClusterId cluster, GroupId group, String vm) {
        Optional<Claim> mark =
                view.get(
                                VirtualMachineFact.class,
                                cluster.name(),
                                ResourceKind.VIRTUAL_MACHINE,
                                group.namespace(),
                                vm)
                        .map(f -> f.meta().annotations().get(ApiGroups.CLAIM))
                        .flatMap(Claim::parse);
        if (mark.isPresent()) {
            Claim claim = mark.get();
            boolean ours =
                    claim.deployment().equals(tenant.name())
                            && claim.group().equals(group.ownershipName());
            return ours
                    ? Optional.empty()
                    : Optional.of(
                            claim.deployment().equals(tenant.name())
                                    ? claim.group().replaceFirst("\\.", "/")
                                    : "of another deployment");
        }
        Instant since = definition(group).map(d -> d.meta().createdAt()).orElse(Instant.MAX);
        return rosters.computeIfAbsent(group.namespace(), this::roster)
                .naming(vm)
                .filter(other -> !other.equals(group))
                .filter(
                        other ->
                                definition(other)
                                        .filter(d -> d.meta().createdAt().isBefore(since))
                                        .filter(d -> memberNames(d.spec()).contains(vm))
                                        .isPresent())
                .map(GroupId::toString)
                .findFirst();
    }

    private Stream<GroupId> groupsIn(String namespace) {
        return groups().stream().filter(g -> g.namespace().equals(namespace));
    }

    private Optional<Definition> definition(GroupId group) {
        Optional<Definition> hub =
                hubCopy(group).map(c -> new Definition(Optional.empty(), c.meta(), c.spec()));
        if (hub.isPresent()) {
            return hub;
        }
        return sites().stream()
                .flatMap(
                        site ->
                                siteCopy(site, group)
                                        .filter(c -> !c.madeByUs())
                                        .map(
                                                c ->
                                                        new Definition(
                                                                Optional.of(site),
                                                                c.meta(),
                                                                c.spec()))
                                        .stream())
                .findFirst();
    }

    private Optional<Copy> siteCopy(ClusterId site, GroupId group) {
        return view.get(
                        CustomResourceFact.class,
                        site.name(),
                        ResourceKind.PROTECTION_GROUP,
                        group.namespace(),
                        group.name())
                .flatMap(this::copy)
                .filter(copy -> copy.madeByUs() || !deployment.leaving())
                .filter(copy -> Misfits.fault(copy.spec(), group.namespace(), tenant).isEmpty());
    }

    /** Somebody defines it, but nobody can tell as what: that is not to pass for its end. */
    private boolean isMisfit(GroupId group) {
        return !deployment.leaving()
                && sites().stream()
                        .flatMap(
                                site ->
                                        view
                                                .get(
                                                        CustomResourceFact.class,
                                                        site.name(),
                                                        ResourceKind.PROTECTION_GROUP,
                                                        group.namespace(),
                                                        group.name())
                                                .stream())
                        .anyMatch(
                                fact -> !Misfits.fault(fact, group.namespace(), tenant).isEmpty());
    }

    private Optional<Copy> copy(CustomResourceFact fact) {
        return readings.of(fact, GroupViews::readCopy);
    }

    private static Optional<Copy> readCopy(CustomResourceFact fact) {
        try {
            return Optional.of(
                    new Copy(
                            fact.meta(),
                            ResourceJson.read("spec", fact.spec(), ProtectionGroupSpec.class),
                            ResourceJson.read(
                                    "status", fact.status(), ProtectionGroupStatus.class)));
        } catch (MalformedResource unreadable) {
            return Optional.empty();
        }
    }

    private List<String> members(GroupId group, Optional<Definition> definition) {
        // Gone everywhere: what carries our claim is still held.
        return spec(group, definition)
                .map(GroupViews::memberNames)
                .orElseGet(() -> claimedVms(group));
    }

    private Optional<ProtectionGroupSpec> spec(GroupId group, Optional<Definition> definition) {
        return definition
                .map(Definition::spec)
                .or(
                        () ->
                                sites().stream()
                                        .flatMap(s -> siteCopy(s, group).stream())
                                        .map(Copy::spec)
                                        .findFirst());
    }

    private List<String> claimedVms(GroupId group) {
        return List.copyOf(
                view.claimed(tenant.name() + "/" + group.ownershipName(), group.namespace()));
    }

    /** The group, and VMs that carry its claim although it does not name them. */
    public Departure.Seen departing(GroupObservation seen, Optional<Instant> goneSince) {
        Optional<ClusterId> holder = seen.ownership().flatMap(o -> o.ownership().holder().home());
        Optional<ClusterId> other =
                sites().stream()
                        .filter(s -> holder.filter(h -> !h.equals(s)).isPresent())
                        .findFirst();
        if (other.isEmpty()) {
            return new Departure.Seen(seen, goneSince, List.of(), Set.of());
        }
        Set<String> members =
                seen.definition().map(d -> Set.copyOf(memberNames(d.spec()))).orElse(Set.of());
        List<String> left =
                claimedVms(seen.group()).stream().filter(vm -> !members.contains(vm)).toList();
        List<Departure.Leaver> leavers =
                left.stream()
                        .map(
                                vm ->
                                        new Leavers(view, seen.group().namespace())
                                                .of(
                                                        member(
                                                                holder.get(),
                                                                seen.group(),
                                                                vm,
                                                                left),
                                                        member(other.get(), seen.group(), vm, left),
                                                        other.get()))
                        .toList();
        return new Departure.Seen(
                seen, goneSince, leavers, fencedAndGone(seen, other.get(), members));
    }

    private Set<String> fencedAndGone(GroupObservation seen, ClusterId other, Set<String> members) {
        Claim ours = seen.ownership().orElseThrow().ownership().claim(tenant.name(), seen.group());
        Set<String> gone = new TreeSet<>();
        seen.site(other)
                .flatMap(Site::fence)
                .ifPresent(
                        fence ->
                                fence.claims()
                                        .forEach(
                                                (vm, claim) -> {
                                                    if (!members.contains(vm)
                                                            && Claim.parse(claim)
                                                                    .filter(ours::sameGroup)
                                                                    .isPresent()
                                                            && !stands(other, seen.group(), vm)) {
                                                        gone.add(vm);
                                                    }
                                                }));
        return gone;
    }

    private boolean stands(ClusterId cluster, GroupId group, String vm) {
        return view.get(
                        VirtualMachineFact.class,
                        cluster.name(),
                        ResourceKind.VIRTUAL_MACHINE,
                        group.namespace(),
                        vm)
                .isPresent();
    }

    private static List<String> memberNames(ProtectionGroupSpec spec) {
        return spec.virtualMachines().stream().map(ProtectionGroupSpec.Member::name).toList();
    }

    private Optional<Operation> operation(Ownership.Lock lock) {
        return hubFact(ResourceKind.FAILOVER, lock.failover())
                .filter(f -> f.meta().uid().equals(lock.uid()))
                .map(
                        f -> {
                            String step = readings.of(f, GroupViews::readStatus).step();
                            String type = f.spec().path("failoverType").asText();
                            return new Operation(
                                    lock.uid(), step == null ? "" : step, type.equals("emergency"));
                        });
    }

    private static FailoverStatus readStatus(CustomResourceFact failover) {
        return ResourceJson.read("status", failover.status(), FailoverStatus.class);
    }

    private Site site(ClusterId cluster, GroupId group, List<String> members) {
        Optional<ReachabilityFact> reach = view.reachability(cluster.name());
        return new Site(
                cluster,
                reach.filter(ReachabilityFact::reachable).isPresent(),
                reach.filter(ReachabilityFact::complete).isPresent(),
                siteCopy(cluster, group),
                members.stream().map(name -> member(cluster, group, name, members)).toList(),
                view.get(
                        FenceFact.class,
                        cluster.name(),
                        ResourceKind.CONFIG_MAP,
                        group.namespace(),
                        ApiGroups.FENCE),
                fenceHolds.apply(cluster));
    }

    private Member member(ClusterId cluster, GroupId group, String name, List<String> members) {
        String namespace = group.namespace();
        Optional<VirtualMachineFact> vm =
                view.get(
                        VirtualMachineFact.class,
                        cluster.name(),
                        ResourceKind.VIRTUAL_MACHINE,
                        namespace,
                        name);
        return new Member(
                name,
                vm,
                view.get(
                        VirtualMachineInstanceFact.class,
                        cluster.name(),
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                        namespace,
                        name),
                view.launchers(cluster.name(), namespace, name),
                Stream.concat(
                                vm.stream().flatMap(v -> v.claims().stream()),
                                vm.filter(GroupViews::keepsState).stream()
                                        .flatMap(
                                                _ ->
                                                        view
                                                                .stateDisks(
                                                                        cluster.name(),
                                                                        namespace,
                                                                        name)
                                                                .stream()))
                        .map(claim -> disks.of(cluster.name(), namespace, claim, members))
                        .toList(),
                takenBy(cluster, group, name));
    }

    private static boolean keepsState(VirtualMachineFact vm) {
        return vm.definition() != null && vm.definition().keepsState();
    }

    private Map<String, ClusterFact> hub(ResourceKind kind) {
        return view.shelf(FactKey.QUORUM, kind, tenant.namespace());
    }

    private Optional<CustomResourceFact> hubFact(ResourceKind kind, String name) {
        return view.get(CustomResourceFact.class, FactKey.QUORUM, kind, tenant.namespace(), name);
    }

    /** A group written in {@code dr-<d>} lives where all its VMs do. */
    private Optional<GroupId> hubGroup(String name, ClusterFact fact) {
        if (!(fact instanceof CustomResourceFact resource)) {
            return Optional.empty();
        }
        return copy(resource)
                .map(
                        c ->
                                c.spec().virtualMachines().stream()
                                        .map(ProtectionGroupSpec.Member::namespace)
                                        .distinct()
                                        .toList())
                .filter(namespaces -> namespaces.size() == 1 && namespaces.getFirst() != null)
                .map(namespaces -> new GroupId(String.valueOf(namespaces.getFirst()), name));
    }
}
