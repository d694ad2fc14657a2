package io.siterecovery.failover.core.group;

import io.siterecovery.model.ProtectionGroupSpec.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * In which order the VMs of a group start: boot groups 1 to 5, and within one of them each VM after
 * those it depends on. They stop in the reverse order.
 *
 * <p>Never stuck: a dependency that validation refuses orders nothing, should it be stored all the
 * same. So the order has no cycle, and some VM is always next.
 */
final class BootOrder {

    private static final int USUAL = 3;

    private static final BootOrder NONE = new BootOrder(List.of());

    static BootOrder of(List<Member> members) {
        for (Member member : members) {
            boolean usual = bootGroup(member) == bootGroup(members.getFirst());
            if (!usual || !dependencies(member).isEmpty()) {
                return new BootOrder(members);
            }
        }
        return NONE;
    }

    private final Map<String, Integer> bootGroups = new LinkedHashMap<>();

    /** Within one boot group, and without a cycle. */
    private final Map<String, Set<String>> after = new LinkedHashMap<>();

    private final Map<String, List<String>> faults = new HashMap<>();
    private final Set<String> unsound = new HashSet<>();

    private BootOrder(List<Member> members) {
        members.forEach(m -> bootGroups.put(m.name(), bootGroup(m)));
        members.forEach(m -> after.put(m.name(), new LinkedHashSet<>()));
        for (int i = 0; i < members.size(); i++) {
            for (String other : dependencies(members.get(i))) {
                depend(members.get(i).name(), other, path(i));
            }
        }
        cutCycles(members);
    }

    private static int bootGroup(Member member) {
        return member.bootGroup() == null ? USUAL : member.bootGroup();
    }

    private static List<String> dependencies(Member member) {
        return member.dependsOn() == null ? List.of() : member.dependsOn();
    }

    private static String path(int index) {
        return "virtualMachines[" + index + "].dependsOn: ";
    }

    /** No VM waits for another one. */
    boolean isFlat() {
        return bootGroups.values().stream().distinct().count() < 2
                && after.values().stream().allMatch(Set::isEmpty);
    }

    /** What is wrong with what a VM depends on, each with its path. */
    List<String> faultsOf(String vm) {
        return faults.getOrDefault(vm, List.of());
    }

    /** Whether a VM is in none of the faults. */
    boolean isSound(String vm) {
        return !unsound.contains(vm);
    }

    /**
     * VMs that may not be started yet.
     *
     * @return by VM, which ones have to become ready next before its turn comes
     */
    Map<String, Set<String>> waitingToStart(Predicate<String> ready) {
        return waiting(ready, after, group -> group);
    }

    /**
     * VMs that may not be stopped yet.
     *
     * @return by VM, which ones have to be down next before its turn comes
     */
    Map<String, Set<String>> waitingToStop(Predicate<String> down) {
        Map<String, Set<String>> before = new HashMap<>();
        after.forEach(
                (vm, others) ->
                        others.forEach(
                                o -> before.computeIfAbsent(o, _ -> new HashSet<>()).add(vm)));
        return waiting(down, before, group -> -group);
    }

    private Map<String, Set<String>> waiting(
            Predicate<String> done, Map<String, Set<String>> after, IntUnaryOperator rank) {
        Set<String> open = new LinkedHashSet<>(bootGroups.keySet());
        open.removeIf(done);
        OptionalInt turn = open.stream().mapToInt(vm -> rank(vm, rank)).min();
        Map<String, Set<String>> waiting = new LinkedHashMap<>();
        if (turn.isEmpty()) {
            return waiting;
        }
        Map<String, Set<String>> next = new HashMap<>();
        Set<String> all = new TreeSet<>();
        open.stream()
                .filter(vm -> rank(vm, rank) == turn.getAsInt())
                .forEach(vm -> all.addAll(next(vm, open, after, next)));
        for (String vm : open) {
            if (rank(vm, rank) > turn.getAsInt()) {
                waiting.put(vm, all);
            } else if (!next(vm, open, after, next).contains(vm)) {
                waiting.put(vm, next(vm, open, after, next));
            }
        }
        return waiting;
    }

    private int rank(String vm, IntUnaryOperator rank) {
        return rank.applyAsInt(bootGroups.getOrDefault(vm, USUAL));
    }

    /** Those whose turn is now, of a VM and all that it waits for. */
    private static Set<String> next(
            String vm,
            Set<String> open,
            Map<String, Set<String>> after,
            Map<String, Set<String>> known) {
        Set<String> found = known.get(vm);
        if (found == null) {
            found = new TreeSet<>();
            for (String other : after.getOrDefault(vm, Set.of())) {
                if (open.contains(other)) {
                    found.addAll(next(other, open, after, known));
                }
            }
            if (found.isEmpty()) {
                found.add(vm);
            }
            known.put(vm, found);
        }
        return found;
    }

    private void depend(String vm, String other, String path) {
        Integer theirs = bootGroups.get(other);
        int ours = bootGroups.getOrDefault(vm, USUAL);
        if (theirs == null) {
            fault(vm, path + other + " is not a VM of this group");
        } else if (vm.equals(other)) {
            fault(vm, path + vm + " depends on itself");
        } else if (theirs > ours) {
            fault(
                    vm,
                    path
                            + "%s starts later, in boot group %d; %s is in boot group %d"
                                    .formatted(other, theirs, vm, ours));
        } else if (theirs == ours) {
            after.getOrDefault(vm, new HashSet<>()).add(other);
        }
    }

    private void fault(String vm, String what) {
        faults.computeIfAbsent(vm, _ -> new ArrayList<>()).add(what);
        unsound.add(vm);
    }

    /**
     * VMs of a cycle are not ordered after one another; whatever is outside of it keeps its place.
     */
    private void cutCycles(List<Member> members) {
        Map<String, Set<String>> knots = knots();
        if (knots.isEmpty()) {
            return;
        }
        Set<String> told = new HashSet<>();
        for (int i = 0; i < members.size(); i++) {
            String vm = members.get(i).name();
            List<String> cycle = told.contains(vm) ? List.of() : way(vm, vm, knots);
            if (!cycle.isEmpty()) {
                fault(vm, path(i) + "cycle " + String.join(" -> ", cycle));
                told.addAll(cycle);
            }
        }
        unsound.addAll(told);
        knots.forEach(
                (vm, others) ->
                        after.getOrDefault(vm, new HashSet<>())
                                .removeIf(o -> others.contains(o) && !way(o, vm, knots).isEmpty()));
    }

    /** What is left of the dependencies when all that can be put in order is taken out. */
    private Map<String, Set<String>> knots() {
        Map<String, Set<String>> left = new LinkedHashMap<>();
        after.forEach((vm, others) -> left.put(vm, new LinkedHashSet<>(others)));
        boolean untied = true;
        while (untied) {
            untied = left.values().removeIf(Set::isEmpty);
            left.values().forEach(others -> others.retainAll(left.keySet()));
        }
        return left;
    }

    /**
     * The shortest way from one VM to another along what each depends on; empty if there is none.
     */
    private static List<String> way(String from, String to, Map<String, Set<String>> knots) {
        Map<String, String> cameFrom = new HashMap<>();
        Deque<String> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty()) {
            String vm = open.remove();
            for (String other : knots.getOrDefault(vm, Set.of())) {
                if (cameFrom.putIfAbsent(other, vm) == null) {
                    if (other.equals(to)) {
                        return path(from, to, cameFrom);
                    }
                    open.add(other);
                }
            }
        }
        return List.of();
    }

    private static List<String> path(String from, String to, Map<String, String> cameFrom) {
        List<String> way = new ArrayList<>(List.of(to));
        @Nullable String vm = cameFrom.get(to);
        while (vm != null && !vm.equals(from)) {
            way.addFirst(vm);
            vm = cameFrom.get(vm);
        }
        way.addFirst(from);
        return way;
    }
}
