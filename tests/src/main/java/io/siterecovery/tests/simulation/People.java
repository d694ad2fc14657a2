package io.siterecovery.tests.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.DrbdResource;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.ObjectKey;
import io.siterecovery.tests.simulation.world.Objects;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Operators, owners, and the tools they let loose. */
final class People {

    private static final Author PERSON = Author.person("person");
    private static final Author GIT = Author.person("git");

    /** Long enough to be certain that a site is silent. */
    private static final long BETWEEN_DOUBTS = 9 * Agenda.SECOND;

    private static final int MOST_DOUBTS = 2;

    private final Agenda agenda;
    private final Dice dice;
    private final Story story;
    private final World world;
    private final long until;
    private int orders;

    People(Agenda agenda, Dice dice, Story story, World world, long until) {
        this.agenda = agenda;
        this.dice = dice;
        this.story = story;
        this.world = world;
        this.until = until;
    }

    private Group anyGroup() {
        return dice.of(world.layout().groups());
    }

    private Machine anyMachine() {
        return dice.of(anyGroup().machines());
    }

    private String anySite() {
        return dice.of(List.of(World.EAST, World.WEST));
    }

    // --- orders ---

    /** The order that the schedule is about. */
    void firstOrder() {
        order(anyGroup(), World.WEST);
    }

    void moreOrders() {
        every(
                15,
                () -> {
                    switch (dice.between(0, 11)) {
                        case 0, 1, 2, 3, 4 -> order(anyGroup(), anySite());
                        case 5, 6 -> cancelOne();
                        case 7 -> deleteOrder(false);
                        case 8 -> deleteOrder(true);
                        default -> orderAgain();
                    }
                });
    }

    private void order(Group group, String target) {
        String name = "move-" + ++orders;
        boolean asRequest = !group.atHub() && dice.chance(0.4);
        String cluster = asRequest ? anySite() : World.QUORUM;
        String namespace = asRequest ? group.namespace() : "dr-" + group.deployment();
        boolean dryRun = dice.chance(0.1);
        act(
                "person",
                () ->
                        "orders "
                                + name
                                + " of "
                                + group
                                + " to "
                                + target
                                + " on "
                                + cluster
                                + (dryRun ? ", dry run" : ""),
                () ->
                        world.at(cluster)
                                .create(
                                        PERSON,
                                        ResourceKind.FAILOVER,
                                        Objects.failover(namespace, name, group, target, dryRun)));
    }

    /** Somebody is woken at night, and orders; some are sure of what they cannot know. */
    void emergency(String lost) {
        String target = lost.equals(World.EAST) ? World.WEST : World.EAST;
        boolean sure = dice.chance(0.4);
        later(
                20,
                () ->
                        world.layout().groups().stream()
                                .filter(group -> !holder(group).equals(target))
                                .forEach(group -> orderEmergency(group, target, sure)));
        again(10, 8, this::repair, () -> true);
        doubt(lost, target, MOST_DOUBTS);
    }

    /**
     * Somebody knows no more than what is shown, says so and is refused; in the end he says what he
     * is asked to say.
     */
    private void doubt(String lost, String target, int times) {
        agenda.after(
                BETWEEN_DOUBTS,
                () -> {
                    if (agenda.micros() >= until || world.hears(lost)) {
                        return;
                    }
                    world.layout().groups().stream()
                            .filter(group -> holder(group).equals(lost))
                            .forEach(group -> makeEmergency(group, target, times == 0));
                    if (times > 0) {
                        doubt(lost, target, times - 1);
                    }
                });
    }

    /** Some lose their heads although no site is lost. */
    void panic() {
        every(40, () -> orderEmergency(anyGroup(), anySite(), dice.chance(0.4)));
    }

    /** After the last fault somebody stays until everything is repaired. */
    void repairUntilQuiet() {
        again(10, 40, this::repair, () -> true);
    }

    private void orderEmergency(Group group, String target, boolean force) {
        if (agenda.micros() >= until) {
            return;
        }
        // What was under way before is in the way now.
        cancelOne();
        makeEmergency(group, target, force);
    }

    private void makeEmergency(Group group, String target, boolean force) {
        String name = "emergency-" + ++orders;
        act(
                "person",
                () ->
                        "orders "
                                + name
                                + " of "
                                + group
                                + " to "
                                + target
                                + (force ? ", and is sure" : ""),
                () ->
                        world.at(World.QUORUM)
                                .create(
                                        PERSON,
                                        ResourceKind.FAILOVER,
                                        Objects.emergency(
                                                "dr-" + group.deployment(),
                                                name,
                                                group,
                                                target,
                                                force)));
    }

    /** Types what is asked for: gives up what waits for an operator, lets replicas meet again. */
    void repair() {
        allOrders()
                .filter(o -> o.object().text("status", "step").equals("AwaitingOperator"))
                .toList()
                .forEach(
                        o ->
                                act(
                                        "person",
                                        () -> "cancels " + o.object().key(),
                                        () ->
                                                edit(
                                                        o.server(),
                                                        PERSON,
                                                        o.object().key(),
                                                        t -> spec(t).put("cancel", true))));
        for (Group group : world.layout().groups()) {
            for (Machine machine : group.machines()) {
                for (String claim : machine.claims()) {
                    DrbdResource resource = world.resources().get(machine.resource(claim));
                    String loser = holder(group).equals(World.EAST) ? World.WEST : World.EAST;
                    if (resource != null && resource.isApart() && !holder(group).isEmpty()) {
                        story.tell("person", () -> "lets " + loser + " discard " + claim);
                        resource.discard(loser);
                    }
                }
            }
        }
    }

    /** Where the group is held; empty if nowhere. */
    private String holder(Group group) {
        return world.at(World.QUORUM)
                .get(
                        ResourceKind.GROUP_OWNERSHIP,
                        "dr-" + group.deployment(),
                        group.ownershipName())
                .map(own -> own.text("spec", "holder", "at"))
                .orElse("");
    }

    private Stream<ApiServerObject> allOrders() {
        return world.servers()
                .flatMap(
                        s ->
                                s.list(ResourceKind.FAILOVER, null)
                                        .map(o -> new ApiServerObject(s, o)));
    }

    private Optional<ApiServerObject> someOrder() {
        List<ApiServerObject> all = allOrders().toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(dice.of(all));
    }

    private record ApiServerObject(ApiServer server, Stored object) {}

    private void cancelOne() {
        someOrder()
                .ifPresent(
                        o ->
                                act(
                                        "person",
                                        () ->
                                                "cancels "
                                                        + o.object().key()
                                                        + " on "
                                                        + o.server().name(),
                                        () ->
                                                edit(
                                                        o.server(),
                                                        PERSON,
                                                        o.object().key(),
                                                        t -> spec(t).put("cancel", true))));
    }

    private void deleteOrder(boolean finalizersOff) {
        someOrder()
                .ifPresent(
                        o ->
                                act(
                                        "person",
                                        () ->
                                                "deletes "
                                                        + o.object().key()
                                                        + " on "
                                                        + o.server().name()
                                                        + (finalizersOff ? " by force" : ""),
                                        () -> {
                                            o.server().delete(PERSON, o.object().key(), null);
                                            if (finalizersOff) {
                                                edit(
                                                        o.server(),
                                                        PERSON,
                                                        o.object().key(),
                                                        t -> meta(t).remove("finalizers"));
                                            }
                                        }));
    }

    /** What a Git tool or a restore does: the old order, once more. */
    private void orderAgain() {
        List<ApiServerObject> done =
                allOrders().filter(o -> !o.object().text("status", "state").isEmpty()).toList();
        (done.isEmpty() ? someOrder() : Optional.of(dice.of(done)))
                .ifPresent(
                        o ->
                                act(
                                        "git",
                                        () ->
                                                "makes "
                                                        + o.object().key()
                                                        + " again on "
                                                        + o.server().name(),
                                        () -> {
                                            ObjectNode again = o.object().tree().deepCopy();
                                            again.remove("status");
                                            meta(again).retain("name", "namespace");
                                            if (o.server().get(o.object().key()).isPresent()) {
                                                o.server().delete(GIT, o.object().key(), null);
                                            }
                                            o.server().create(GIT, ResourceKind.FAILOVER, again);
                                        }));
    }

    // --- a Git tool ---

    /** It sets VMs and groups of one group back to what its repository says: all running. */
    void gitTool() {
        Group group = anyGroup();
        String site = anySite();
        boolean wishes = dice.chance(0.5);
        int period = dice.between(1, 8);
        every(
                period,
                () -> {
                    if (wishes) {
                        act(
                                "git",
                                () -> "sets desiredState of " + group + " on " + site,
                                () -> wish(site, group, "running"));
                    } else {
                        group.machines().forEach(m -> power(GIT, site, m, true));
                    }
                });
    }

    // --- people ---

    void meddle() {
        every(6, this::somethingOrOther);
    }

    private void somethingOrOther() {
        String site = anySite();
        Machine machine = anyMachine();
        Group group = anyGroup();
        switch (dice.between(0, 13)) {
            case 0, 1, 2 -> power(PERSON, site, machine, true);
            case 3 -> power(PERSON, site, machine, false);
            case 4 -> wishSomething(group, "stopped");
            case 5, 6 -> wishSomething(group, "running");
            case 7 -> makeMachineAgain(site, machine);
            case 8 -> stripMarks(site, machine);
            case 9 -> dropLease(group);
            case 10 -> dropFence(site, group);
            case 11 -> dropGroup(group);
            case 12 -> killInstance(site, machine);
            default -> pauseGroup(group);
        }
    }

    private void wishSomething(Group group, String state) {
        String at = group.atHub() && dice.chance(0.5) ? World.QUORUM : anySite();
        act(
                "person",
                () -> "wishes " + group + " " + state + " on " + at,
                () -> wish(at, group, state));
        later(
                20,
                () ->
                        act(
                                "person",
                                () -> "wishes " + group + " running on " + at,
                                () -> wish(at, group, "running")));
    }

    private void wish(String cluster, Group group, String state) {
        edit(
                world.at(cluster),
                PERSON,
                groupKey(cluster, group),
                t -> spec(t).put("desiredState", state));
    }

    private void pauseGroup(Group group) {
        String at = group.atHub() ? World.QUORUM : World.EAST;
        act(
                "person",
                () -> "pauses " + group,
                () ->
                        edit(
                                world.at(at),
                                PERSON,
                                groupKey(at, group),
                                t -> spec(t).put("paused", true)));
        later(
                15,
                () ->
                        act(
                                "person",
                                () -> "unpauses " + group,
                                () ->
                                        edit(
                                                world.at(at),
                                                PERSON,
                                                groupKey(at, group),
                                                t -> spec(t).put("paused", false))));
    }

    private static ObjectKey groupKey(String cluster, Group group) {
        return new ObjectKey(
                ResourceKind.PROTECTION_GROUP,
                cluster.equals(World.QUORUM) ? "dr-" + group.deployment() : group.namespace(),
                group.name());
    }

    private void power(Author author, String site, Machine machine, boolean on) {
        ObjectKey key = key(machine);
        boolean is = world.at(site).get(key).filter(v -> !halted(v)).isPresent();
        if (is == on) {
            return;
        }
        act(
                author.who(),
                () -> (on ? "starts " : "stops ") + machine + " on " + site,
                () ->
                        edit(
                                world.at(site),
                                author,
                                key,
                                t -> {
                                    if (machine.runStrategy()) {
                                        spec(t).put("runStrategy", on ? "Always" : "Halted");
                                    } else {
                                        spec(t).put("running", on);
                                    }
                                }));
    }

    private static boolean halted(Stored vm) {
        return vm.at("spec").has("running")
                ? !vm.at("spec", "running").asBoolean()
                : vm.text("spec", "runStrategy").equals("Halted");
    }

    private static ObjectKey key(Machine machine) {
        return new ObjectKey(ResourceKind.VIRTUAL_MACHINE, machine.namespace(), machine.name());
    }

    private void makeMachineAgain(String site, Machine machine) {
        act(
                "person",
                () -> "deletes " + machine + " on " + site,
                () -> world.at(site).delete(PERSON, key(machine), null));
        boolean running = dice.chance(0.7);
        again(
                3,
                5,
                () ->
                        act(
                                "person",
                                () ->
                                        "makes "
                                                + machine
                                                + " again on "
                                                + site
                                                + (running ? ", running" : ""),
                                () ->
                                        world.at(site)
                                                .create(
                                                        PERSON,
                                                        ResourceKind.VIRTUAL_MACHINE,
                                                        Objects.virtualMachine(machine, running))),
                () -> world.at(site).get(key(machine)).isEmpty());
    }

    private void stripMarks(String site, Machine machine) {
        act(
                "person",
                () -> "removes the annotations of " + machine + " on " + site,
                () ->
                        edit(
                                world.at(site),
                                PERSON,
                                key(machine),
                                t -> meta(t).remove("annotations")));
    }

    private void dropLease(Group group) {
        act(
                "person",
                () -> "deletes the lease of " + group,
                () ->
                        world.at(World.QUORUM)
                                .delete(
                                        PERSON,
                                        new ObjectKey(
                                                ResourceKind.LEASE,
                                                "dr-" + group.deployment(),
                                                "failover-lock-" + group.ownershipName()),
                                        null));
    }

    private void dropFence(String site, Group group) {
        act(
                "person",
                () -> "deletes the fence on " + site,
                () ->
                        world.at(site)
                                .delete(
                                        PERSON,
                                        new ObjectKey(
                                                ResourceKind.CONFIG_MAP,
                                                group.namespace(),
                                                ApiGroups.FENCE),
                                        null));
    }

    private void dropGroup(Group group) {
        String at = group.atHub() ? World.QUORUM : anySite();
        act(
                "person",
                () -> "deletes group " + group + " on " + at,
                () -> world.at(at).delete(PERSON, groupKey(at, group), null));
        String home = group.atHub() ? World.QUORUM : World.EAST;
        again(
                2,
                5,
                () ->
                        act(
                                "person",
                                () -> "makes group " + group + " again",
                                () -> world.writeGroup(group, group.members())),
                () -> world.at(home).get(groupKey(home, group)).isEmpty());
    }

    private void killInstance(String site, Machine machine) {
        act(
                "person",
                () -> "deletes VMI " + machine + " on " + site,
                () ->
                        world.at(site)
                                .delete(
                                        PERSON,
                                        new ObjectKey(
                                                ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                                                machine.namespace(),
                                                machine.name()),
                                        null));
    }

    // --- how ---

    private void edit(ApiServer server, Author author, ObjectKey key, Consumer<ObjectNode> change) {
        Stored before =
                server.get(key)
                        .orElseThrow(
                                () ->
                                        new KubernetesFailure(
                                                KubernetesFailure.Reason.NOT_FOUND, 404, key + ""));
        ObjectNode tree = before.tree().deepCopy();
        change.accept(tree);
        server.replace(author, key, tree);
    }

    private static ObjectNode spec(ObjectNode tree) {
        return (ObjectNode) tree.get("spec");
    }

    private static ObjectNode meta(ObjectNode tree) {
        return (ObjectNode) tree.get("metadata");
    }

    private void act(String who, java.util.function.Supplier<String> what, Runnable deed) {
        try {
            deed.run();
            story.tell(who, what);
        } catch (KubernetesFailure refused) {
            story.tell(who, () -> what.get() + " — refused: " + refused.message());
        }
    }

    private void every(int meanSeconds, Runnable what) {
        long next = dice.between(100, 2 * meanSeconds * 1000) * Agenda.MILLI;
        if (agenda.micros() + next < until) {
            agenda.after(
                    next,
                    () -> {
                        what.run();
                        every(meanSeconds, what);
                    });
        }
    }

    private void later(int withinSeconds, Runnable what) {
        agenda.after(dice.between(100, withinSeconds * 1000) * Agenda.MILLI, what);
    }

    /** Until it is done, and not for ever. */
    private void again(
            int seconds, int times, Runnable what, java.util.function.BooleanSupplier needed) {
        later(
                seconds,
                () -> {
                    if (needed.getAsBoolean()) {
                        what.run();
                    }
                    if (times > 0) {
                        again(seconds, times - 1, what, needed);
                    }
                });
    }
}
