package io.siterecovery.tests.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.Interruption.How;
import io.siterecovery.tests.simulation.Interruption.Who;
import io.siterecovery.tests.simulation.control.Bugs;
import io.siterecovery.tests.simulation.control.ControlPlane;
import io.siterecovery.tests.simulation.control.Network;
import io.siterecovery.tests.simulation.control.Surroundings;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.oracle.Oracle;
import io.siterecovery.tests.simulation.world.ApiServer;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.Layout;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.ObjectKey;
import io.siterecovery.tests.simulation.world.Objects;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** One operation in a world where nothing else happens, interrupted at one write, or at none. */
final class Episode {

    private static final Author PERSON = Author.person("person");
    private static final long SECOND = Agenda.SECOND;
    private static final long PATIENCE = 900 * SECOND;
    private static final long QUIET = 15 * SECOND;
    private static final long SEED = 1;

    private final Operation operation;
    private final Agenda agenda = new Agenda();
    private final Story story;
    private final Layout layout = Layout.plain();
    private final Group group = layout.groups().getFirst();
    private final World world;
    private final Oracle oracle;
    private final ControlPlane control;
    private final Interruption interruption;
    private boolean whenClosed;
    private boolean whenGranted;
    private long steps;

    Episode(Operation operation, int at, How how, Who who, boolean tell) {
        this.operation = operation;
        Dice dice = new Dice(SEED);
        story = new Story(agenda, tell);
        world = new World(layout, agenda, dice.fork(), story);
        oracle = new Oracle(world, agenda, story);
        interruption = new Interruption(agenda, at, how, who);
        control =
                new ControlPlane(
                        agenda,
                        dice.fork(),
                        story,
                        new Surroundings(
                                world,
                                new Network(dice.fork()),
                                interruption,
                                Bugs.NONE,
                                () -> 0,
                                () -> 0,
                                oracle::called,
                                oracle.isolation()::published));
        world.at(World.QUORUM).listen(this::ownershipChanged);
    }

    /**
     * Its end as the world has it is the only entry of the outcome's ends, its writes the story.
     */
    Outcome run() {
        control.start();
        until(5 * SECOND);
        switch (operation) {
            case PLANNED -> {
                begin();
                order(World.QUORUM, "first", World.WEST, false);
            }
            case FAILBACK -> {
                order(World.QUORUM, "first", World.WEST, false);
                settle();
                begin();
                order(World.QUORUM, "second", World.EAST, false);
            }
            case CANCELLED -> {
                whenClosed = true;
                begin();
                order(World.QUORUM, "first", World.WEST, false);
            }
            case UNDONE -> {
                whenClosed = true;
                begin();
                order(World.QUORUM, "first", World.WEST, false);
            }
            case RETRIED -> {
                whenGranted = true;
                order(World.QUORUM, "first", World.WEST, false);
                settle();
                begin();
                order(World.QUORUM, "second", World.WEST, false);
                agenda.after(12 * SECOND, () -> power(true));
            }
            case DRY_RUN -> {
                begin();
                order(World.QUORUM, "first", World.WEST, true);
            }
            case REQUESTED -> {
                begin();
                order(World.EAST, "first", World.WEST, false);
            }
            case REQUEST_DELETED -> {
                whenClosed = true;
                begin();
                order(World.EAST, "first", World.WEST, false);
            }
        }
        settle();
        return new Outcome(
                interruption.writes().size(),
                oracle.violation(),
                steps,
                agenda.micros() / 1e6,
                Map.of(end().toString(), 1),
                story.lines().isEmpty() ? List.copyOf(interruption.writes()) : story.lines());
    }

    private void begin() {
        interruption.begin(control);
    }

    private void settle() {
        long patience = agenda.micros() + PATIENCE;
        do {
            until(agenda.micros() + SECOND);
        } while (agenda.micros() < patience
                && !(oracle.end().open().isEmpty()
                        && !oracle.end().anyLocked()
                        && agenda.micros() - oracle.lastWrite() > QUIET));
    }

    private void until(long micros) {
        while (oracle.violation().isEmpty() && agenda.step(micros)) {
            oracle.look();
            steps++;
        }
    }

    /** What makes operations take the way that is meant. */
    private void ownershipChanged(ApiServer.Change change) {
        Stored now = change.now();
        if (now == null || !change.key().kind().equals(ResourceKind.GROUP_OWNERSHIP)) {
            return;
        }
        if (whenClosed && now.at("spec", "holder").has("moving")) {
            whenClosed = false;
            world.replicationCut(true);
            boolean undone = operation == Operation.UNDONE;
            agenda.after((undone ? 200 : 20) * SECOND, () -> world.replicationCut(false));
            if (operation == Operation.CANCELLED) {
                agenda.after(SECOND, () -> cancel("first"));
            } else if (operation == Operation.REQUEST_DELETED) {
                agenda.after(SECOND, this::deleteRequest);
            }
        }
        if (whenGranted && now.text("spec", "holder", "at").equals(World.WEST)) {
            whenGranted = false;
            power(false);
        }
    }

    private void power(boolean on) {
        world.power(layout.nodes(World.WEST).getFirst(), on);
    }

    private void order(String cluster, String name, String target, boolean dryRun) {
        String namespace =
                cluster.equals(World.QUORUM) ? "dr-" + group.deployment() : group.namespace();
        world.at(cluster)
                .create(
                        PERSON,
                        ResourceKind.FAILOVER,
                        Objects.failover(namespace, name, group, target, dryRun));
    }

    private void cancel(String name) {
        ObjectKey key = new ObjectKey(ResourceKind.FAILOVER, "dr-" + group.deployment(), name);
        world.at(World.QUORUM)
                .update(PERSON, key, t -> ((ObjectNode) t.get("spec")).put("cancel", true));
    }

    private void deleteRequest() {
        world.at(World.EAST)
                .delete(
                        PERSON,
                        new ObjectKey(ResourceKind.FAILOVER, group.namespace(), "first"),
                        null);
    }

    /** Everything that must be the same, whatever came between. */
    private Map<String, String> end() {
        Map<String, String> end = new TreeMap<>();
        Stored ownership =
                world.at(World.QUORUM)
                        .get(
                                ResourceKind.GROUP_OWNERSHIP,
                                "dr-" + group.deployment(),
                                group.ownershipName())
                        .orElseThrow();
        end.put("holder", ownership.at("spec", "holder").toString());
        end.put("lock", ownership.text("spec", "operation"));
        for (Machine machine : group.machines()) {
            end.put(machine.name(), runs(machine));
        }
        world.servers()
                .forEach(
                        server -> {
                            server.list(ResourceKind.FAILOVER, null)
                                    .forEach(f -> end.put(server.name() + " " + f.key(), how(f)));
                            end.put(
                                    server.name() + " leases",
                                    names(server, ResourceKind.LEASE, l -> true));
                            end.put(
                                    server.name() + " held by finalizers",
                                    names(
                                            server,
                                            ResourceKind.FAILOVER,
                                            f -> !f.at("metadata", "finalizers").isEmpty()));
                            end.put(server.name() + " fence", fence(server));
                        });
        return end;
    }

    private String runs(Machine machine) {
        return world.guests(machine)
                .filter(Guest::isRunning)
                .map(g -> g + (g.canWrite() ? "" : " without its disk"))
                .toList()
                .toString();
    }

    private static String how(Stored failover) {
        for (var condition : failover.at("status", "conditions")) {
            if (condition.path("type").asText().equals("Succeeded")) {
                return failover.text("status", "state") + " " + condition.path("reason").asText();
            }
        }
        return failover.text("status", "state");
    }

    private static String names(ApiServer server, ResourceKind kind, Predicate<Stored> which) {
        return server.list(kind, null).filter(which).map(s -> s.key().name()).toList().toString();
    }

    private String fence(ApiServer server) {
        return server.get(ResourceKind.CONFIG_MAP, group.namespace(), "site-recovery-fence")
                .map(
                        map ->
                                map.at("data").properties().stream()
                                        .map(Map.Entry::getKey)
                                        .toList()
                                        .toString())
                .orElse("[]");
    }
}
