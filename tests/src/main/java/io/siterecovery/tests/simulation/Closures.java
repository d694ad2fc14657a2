package io.siterecovery.tests.simulation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.engine.Story;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Objects;
import io.siterecovery.tests.simulation.world.QuorumTaints;
import io.siterecovery.tests.simulation.world.World;
import java.util.List;

/** Nodes that DRBD closes for a while, and people who order to them, some of them by force. */
final class Closures {

    private static final Author PERSON = Author.person("in a hurry");
    private static final long SECOND = Agenda.SECOND;

    private final Agenda agenda;
    private final Dice dice;
    private final World world;
    private final QuorumTaints taints;
    private final long until;
    private int orders;

    Closures(Agenda agenda, Dice dice, Story story, World world, long until) {
        this.agenda = agenda;
        this.dice = dice;
        this.world = world;
        this.until = until;
        this.taints = new QuorumTaints(world, agenda, story);
    }

    void begin() {
        agenda.after(dice.between(0, 20) * SECOND, this::closed);
        agenda.after(dice.between(5, 30) * SECOND, this::order);
    }

    void end() {
        taints.regainAll();
    }

    private void closed() {
        if (agenda.micros() >= until) {
            return;
        }
        String node = dice.of(List.copyOf(world.agents().keySet()));
        taints.lose(node);
        long length = dice.between(5, 60) * SECOND;
        agenda.after(length, () -> taints.regain(node));
        agenda.after(length + dice.between(0, 20) * SECOND, this::closed);
    }

    private void order() {
        if (agenda.micros() >= until) {
            return;
        }
        Group group = dice.of(world.layout().groups());
        String name = "hurry-" + ++orders;
        ObjectNode failover =
                Objects.failover(
                        "dr-" + group.deployment(),
                        name,
                        group,
                        dice.of(List.of(World.EAST, World.WEST)),
                        dice.chance(0.1));
        ((ObjectNode) failover.get("spec")).put("force", dice.chance(0.5));
        world.at(World.QUORUM).create(PERSON, ResourceKind.FAILOVER, failover);
        agenda.after(dice.between(3, 25) * SECOND, this::order);
    }
}
