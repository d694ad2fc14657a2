package io.siterecovery.tests.simulation.mutant;

import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.group.GroupDecision;
import io.siterecovery.failover.core.group.GroupEffect;
import io.siterecovery.failover.core.group.GroupEffect.PatchVm;
import io.siterecovery.failover.core.group.GroupEffect.Power;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.model.ProtectionGroupSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Bugs in what VMs may do on each site. */
final class GroupMutants {

    static List<Mutant> all() {
        return List.of(
                Mutant.deciding(
                        "ownership-reset-with-group",
                        "a group that is deleted and made again starts without a holder",
                        s -> Altered.doing(s, GroupMutants::reset)),
                Mutant.deciding(
                        "not-held-elsewhere",
                        "VMs that somebody starts off the holder's cluster are left running",
                        s -> Altered.doing(s, GroupMutants::leftRunning)),
                Mutant.deciding(
                        "not-fenced-elsewhere",
                        "VMs are stopped off the holder's cluster, but not fenced there",
                        s -> Altered.doing(s, GroupMutants::unfenced)),
                Mutant.deciding(
                        "opened-before-grant",
                        "the target's fence is opened while the source is being stopped",
                        s -> Altered.doing(s, GroupMutants::openedEarly)),
                Mutant.deciding(
                        "started-while-moving",
                        "the target is started once the source was told to stop",
                        s -> Altered.doing(s, GroupMutants::startedEarly)),
                Mutant.deciding(
                        "unclaimed-is-stopped",
                        "VMs on the second site are stopped before anybody was seen holding",
                        s -> Altered.doing(s, GroupMutants::unclaimedStopped)),
                Mutant.deciding(
                        "no-restamp",
                        "VMs are marked only when they are started or stopped",
                        NoRestamp::new),
                Mutant.deciding(
                        "each-action-once",
                        "an action on a group is asked for once, whatever became of it",
                        ActionsOnce::new),
                Mutant.deciding(
                        "wish-during-move",
                        "desiredState of the source is followed while the group moves",
                        s -> Altered.doing(s, GroupMutants::wishFollowed)),
                Mutant.deciding(
                        "never-settles",
                        "marks are renewed at every look",
                        s -> Altered.doing(s, GroupMutants::alwaysStamping)),
                Mutant.deciding(
                        "no-boot-order",
                        "VMs are started and stopped all at once, whatever they wait for",
                        s -> Altered.seeingGroups(s, GroupMutants::unordered)),
                Mutant.deciding(
                        "no-order-of-stops",
                        "VMs are started one after the other, but stopped all at once",
                        s ->
                                Altered.seeingGroups(
                                        s, seen -> stopping(seen) ? unordered(seen) : seen)));
    }

    private static GroupObservation unordered(GroupObservation seen) {
        return new GroupObservation(
                seen.now(),
                seen.deployment(),
                seen.instanceId(),
                seen.group(),
                seen.hubComplete(),
                seen.definition().map(d -> new Definition(d.at(), d.meta(), unordered(d.spec()))),
                seen.ownership(),
                seen.operation(),
                seen.sites().stream().map(GroupMutants::unordered).toList(),
                seen.replication(),
                seen.taints(),
                seen.definitions(),
                seen.past());
    }

    private static Site unordered(Site s) {
        return new Site(
                s.cluster(),
                s.reachable(),
                s.complete(),
                s.copy().map(c -> new Copy(c.meta(), unordered(c.spec()), c.status())),
                s.members(),
                s.fence(),
                s.fenceHolds());
    }

    private static ProtectionGroupSpec unordered(ProtectionGroupSpec spec) {
        return new ProtectionGroupSpec(
                spec.virtualMachines().stream()
                        .map(m -> new ProtectionGroupSpec.Member(m.name(), m.namespace(), 3, null))
                        .toList(),
                spec.desiredState(),
                spec.replicationPolicy(),
                spec.paused(),
                spec.priority(),
                spec.driftPolicy());
    }

    private static Optional<Ownership> ownership(GroupObservation seen) {
        return seen.ownership().map(OwnershipSeen::ownership);
    }

    private static boolean actsFor(GroupObservation seen) {
        return ownership(seen).filter(o -> o.actsFor(seen.instanceId())).isPresent();
    }

    private static List<GroupEffect> reset(GroupObservation seen, List<GroupEffect> actions) {
        if (seen.definition().isEmpty()
                && seen.hubComplete()
                && seen.sites().stream().allMatch(Site::known)
                && ownership(seen)
                        .filter(o -> !(o.holder() instanceof Holder.Unclaimed))
                        .isPresent()) {
            Ownership is = ownership(seen).orElseThrow();
            return List.of(
                    new GroupEffect.WriteOwnership(
                            seen.ownership().orElseThrow(),
                            new Ownership(
                                    new Holder.Unclaimed(),
                                    is.epoch() + 1,
                                    Optional.empty(),
                                    is.instance(),
                                    is.history())));
        }
        return actions;
    }

    private static boolean heldBy(GroupObservation seen, ClusterId cluster) {
        return ownership(seen).filter(o -> o.holder().isAt(cluster)).isPresent();
    }

    private static List<GroupEffect> leftRunning(GroupObservation seen, List<GroupEffect> actions) {
        boolean moving =
                ownership(seen).filter(o -> o.holder() instanceof Holder.Moving).isPresent();
        return actions.stream()
                .filter(
                        a ->
                                moving
                                        || !(a instanceof PatchVm p
                                                && p.power() == Power.STOP
                                                && !heldBy(seen, p.cluster())))
                .toList();
    }

    private static List<GroupEffect> unfenced(GroupObservation seen, List<GroupEffect> actions) {
        boolean moving =
                ownership(seen).filter(o -> o.holder() instanceof Holder.Moving).isPresent();
        return actions.stream()
                .filter(
                        a ->
                                moving
                                        || !(a instanceof GroupEffect.Fence f
                                                && !heldBy(seen, f.cluster())))
                .toList();
    }

    private static Optional<Site> target(GroupObservation seen) {
        return ownership(seen)
                .flatMap(
                        o ->
                                o.holder() instanceof Holder.Moving(_, var to)
                                        ? seen.site(to)
                                        : Optional.empty());
    }

    private static boolean stopping(GroupObservation seen) {
        return seen.operation().filter(o -> o.step().equals("StoppingVMs")).isPresent();
    }

    private static List<GroupEffect> openedEarly(GroupObservation seen, List<GroupEffect> actions) {
        Optional<Site> target = target(seen).filter(t -> t.fence().isPresent());
        if (target.isEmpty() || !stopping(seen) || !actsFor(seen)) {
            return actions;
        }
        Set<String> listed = new HashSet<>();
        target.get().members().stream()
                .filter(m -> target.get().fencedBy(m.name()).isPresent())
                .forEach(m -> listed.add(m.name()));
        List<GroupEffect> more = new ArrayList<>(actions);
        if (!listed.isEmpty()) {
            more.add(
                    new GroupEffect.Unfence(
                            target.get().cluster(), target.get().fence().orElseThrow(), listed));
        }
        return more;
    }

    private static List<GroupEffect> startedEarly(
            GroupObservation seen, List<GroupEffect> actions) {
        Optional<Site> target = target(seen).filter(Site::known);
        if (target.isEmpty() || !stopping(seen) || !actsFor(seen)) {
            return actions;
        }
        List<GroupEffect> opened = openedEarly(seen, actions);
        if (!opened.equals(actions)) {
            return opened;
        }
        List<GroupEffect> more = new ArrayList<>(actions);
        more.removeIf(
                a ->
                        a instanceof GroupEffect.Fence f
                                && f.cluster().equals(target.get().cluster()));
        Claim claim = ownership(seen).orElseThrow().claim(seen.deployment(), seen.group());
        for (Member member : target.get().members()) {
            member.vm()
                    .filter(VirtualMachineFact::halted)
                    .ifPresent(
                            vm ->
                                    more.add(
                                            new PatchVm(
                                                    target.get().cluster(),
                                                    member.name(),
                                                    vm,
                                                    claim,
                                                    Power.START)));
        }
        return more;
    }

    private static List<GroupEffect> unclaimedStopped(
            GroupObservation seen, List<GroupEffect> actions) {
        boolean unclaimed =
                ownership(seen).filter(o -> o.holder() instanceof Holder.Unclaimed).isPresent();
        Site second = seen.sites().getLast();
        if (!unclaimed || !second.known()) {
            return actions;
        }
        List<GroupEffect> more = new ArrayList<>(actions);
        Claim claim = ownership(seen).orElseThrow().claim(seen.deployment(), seen.group());
        for (Member member : second.members()) {
            member.vm()
                    .filter(vm -> !vm.halted())
                    .ifPresent(
                            vm ->
                                    more.add(
                                            new PatchVm(
                                                    second.cluster(),
                                                    member.name(),
                                                    vm,
                                                    claim,
                                                    Power.STOP)));
        }
        return more;
    }

    private static final class NoRestamp extends Altered {

        NoRestamp(Decisions sound) {
            super(sound);
        }

        @Override
        public GroupDecision group(GroupObservation seen) {
            GroupDecision decision = super.group(seen);
            return new GroupDecision(
                    decision.actions().stream()
                            .filter(a -> !(a instanceof PatchVm p && p.power() == Power.AS_IT_IS))
                            .toList(),
                    decision.report());
        }
    }

    private static final class ActionsOnce extends Altered {

        private final Set<String> asked = new HashSet<>();

        ActionsOnce(Decisions sound) {
            super(sound);
        }

        @Override
        public GroupDecision group(GroupObservation seen) {
            GroupDecision decision = super.group(seen);
            return new GroupDecision(
                    decision.actions().stream().filter(a -> asked.add(key(a))).toList(),
                    decision.report());
        }

        private static String key(GroupEffect action) {
            return switch (action) {
                case PatchVm p -> "vm" + p.cluster() + p.name() + p.power() + p.claim();
                case GroupEffect.Fence f -> "fence" + f.cluster() + f.vms() + f.claim();
                case GroupEffect.Unfence f -> "unfence" + f.cluster() + f.vms() + f.seen().claims();
                case GroupEffect.CreateOwnership c -> c.toString() + c.hashCode();
                case GroupEffect.WriteOwnership w -> "own" + w.seen().resourceVersion() + w.next();
                case GroupEffect.MakeCopy c -> "copy" + c.cluster() + c.copyOf();
                case GroupEffect.UpdateCopy c -> "update" + c.cluster() + c.resourceVersion();
                case GroupEffect.DeleteCopy c -> "delete" + c.cluster() + c.uid();
                case GroupEffect.WriteStatus s -> s.toString();
            };
        }
    }

    private static List<GroupEffect> wishFollowed(
            GroupObservation seen, List<GroupEffect> actions) {
        Optional<Site> source =
                ownership(seen)
                        .flatMap(
                                o ->
                                        o.holder() instanceof Holder.Moving(var from, _)
                                                ? seen.site(from)
                                                : Optional.empty());
        if (source.isEmpty()
                || !actsFor(seen)
                || source.get()
                        .copy()
                        .filter(c -> "running".equals(c.spec().desiredState()))
                        .isEmpty()) {
            return actions;
        }
        List<GroupEffect> more = new ArrayList<>(actions);
        Claim claim = ownership(seen).orElseThrow().claim(seen.deployment(), seen.group());
        for (Member member : source.get().members()) {
            member.vm()
                    .filter(VirtualMachineFact::halted)
                    .ifPresent(
                            vm ->
                                    more.add(
                                            new PatchVm(
                                                    source.get().cluster(),
                                                    member.name(),
                                                    vm,
                                                    claim,
                                                    Power.START)));
        }
        return more;
    }

    private static List<GroupEffect> alwaysStamping(
            GroupObservation seen, List<GroupEffect> actions) {
        Optional<Ownership> is = ownership(seen);
        if (!actions.isEmpty() || !actsFor(seen) || is.isEmpty()) {
            return actions;
        }
        Site first = seen.sites().getFirst();
        if (first.members().isEmpty() || !first.known()) {
            return actions;
        }
        Set<String> mark = Set.of("never-settles");
        boolean there = first.fencedBy("never-settles").isPresent();
        return List.of(
                there
                        ? new GroupEffect.Unfence(
                                first.cluster(), first.fence().orElseThrow(), mark)
                        : new GroupEffect.Fence(
                                first.cluster(),
                                first.fence(),
                                mark,
                                is.get().claim(seen.deployment(), seen.group())));
    }

    private GroupMutants() {}
}
