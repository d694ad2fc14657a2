package io.siterecovery.tests.simulation;

import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.control.Bugs;
import io.siterecovery.tests.simulation.control.ControlPlane;
import io.siterecovery.tests.simulation.control.Interference;
import io.siterecovery.tests.simulation.control.Network;
import io.siterecovery.tests.simulation.control.Surroundings;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.oracle.Oracle;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Layout;
import io.siterecovery.tests.simulation.world.Objects;
import io.siterecovery.tests.simulation.world.World;
import java.util.Map;
import java.util.TreeMap;

/** One seed, from the first step to the verdict. */
public final class Schedule {

    private final Agenda agenda = new Agenda();
    private final Story story;
    private final World world;
    private final ControlPlane control;
    private final Oracle oracle;
    private final long seed;

    public Schedule(long seed, boolean tell) {
        this.seed = seed;
        Dice dice = new Dice(seed);
        story = new Story(agenda, tell);
        world = new World(Layout.plain(), agenda, dice.fork(), story);
        Network network = new Network(dice.fork());
        Surroundings around =
                new Surroundings(
                        world, network, Interference.NONE, Bugs.NONE, () -> 0, () -> 0, (t, k) -> {});
        control = new ControlPlane(agenda, dice.fork(), story, around);
        oracle = new Oracle(world);
    }

    public Outcome run() {
        control.start();
        Group group = world.layout().groups().getFirst();
        agenda.after(
                10 * Agenda.SECOND,
                () ->
                        world.at(World.QUORUM)
                                .create(
                                        Author.person("operator"),
                                        ResourceKind.FAILOVER,
                                        Objects.failover(
                                                "dr-prod", "move", group, World.WEST, false)));
        long steps = 0;
        while (agenda.step(60 * Agenda.SECOND)) {
            steps++;
            oracle.look();
            if (oracle.violation().isPresent()) {
                break;
            }
        }
        Map<String, Integer> ends = new TreeMap<>();
        world.at(World.QUORUM)
                .list(ResourceKind.FAILOVER, null)
                .forEach(f -> ends.merge(f.text("status", "state") + " " + f.text("status", "message"), 1, Integer::sum));
        return new Outcome(
                seed, oracle.violation(), steps, agenda.micros() / 1e6, ends, story.lines());
    }
}
