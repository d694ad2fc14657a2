package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.world.ApiServer.Change;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.KubeVirt;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.ObjectKey;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Machines are started after those they wait for, and in planned moves stopped before them. */
final class BootRules {

    /** What was true so recently may still be what a write was decided on. */
    private static final long STALE = 90 * Agenda.SECOND;

    private final World world;
    private final Truth truth;
    private final LongSupplier now;
    private final BiConsumer<String, String> found;
    private final Map<String, Long> undefined = new HashMap<>();

    BootRules(World world, Truth truth, LongSupplier now, BiConsumer<String, String> found) {
        this.world = world;
        this.truth = truth;
        this.now = now;
        this.found = found;
    }

    void landed(Change change) {
        ResourceKind kind = change.key().kind();
        if (kind.equals(ResourceKind.PROTECTION_GROUP) && change.now() == null) {
            undefined.put(change.key().name(), now.getAsLong());
        }
        if (kind.equals(ResourceKind.VIRTUAL_MACHINE) && change.author().ours()) {
            truth.groupOf(change.key().namespace(), change.key().name())
                    .ifPresent(group -> powered(group, change));
        }
    }

    private void powered(Group group, Change change) {
        Stored before = change.before();
        Stored after = change.now();
        Long gone = undefined.get(group.name());
        if (before == null || after == null || (gone != null && isRecent(gone))) {
            return;
        }
        boolean ran = !WriteRules.halted(before);
        boolean runs = !WriteRules.halted(after);
        if (runs && !ran) {
            started(group, change);
        } else if (ran && !runs && isPlannedMove(group, change.server().name(), after)) {
            stopped(group, change);
        }
    }

    private boolean isRecent(long micros) {
        return now.getAsLong() - micros < STALE;
    }

    private void started(Group group, Change change) {
        KubeVirt kubeVirt = world.kubeVirt(change.server().name());
        long since = now.getAsLong() - STALE;
        Machine machine = machine(group, change.key().name());
        others(group, machine)
                .filter(machine::comesAfter)
                .filter(other -> !kubeVirt.hasBeenReadySince(other, since))
                .forEach(
                        other ->
                                found.accept(
                                        "Boot",
                                        change.author().who()
                                                + " started "
                                                + machine
                                                + " on "
                                                + change.server().name()
                                                + " before "
                                                + other
                                                + " was ready"));
    }

    private void stopped(Group group, Change change) {
        String site = change.server().name();
        Machine machine = machine(group, change.key().name());
        others(group, machine)
                .filter(other -> other.comesAfter(machine))
                .filter(other -> isDefined(site, other))
                .flatMap(other -> world.kubeVirt(site).guest(other).stream())
                .filter(guest -> guest.hasRun() && !guest.isOff() && !isNews(site, guest))
                .forEach(
                        guest ->
                                found.accept(
                                        "Boot",
                                        change.author().who()
                                                + " stopped "
                                                + machine
                                                + " on "
                                                + site
                                                + " while "
                                                + guest
                                                + " lived"));
    }

    /** Since the beginning people have started it, or its start may not have been heard of. */
    private boolean isNews(String site, Guest guest) {
        long began = world.kubeVirt(site).lastRun(guest.machine());
        return began > Agenda.SECOND && (guest.startedByPeople() || isRecent(began));
    }

    private Stream<Machine> others(Group group, Machine machine) {
        return group.machines().stream()
                .filter(other -> !other.equals(machine))
                .filter(other -> truth.isMember(group, other));
    }

    private static Machine machine(Group group, String name) {
        return group.machines().stream()
                .filter(m -> m.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private boolean isDefined(String site, Machine machine) {
        return world.at(site)
                .get(
                        new ObjectKey(
                                ResourceKind.VIRTUAL_MACHINE, machine.namespace(), machine.name()))
                .filter(vm -> !vm.deleting())
                .isPresent();
    }

    private boolean isPlannedMove(Group group, String site, Stored vm) {
        Optional<Ownership> ownership = truth.ownership(group);
        Optional<Long> epoch = Claim.parse(vm.annotation(ApiGroups.CLAIM)).map(Claim::epoch);
        return ownership
                .filter(
                        o ->
                                o.holder() instanceof Holder.Moving(var from, _)
                                        && from.name().equals(site)
                                        && epoch.filter(e -> e == o.epoch()).isPresent())
                .flatMap(Ownership::lock)
                .flatMap(
                        lock ->
                                world.at(World.QUORUM)
                                        .get(
                                                ResourceKind.FAILOVER,
                                                "dr-" + group.deployment(),
                                                lock.failover()))
                .filter(f -> f.text("spec", "failoverType").equals("planned"))
                .isPresent();
    }
}
