package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What must be true once faults have stopped and there was time enough. */
public final class EndRules {

    private final World world;
    private final Truth truth;
    private final BiConsumer<String, String> found;

    EndRules(World world, Truth truth, BiConsumer<String, String> found) {
        this.world = world;
        this.truth = truth;
        this.found = found;
    }

    /** Failovers that have not ended, requests among them. */
    public List<Stored> open() {
        return world.servers()
                .flatMap(s -> s.list(ResourceKind.FAILOVER, null))
                .filter(f -> f.text("status", "state").isEmpty())
                .toList();
    }

    /** Whether an operation still holds a group. */
    public boolean anyLocked() {
        return world.layout().groups().stream()
                .anyMatch(
                        g ->
                                truth.ownership(g)
                                        .filter(o -> o.lock().isPresent() || moving(o))
                                        .isPresent());
    }

    private static boolean moving(Ownership ownership) {
        return ownership.holder() instanceof Holder.Moving;
    }

    /** I3, I15: everything has come to an end, and every group has a holder. */
    public void check() {
        open().forEach(
                        f ->
                                found.accept(
                                        "I3",
                                        f.key()
                                                + " is still "
                                                + f.text("status", "step")
                                                + ": "
                                                + f.text("status", "message")));
        for (Stored failover : failovers()) {
            if (failover.text("status", "message").isEmpty()) {
                found.accept("I3", failover.key() + " ended without a reason");
            }
        }
        world.layout().groups().forEach(this::check);
    }

    /** Where nothing went wrong, safe is not enough: what was ordered was done. */
    public void checkCalm() {
        for (Stored failover : failovers()) {
            if (!failover.text("status", "state").equals("Completed")) {
                found.accept(
                        "Calm",
                        failover.key()
                                + " did not complete, though nothing went wrong: "
                                + failover.text("status", "message"));
            }
        }
    }

    private List<Stored> failovers() {
        return world.at(World.QUORUM).list(ResourceKind.FAILOVER, null).toList();
    }

    private void check(Group group) {
        Optional<Ownership> ownership = truth.ownership(group);
        if (ownership.isEmpty()) {
            return;
        }
        Ownership is = ownership.get();
        if (is.holder() instanceof Holder.Unclaimed) {
            saysSo(group);
        }
        if (is.lock().isPresent()) {
            found.accept("I15", group + " is still locked by " + is.lock());
        }
        if (moving(is)) {
            found.accept("I15", group + " is still " + is.holder());
        }
        for (String site : List.of(World.EAST, World.WEST)) {
            if (is.holder() instanceof Holder.At && !is.holder().isAt(new ClusterId(site))) {
                stoppedAndFenced(group, site);
            } else if (is.holder().isAt(new ClusterId(site)) && wishedRunning(group, site)) {
                running(group, site);
            }
        }
    }

    /** I15: whoever looks at the group learns that nobody holds it. */
    private void saysSo(Group group) {
        boolean said =
                world.servers()
                        .flatMap(s -> s.list(ResourceKind.PROTECTION_GROUP, null))
                        .filter(g -> Truth.isOf(group, g))
                        .allMatch(g -> g.at("status").toString().contains("Unclaimed"));
        if (!said) {
            found.accept("I15", group + " is unclaimed and does not say so");
        }
    }

    /** I13: whatever was started where the group is not held has been stopped. */
    private void stoppedAndFenced(Group group, String site) {
        for (Machine machine : members(group)) {
            world.kubeVirt(site)
                    .guest(machine)
                    .filter(g -> !g.isOff() && !g.isStubborn())
                    .ifPresent(g -> found.accept("I13", g + " still lives off the holder"));
            if (!truth.listed(site, group.namespace(), machine.name())) {
                found.accept("Fence", machine + " is not fenced on " + site);
            }
        }
    }

    private void running(Group group, String site) {
        for (Machine machine : members(group)) {
            Optional<Stored> vm =
                    world.at(site)
                            .get(ResourceKind.VIRTUAL_MACHINE, machine.namespace(), machine.name());
            boolean lives =
                    world.kubeVirt(site)
                            .guest(machine)
                            .filter(g -> g.isRunning() || g.isStubborn())
                            .isPresent();
            boolean should = able(machine, site) && isItsTurn(group, machine, site);
            if (vm.isPresent() && !vm.get().deleting() && !lives && should) {
                found.accept("Dark", machine + " does not run on " + site + ", which holds it");
            }
        }
    }

    /** Whoever does not run is named himself, not those who wait for him. */
    private boolean isItsTurn(Group group, Machine machine, String site) {
        return members(group).stream()
                .filter(machine::comesAfter)
                .allMatch(m -> world.kubeVirt(site).guest(m).filter(Guest::isReady).isPresent());
    }

    private boolean able(Machine machine, String site) {
        boolean blocked =
                world.guests(machine).anyMatch(g -> !g.site().equals(site) && g.isStubborn());
        return !blocked && disksAt(machine, site);
    }

    private boolean disksAt(Machine machine, String site) {
        return machine.claims().stream()
                .map(c -> world.resources().get(machine.resource(c)))
                .allMatch(
                        r ->
                                r != null
                                        && r.replicas().stream()
                                                .filter(x -> x.site().equals(site))
                                                .anyMatch(x -> x.upToDate() || x.isPrimary()));
    }

    /** The group's machines that it still lists. */
    private List<Machine> members(Group group) {
        return group.machines().stream().filter(m -> truth.isMember(group, m)).toList();
    }

    private boolean wishedRunning(Group group, String site) {
        Optional<Stored> hub =
                world.at(World.QUORUM)
                        .get(
                                ResourceKind.PROTECTION_GROUP,
                                "dr-" + group.deployment(),
                                group.name());
        Optional<Stored> copy =
                world.at(site).get(ResourceKind.PROTECTION_GROUP, group.namespace(), group.name());
        return copy.isPresent()
                && copy.filter(EndRules::runs).isPresent()
                && hub.map(EndRules::runs).orElse(true);
    }

    private static boolean runs(Stored group) {
        return group.text("spec", "desiredState").equals("running")
                && !group.at("spec", "paused").asBoolean();
    }
}
