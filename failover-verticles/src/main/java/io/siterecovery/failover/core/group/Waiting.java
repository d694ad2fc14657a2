package io.siterecovery.failover.core.group;

import static java.util.stream.Collectors.toSet;

import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.failover.Observation.Power;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * VMs of one site whose turn to start or to stop has not come.
 *
 * @param turns by VM, whose turn it is instead
 */
public record Waiting(Map<String, Set<String>> turns) {

    static final Waiting NOBODY = new Waiting(Map.of());

    private static final int SHOWN = 3;

    static Waiting toStart(BootOrder order, Site site) {
        Set<String> ready = all(site, Member::ready);
        return of(order.waitingToStart(ready::contains), all(site, Waiting::isHalted));
    }

    static Waiting toStop(BootOrder order, Site site) {
        Set<String> up = all(site, Waiting::isStillToStop);
        return of(
                order.waitingToStop(vm -> !up.contains(vm)),
                all(site, m -> m.vm().isPresent() && !isHalted(m)));
    }

    private static Waiting of(Map<String, Set<String>> turns, Set<String> concerned) {
        turns.keySet().retainAll(concerned);
        return new Waiting(turns);
    }

    private static Set<String> all(Site site, Predicate<Member> which) {
        return site.members().stream().filter(which).map(Member::name).collect(toSet());
    }

    private static boolean isHalted(Member member) {
        return member.vm().filter(VirtualMachineFact::halted).isPresent();
    }

    /** What is not ours to stop is not waited for: it would never be down. */
    private static boolean isStillToStop(Member member) {
        return member.takenBy().isEmpty()
                && member.vm().isPresent()
                && !(isHalted(member) && member.power() == Power.DOWN);
    }

    boolean has(Member member) {
        return turns.containsKey(member.name());
    }

    /** Whom a VM waits for, not all of a great many; empty when it waits for nobody. */
    public String shown(String vm) {
        Set<String> others = turns.getOrDefault(vm, Set.of());
        String some = String.join(", ", others.stream().limit(SHOWN).toList());
        return others.size() > SHOWN ? some + " and " + (others.size() - SHOWN) + " more" : some;
    }

    /** Why a VM is not as the others are, where the order is the reason. */
    Optional<String> reason(Member member) {
        if (has(member)) {
            String how = isHalted(member) ? "waits for " : "is stopped after ";
            return Optional.of(how + shown(member.name()));
        }
        boolean waitedFor = turns.values().stream().anyMatch(t -> t.contains(member.name()));
        return waitedFor && !isHalted(member) && member.power() == Power.UP
                ? Optional.of("not ready")
                : Optional.empty();
    }
}
