package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.Ownership.Past;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.world.ApiServer.Change;
import io.siterecovery.tests.simulation.world.DrbdResource;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.Replica;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/** Judges each change of an ownership by what is true at that moment. */
final class OwnershipRules {

    /** What lost power so lately still counts as there: its agent has just spoken. */
    private static final long STILL_BELIEVED = 5 * Agenda.SECOND;

    private final World world;
    private final Truth truth;
    private final WriteRules writes;
    private final LongSupplier now;
    private final BiConsumer<String, String> found;
    private final Map<Group, Long> heldSince = new HashMap<>();
    private final Map<String, Boolean> lossless = new HashMap<>();

    OwnershipRules(
            World world,
            Truth truth,
            WriteRules writes,
            LongSupplier now,
            BiConsumer<String, String> found) {
        this.world = world;
        this.truth = truth;
        this.writes = writes;
        this.now = now;
        this.found = found;
    }

    /** When the group last got a holder. */
    long heldSince(Group group) {
        return heldSince.getOrDefault(group, 0L);
    }

    void landed(Change change) {
        if (!change.key().kind().equals(ResourceKind.GROUP_OWNERSHIP)) {
            return;
        }
        Optional<Group> group = truth.groupOwned(change.key().namespace(), change.key().name());
        if (group.isEmpty()) {
            return;
        }
        if (change.now() == null) {
            found.accept("Close", "the ownership of " + group.get() + " was deleted");
            return;
        }
        Ownership next = Truth.read(change.now());
        Ownership before =
                change.before() == null ? Ownership.unclaimed() : Truth.read(change.before());
        holder(group.get(), before, next);
        lock(group.get(), change, before, next);
    }

    private void holder(Group group, Ownership before, Ownership next) {
        if (before.holder().equals(next.holder())) {
            return;
        }
        switch (next.holder()) {
            case Holder.Unclaimed() ->
                    found.accept("Close", group + " was " + before.holder() + " and is unclaimed");
            case Holder.Moving(var from, _) -> {
                boolean leftBetween =
                        before.holder() instanceof Holder.Moving(var was, _)
                                && was.equals(from)
                                && isEmergency(next);
                if (!before.holder().isAt(from) && !leftBetween) {
                    found.accept("Close", "closed " + group + ", which was " + before.holder());
                }
            }
            case Holder.At(var at) -> {
                heldSince.put(group, now.getAsLong());
                if (before.holder() instanceof Holder.At) {
                    found.accept("Close", group + " moved without Close to " + at);
                } else if (before.holder() instanceof Holder.Moving(var from, var to)
                        && to.equals(at)) {
                    if (isEmergency(next)) {
                        grantedInEmergency(group, next, from.name(), to.name());
                    } else {
                        granted(group, from.name(), to.name());
                    }
                }
            }
        }
    }

    /** At Grant nothing at the source can write, and the target has every byte. */
    private void granted(Group group, String from, String to) {
        boolean excused = writes.disturbed(group, from);
        for (Machine machine : group.machines()) {
            world.guests(machine)
                    .filter(g -> g.site().equals(from) && !g.isOff())
                    .filter(g -> !writes.excused(g))
                    .map(Guest::toString)
                    .findFirst()
                    .ifPresent(
                            g -> found.accept("I1", "granted to " + to + " while " + g + " lives"));
            if (truth.isMember(group, machine)
                    && !truth.listed(from, group.namespace(), machine.name())) {
                found.accept("Fence", "granted to " + to + " while " + machine + " is not fenced");
            }
            if (!excused) {
                complete(machine, to);
            }
        }
    }

    private boolean isEmergency(Ownership ownership) {
        return is(ownership, "failoverType", "emergency");
    }

    private boolean is(Ownership ownership, String field, String value) {
        return ownership
                .lock()
                .flatMap(
                        lock ->
                                world.at(World.QUORUM)
                                        .list(ResourceKind.FAILOVER, null)
                                        .filter(f -> f.uid().equals(lock.uid()))
                                        .findFirst())
                .filter(f -> f.text("spec", field).equals(value))
                .isPresent();
    }

    /**
     * Nothing at the source can write, unless a human said so and was wrong; the disks are good.
     */
    private void grantedInEmergency(Group group, Ownership next, String from, String to) {
        boolean sure = is(next, "force", "true");
        for (Machine machine : group.machines()) {
            Optional<Guest> writing =
                    world.guests(machine)
                            .filter(g -> g.site().equals(from) && g.canWrite())
                            .filter(g -> !writes.excused(g))
                            .findFirst();
            if (writing.isPresent() && !sure) {
                found.accept("I1", "granted to " + to + " while " + writing.get() + " can write");
            }
            if (!writes.disturbed(group, from)) {
                upToDate(machine, to);
            }
        }
        next.lock().ifPresent(lock -> lossless.put(lock.uid(), isComplete(group, to)));
    }

    /** Whether nothing was lost when this Failover was granted; empty if it was not. */
    Optional<Boolean> lossless(String failover) {
        return Optional.ofNullable(lossless.get(failover));
    }

    private void upToDate(Machine machine, String to) {
        for (String claim : machine.claims()) {
            DrbdResource resource = world.resources().get(machine.resource(claim));
            if (resource != null
                    && resource.replicas().stream()
                            .filter(r -> r.site().equals(to))
                            .noneMatch(r -> r.upToDateSince(now.getAsLong() - STILL_BELIEVED))) {
                found.accept("I7", "granted to " + to + ", no disk of " + machine + " is good");
            }
        }
    }

    private boolean isComplete(Group group, String to) {
        return group.machines().stream()
                .filter(m -> truth.isMember(group, m))
                .flatMap(m -> m.claims().stream().map(m::resource))
                .map(name -> world.resources().get(name))
                .allMatch(
                        r ->
                                r == null
                                        || r.replicas().stream()
                                                .filter(x -> x.site().equals(to))
                                                .anyMatch(Replica::complete));
    }

    private void complete(Machine machine, String to) {
        for (String claim : machine.claims()) {
            DrbdResource resource = world.resources().get(machine.resource(claim));
            if (resource != null
                    && resource.replicas().stream()
                            .filter(r -> r.site().equals(to))
                            .noneMatch(Replica::complete)) {
                List<String> all = resource.replicas().stream().map(Replica::described).toList();
                found.accept(
                        "I7", "granted to " + to + " which lacks data of " + machine + ": " + all);
            }
        }
    }

    /** A lock is let go only once its Failover has ended, and only a Failover that may takes it. */
    private void lock(Group group, Change change, Ownership before, Ownership next) {
        if (before.lock().equals(next.lock())) {
            return;
        }
        before.lock()
                .flatMap(lock -> failover(change, lock))
                .filter(f -> f.text("status", "state").isEmpty())
                .ifPresent(
                        f ->
                                found.accept(
                                        "Lock",
                                        group
                                                + " was taken from "
                                                + f.key()
                                                + ", which still runs"));
        if (next.lock().isEmpty()) {
            return;
        }
        Lock taken = next.lock().get();
        failover(change, taken)
                .filter(f -> f.at("spec", "dryRun").asBoolean())
                .ifPresent(f -> found.accept("I11", f.key() + " is a dry run and locked " + group));
        Optional<Past> own =
                next.history().stream().filter(p -> p.uid().equals(taken.uid())).findFirst();
        boolean twice =
                own.isPresent()
                        && before.history().stream()
                                .anyMatch(
                                        p ->
                                                p.origin().equals(own.get().origin())
                                                        && p.name().equals(own.get().name()));
        if (twice) {
            found.accept("Twice", own.get().shown() + " is carried out a second time");
        }
    }

    private Optional<Stored> failover(Change change, Lock lock) {
        return world.at(World.QUORUM)
                .get(ResourceKind.FAILOVER, change.key().namespace(), lock.failover())
                .filter(f -> f.uid().equals(lock.uid()));
    }
}
