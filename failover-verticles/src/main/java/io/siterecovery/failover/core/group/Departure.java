package io.siterecovery.failover.core.group;

import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides what is done with VMs that carry a group's claim and are not its members any more: one
 * was taken out, or the group was deleted.
 *
 * <p>Safety: nothing is deleted where the group is held, nothing that was not made by us, and
 * nothing that may be writing. A definition that is not ours stays, and stays fenced: it could be
 * started while its twin runs.
 */
public final class Departure {

    /** Tools delete and make again what they manage: that must change nothing. */
    static final Duration SECOND_THOUGHTS = Duration.ofSeconds(60);

    /**
     * What is left of one VM.
     *
     * @param copies objects besides the VM, at the site that does not hold the group, that were
     *     made by us for this VM alone
     */
    public record Leaver(String name, Member here, Member there, List<Made> copies) {}

    public record Made(ResourceKind kind, String namespace, String name, String uid) {}

    /**
     * @param goneSince since when nobody defines the group; empty while somebody does
     * @param leavers VMs that carry its claim and are no members
     * @param fencedAndGone VMs that are fenced for it at the site that does not hold it, are no
     *     members, and do not stand there
     */
    public record Seen(
            GroupObservation group,
            Optional<Instant> goneSince,
            List<Leaver> leavers,
            Set<String> fencedAndGone) {}

    public sealed interface Step {

        record Delete(ClusterId at, List<Made> objects) implements Step {}

        record Unclaim(ClusterId at, String vm, VirtualMachineFact seen) implements Step {}

        record Unfence(ClusterId at, FenceFact seen, Set<String> vms) implements Step {}

        record ForgetOwnership(OwnershipSeen seen) implements Step {}
    }

    /**
     * @param lookAgain when time alone changes the answer
     */
    public record Answer(List<Step> steps, Optional<Instant> lookAgain) {}

    public static Answer decide(Seen seen) {
        GroupObservation group = seen.group();
        boolean settled =
                group.hubComplete()
                        && group.sites().stream().allMatch(Site::known)
                        && GroupPolicy.frozenBy(group).isEmpty()
                        && group.ownership()
                                .filter(o -> o.ownership().lock().isEmpty())
                                .isPresent();
        if (!settled) {
            return new Answer(List.of(), Optional.empty());
        }
        Optional<Instant> soonest = seen.goneSince().map(since -> since.plus(SECOND_THOUGHTS));
        if (soonest.filter(group.now()::isBefore).isPresent()) {
            return new Answer(List.of(), soonest);
        }
        OwnershipSeen ownership = group.ownership().orElseThrow();
        List<Step> steps = new ArrayList<>();
        if (ownership.ownership().holder() instanceof Holder.At(ClusterId holder)) {
            group.sites().stream()
                    .filter(site -> !site.cluster().equals(holder))
                    .findFirst()
                    .ifPresent(other -> leave(seen, holder, other, steps));
        }
        boolean over =
                steps.isEmpty()
                        && seen.goneSince().isPresent()
                        && seen.leavers().isEmpty()
                        && group.sites().stream().allMatch(s -> s.copy().isEmpty());
        if (over && !(ownership.ownership().holder() instanceof Holder.Moving)) {
            steps.add(new Step.ForgetOwnership(ownership));
        }
        return new Answer(List.copyOf(steps), Optional.empty());
    }

    private static void leave(Seen seen, ClusterId holder, Site other, List<Step> steps) {
        for (Leaver leaver : seen.leavers()) {
            Optional<VirtualMachineFact> there = ours(leaver.there(), seen);
            Optional<VirtualMachineFact> here = ours(leaver.here(), seen);
            if (there.filter(Departure::isCopy).isPresent()) {
                remove(leaver, there.get(), seen.group().group(), other.cluster(), steps);
            } else if (here.isPresent()) {
                steps.add(new Step.Unclaim(holder, leaver.name(), here.get()));
            } else {
                there.ifPresent(
                        vm -> steps.add(new Step.Unclaim(other.cluster(), leaver.name(), vm)));
            }
        }
        Set<String> left = new TreeSet<>(seen.fencedAndGone());
        seen.leavers().forEach(leaver -> left.remove(leaver.name()));
        if (!left.isEmpty() && other.fence().isPresent()) {
            steps.add(new Step.Unfence(other.cluster(), other.fence().get(), left));
        }
    }

    /** What the VM needs goes first: while the VM stands, it tells what else there is. */
    private static void remove(
            Leaver leaver, VirtualMachineFact vm, GroupId group, ClusterId at, List<Step> steps) {
        boolean still =
                vm.halted() && leaver.there().power() == Power.DOWN && !vm.meta().deleting();
        if (!still) {
            return;
        }
        steps.add(
                new Step.Delete(
                        at,
                        leaver.copies().isEmpty()
                                ? List.of(
                                        new Made(
                                                ResourceKind.VIRTUAL_MACHINE,
                                                group.namespace(),
                                                leaver.name(),
                                                vm.meta().uid()))
                                : leaver.copies()));
    }

    private static Optional<VirtualMachineFact> ours(Member member, Seen seen) {
        Claim ours = claim(seen);
        return member.vm().filter(vm -> member.claim().filter(ours::sameGroup).isPresent());
    }

    private static Claim claim(Seen seen) {
        GroupObservation group = seen.group();
        return group.ownership().orElseThrow().ownership().claim(group.deployment(), group.group());
    }

    private static boolean isCopy(VirtualMachineFact vm) {
        return vm.meta().annotations().containsKey(ApiGroups.COPY_OF);
    }

    private Departure() {}
}
