package io.siterecovery.failover.core.group;

import static java.util.stream.Collectors.toSet;

import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.group.GroupEffect.CreateOwnership;
import io.siterecovery.failover.core.group.GroupEffect.DeleteCopy;
import io.siterecovery.failover.core.group.GroupEffect.Fence;
import io.siterecovery.failover.core.group.GroupEffect.MakeCopy;
import io.siterecovery.failover.core.group.GroupEffect.PatchVm;
import io.siterecovery.failover.core.group.GroupEffect.Power;
import io.siterecovery.failover.core.group.GroupEffect.Unfence;
import io.siterecovery.failover.core.group.GroupEffect.UpdateCopy;
import io.siterecovery.failover.core.group.GroupEffect.WriteOwnership;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Definition;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Operation;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ProtectionGroupSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a group's VMs may do on each site, from who holds the group and what is wished.
 *
 * <p>Safety: VMs are started on the holder's cluster and nowhere else; elsewhere they are fenced
 * and held stopped whatever {@code desiredState} says. While nobody holds the group nothing is
 * started, and while nobody was ever seen holding it nothing is stopped either.
 */
public final class GroupPolicy {

    /** What the group's VMs are to do on one site. */
    enum Wish {
        RUN,
        STOP,
        /** Fenced and stopped: another site holds the group. */
        HOLD,
        /** Fenced and stamped, but neither started nor stopped: the move has only begun. */
        CLOSE,
        LEAVE
    }

    private static final Set<String> STOPPING =
            Set.of("StoppingVMs", "Proving", "AwaitingOperator", "Granting");

    public static GroupDecision decide(GroupObservation seen) {
        return new GroupPolicy(seen).decide();
    }

    private final GroupObservation seen;
    private final List<GroupEffect> actions = new ArrayList<>();

    private GroupPolicy(GroupObservation seen) {
        this.seen = seen;
    }

    private GroupDecision decide() {
        GroupReport report = new GroupReport(seen);
        if (frozenBy(seen).isEmpty()) {
            seen.definition().ifPresentOrElse(d -> copies(d, report), this::removeCopies);
            if (seen.ownership().isPresent()) {
                hold(seen.ownership().get(), report);
            } else if (mayCreateOwnership()) {
                actions.add(new CreateOwnership(Ownership.unclaimed()));
            }
        }
        return new GroupDecision(List.copyOf(actions), report);
    }

    /**
     * A claim higher than the ownership knows: a newer instance acts, or the quorum cluster was
     * restored from a backup. Either way not a thing may be touched.
     */
    public static Optional<String> frozenBy(GroupObservation seen) {
        return seen.ownership()
                .flatMap(
                        o -> {
                            Claim ours = o.ownership().claim(seen.deployment(), seen.group());
                            return seen.sites().stream()
                                    .flatMap(s -> s.members().stream())
                                    .filter(m -> m.claim().filter(ours::sameGroup).isPresent())
                                    .filter(m -> m.claim().get().isHigherThan(ours))
                                    .map(m -> m.name() + " carries " + m.claim().get())
                                    .findFirst();
                        });
    }

    private boolean mayCreateOwnership() {
        return seen.hubComplete() && seen.definition().isPresent();
    }

    private void hold(OwnershipSeen current, GroupReport report) {
        Ownership ownership = current.ownership();
        if (ownership.holder() instanceof Holder.Unclaimed) {
            claim(current, report);
            return;
        }
        if (seen.definition().filter(Definition::paused).isPresent()
                && ownership.lock().isEmpty()
                && settledElsewhere(ownership)) {
            return;
        }
        List<GroupEffect> wanted = new ArrayList<>();
        for (Site site : seen.sites()) {
            if (site.known()) {
                wanted.addAll(onSite(site, wish(site, ownership), ownership));
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        // Whoever acts for a group writes itself into the ownership first: effects carry its term.
        if (ownership.actsFor(seen.instanceId())) {
            actions.addAll(wanted);
        } else {
            actions.add(new WriteOwnership(current, ownership.takenBy(seen.instanceId())));
        }
    }

    /**
     * The first holder: both sites answered, the group is sound, and VMs run on exactly one. One
     * that is off only for a moment, and meant to run, counts as running.
     */
    private void claim(OwnershipSeen current, GroupReport report) {
        boolean bothKnown = seen.sites().stream().allMatch(Site::known);
        List<Site> running = seen.sites().stream().filter(Site::anyRunning).toList();
        long notOff = seen.sites().stream().filter(s -> s.anyRunning() || s.anyMeant()).count();
        if (bothKnown && running.size() == 1 && notOff == 1 && report.failure().isEmpty()) {
            Ownership taken = current.ownership().takenBy(seen.instanceId());
            actions.add(new WriteOwnership(current, taken.claimedBy(running.getFirst().cluster())));
        }
    }

    /** Pausing stops us from following desiredState, never from holding the other site stopped. */
    private boolean settledElsewhere(Ownership ownership) {
        return seen.sites().stream()
                .filter(s -> !ownership.holder().isAt(s.cluster()))
                .allMatch(s -> !s.known() || onSite(s, Wish.HOLD, ownership).isEmpty());
    }

    private Wish wish(Site site, Ownership ownership) {
        String step = seen.operation().map(Operation::step).orElse("");
        return switch (ownership.holder()) {
            case Holder.Unclaimed() -> Wish.LEAVE;
            case Holder.At(var holder) when !holder.equals(site.cluster()) -> Wish.HOLD;
            case Holder.At _ when ownership.lock().isPresent() && taintsFirst(site, step) ->
                    Wish.LEAVE;
            // An operation that still holds the lock has brought it here, or back.
            case Holder.At _ when ownership.lock().isPresent() -> Wish.RUN;
            case Holder.At _ -> asDesired(site);
            case Holder.Moving(_, var to) when to.equals(site.cluster()) -> Wish.HOLD;
            case Holder.Moving _ when STOPPING.contains(step) -> Wish.STOP;
            case Holder.Moving _ -> Wish.CLOSE;
        };
    }

    /** A VM that is started while its node is closed would only wait, and be in others' way. */
    private boolean taintsFirst(Site site, String step) {
        return step.equals("RemovingTaints")
                || (step.equals("Granting") && !seen.taints().toRemoveAt(site.cluster()).isEmpty());
    }

    private Wish asDesired(Site site) {
        if (seen.definition().filter(Definition::paused).isPresent()) {
            return Wish.LEAVE;
        }
        return site.copy()
                .map(Copy::spec)
                .or(() -> seen.definition().map(Definition::spec))
                .map(ProtectionGroupSpec::desiredState)
                .map(d -> d.equals("stopped") ? Wish.STOP : Wish.RUN)
                .orElse(Wish.LEAVE);
    }

    private List<GroupEffect> onSite(Site site, Wish wish, Ownership ownership) {
        Claim claim = ownership.claim(seen.deployment(), seen.group());
        return switch (wish) {
            case RUN -> run(site, claim);
            case STOP -> stop(site, claim, ownership.holder() instanceof Holder.Moving);
            case HOLD -> hold(site, claim);
            case CLOSE -> close(site, claim);
            case LEAVE -> List.of();
        };
    }

    /** The fence is opened first, and only when it is seen open is anything started. */
    private List<GroupEffect> run(Site site, Claim claim) {
        Set<String> listed = names(site, m -> site.fencedBy(m.name()).isPresent());
        if (!listed.isEmpty()) {
            FenceFact fence = site.fence().orElseThrow();
            return List.of(new Unfence(site.cluster(), fence, listed));
        }
        List<GroupEffect> effects = new ArrayList<>();
        Waiting waiting = waiting(site, Wish.RUN);
        for (Member member : ours(site)) {
            VirtualMachineFact vm = member.vm().orElseThrow();
            if (vm.halted() && !vm.meta().deleting() && !waiting.has(member)) {
                effects.add(
                        new PatchVm(
                                site.cluster(),
                                member.name(),
                                vm,
                                claim,
                                Power.START,
                                seen.taints().toTolerateAt(site.cluster())));
            } else if (!isUnder(member, claim)) {
                // After an undo too: what an older epoch still wants to stop must not stop it now.
                effects.add(new PatchVm(site.cluster(), member.name(), vm, claim, Power.AS_IT_IS));
            }
        }
        return effects;
    }

    private List<GroupEffect> stop(Site site, Claim claim, boolean closed) {
        Waiting waiting = waiting(site, Wish.STOP);
        if (!closed) {
            return halt(site, claim, waiting);
        }
        List<GroupEffect> stops =
                halt(site, claim, waiting).stream().filter(GroupPolicy::stops).toList();
        Set<String> stopped = stops.stream().map(e -> ((PatchVm) e).name()).collect(toSet());
        List<GroupEffect> effects = new ArrayList<>(close(site, claim));
        effects.removeIf(e -> e instanceof PatchVm p && stopped.contains(p.name()));
        effects.addAll(stops);
        return effects;
    }

    private static boolean stops(GroupEffect effect) {
        return effect instanceof PatchVm p && p.power() == Power.STOP;
    }

    private List<GroupEffect> hold(Site site, Claim claim) {
        List<GroupEffect> effects = new ArrayList<>();
        Set<String> unlisted = names(site, m -> site.fencedBy(m.name()).isEmpty());
        if (!unlisted.isEmpty()) {
            effects.add(new Fence(site.cluster(), site.fence(), unlisted, claim));
        }
        effects.addAll(halt(site, claim, Waiting.NOBODY));
        return effects;
    }

    /** At Close every mark is renewed: what an older epoch still wants to write then fails. */
    private List<GroupEffect> close(Site site, Claim claim) {
        List<GroupEffect> effects = new ArrayList<>();
        Set<String> unlisted =
                names(site, m -> !site.fencedBy(m.name()).filter(claim::equals).isPresent());
        if (!unlisted.isEmpty()) {
            effects.add(new Fence(site.cluster(), site.fence(), unlisted, claim));
        }
        for (Member member : ours(site)) {
            if (!isUnder(member, claim)) {
                effects.add(
                        new PatchVm(
                                site.cluster(),
                                member.name(),
                                member.vm().orElseThrow(),
                                claim,
                                Power.AS_IT_IS));
            }
        }
        return effects;
    }

    private List<GroupEffect> halt(Site site, Claim claim, Waiting waiting) {
        List<GroupEffect> effects = new ArrayList<>();
        for (Member member : ours(site)) {
            VirtualMachineFact vm = member.vm().orElseThrow();
            if (!vm.halted() && !waiting.has(member)) {
                effects.add(new PatchVm(site.cluster(), member.name(), vm, claim, Power.STOP));
            } else if (!marked(member, claim)) {
                effects.add(new PatchVm(site.cluster(), member.name(), vm, claim, Power.AS_IT_IS));
            }
        }
        return effects;
    }

    /** Whose turn in the boot order has not come on a site. */
    public static Waiting waiting(GroupObservation seen, Site site) {
        if (seen.bootOrder().isFlat() || frozenBy(seen).isPresent()) {
            return Waiting.NOBODY;
        }
        GroupPolicy policy = new GroupPolicy(seen);
        return seen.ownership()
                .map(o -> policy.waiting(site, policy.wish(site, o.ownership())))
                .orElse(Waiting.NOBODY);
    }

    /** Where it is an emergency, or the group may not run, safety comes before order. */
    private Waiting waiting(Site site, Wish wish) {
        BootOrder order = seen.bootOrder();
        if (order.isFlat()) {
            return Waiting.NOBODY;
        }
        boolean atOnce = seen.operation().filter(Operation::emergency).isPresent();
        return switch (wish) {
            case RUN -> Waiting.toStart(order, site);
            case STOP -> atOnce ? Waiting.NOBODY : Waiting.toStop(order, site);
            case HOLD, CLOSE, LEAVE -> Waiting.NOBODY;
        };
    }

    private void copies(Definition definition, GroupReport report) {
        if (report.failure().isPresent() && seen.ownership().filter(this::claimed).isEmpty()) {
            return;
        }
        for (Site site : seen.sites()) {
            boolean written = definition.at().filter(site.cluster()::equals).isPresent();
            if (!site.known() || written) {
                continue;
            }
            ProtectionGroupSpec wanted = definition.spec();
            site.copy()
                    .ifPresentOrElse(
                            copy -> follow(site, copy, definition),
                            () ->
                                    actions.add(
                                            new MakeCopy(
                                                    site.cluster(),
                                                    withDesiredState(
                                                            wanted, firstState(site, definition)),
                                                    definition.meta().uid())));
        }
    }

    private boolean claimed(OwnershipSeen current) {
        return !(current.ownership().holder() instanceof Holder.Unclaimed);
    }

    /** During an operation, and where the group is not held, desiredState is not copied down. */
    private void follow(Site site, Copy copy, Definition definition) {
        boolean governed =
                definition.at().isEmpty()
                        && holder(seen).filter(site.cluster()::equals).isPresent()
                        && seen.ownership().filter(o -> o.ownership().lock().isEmpty()).isPresent();
        ProtectionGroupSpec next =
                governed
                        ? definition.spec()
                        : withDesiredState(definition.spec(), copy.spec().desiredState());
        if (copy.madeByUs() && !copy.spec().equals(next)) {
            actions.add(new UpdateCopy(site.cluster(), copy.meta().resourceVersion(), next));
        }
    }

    private String firstState(Site site, Definition definition) {
        boolean holder =
                seen.ownership()
                        .filter(o -> o.ownership().holder().isAt(site.cluster()))
                        .isPresent();
        boolean runsHere = definition.at().isEmpty() && site.anyRunning();
        return holder || runsHere ? "running" : "stopped";
    }

    private static ProtectionGroupSpec withDesiredState(
            ProtectionGroupSpec spec, @Nullable String state) {
        return new ProtectionGroupSpec(
                spec.virtualMachines(),
                state,
                spec.replicationPolicy(),
                spec.paused(),
                spec.priority(),
                spec.driftPolicy());
    }

    /** Gone where it was written: our copies go too. Ownership, claims and fence stay. */
    private void removeCopies() {
        boolean running =
                seen.ownership().filter(o -> o.ownership().lock().isPresent()).isPresent();
        if (running || !seen.hubComplete() || !seen.sites().stream().allMatch(Site::known)) {
            return;
        }
        for (Site site : seen.sites()) {
            site.copy()
                    .filter(Copy::madeByUs)
                    .ifPresent(c -> actions.add(new DeleteCopy(site.cluster(), c.meta().uid())));
        }
    }

    private static boolean isUnder(Member member, Claim claim) {
        return member.claim().filter(claim::equals).isPresent();
    }

    private boolean marked(Member member, Claim claim) {
        return member.claim().filter(claim::sameGroup).isPresent();
    }

    /** Members that exist here and that no other group has claimed. */
    private List<Member> ours(Site site) {
        return site.members().stream()
                .filter(m -> m.vm().isPresent() && m.takenBy().isEmpty())
                .toList();
    }

    private static Set<String> names(Site site, Predicate<Member> which) {
        Set<String> names = new TreeSet<>();
        site.members().stream()
                .filter(m -> m.takenBy().isEmpty())
                .filter(which)
                .forEach(m -> names.add(m.name()));
        return names;
    }

    /** The cluster that holds the group, where one does. */
    static Optional<ClusterId> holder(GroupObservation seen) {
        return seen.ownership()
                .map(o -> o.ownership().holder())
                .flatMap(h -> h instanceof Holder.At(var at) ? Optional.of(at) : Optional.empty());
    }
}
