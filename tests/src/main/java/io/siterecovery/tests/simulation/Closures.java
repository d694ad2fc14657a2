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
        String target = dice.of(List.of(World.EAST, World.WEST));
        List<String> closed = taints.closed();
        if (!closed.isEmpty()) {
            target = world.layout().siteOf(dice.of(closed));
            group = dice.of(elsewhere(target, group));
        }
        String name = "hurry-" + ++orders;
        ObjectNode failover =
                Objects.failover("dr-" + group.deployment(), name, group, target, dice.chance(0.1));
        ((ObjectNode) failover.get("spec")).put("force", dice.chance(0.5));
        world.at(World.QUORUM).create(PERSON, ResourceKind.FAILOVER, failover);
        agenda.after(dice.between(3, 15) * SECOND, this::order);
    }

    /** Groups that are not at the site, or this one. */
    private List<Group> elsewhere(String site, Group otherwise) {
        List<Group> groups =
                world.layout().groups().stream()
                        .filter(
                                g ->
                                        world.at(World.QUORUM)
                                                .get(
                                                        ResourceKind.GROUP_OWNERSHIP,
                                                        "dr-" + g.deployment(),
                                                        g.ownershipName())
                                                .filter(
                                                        o ->
                                                                !o.text("spec", "holder", "at")
                                                                        .equals(site))
                                                .isPresent())
                        .toList();
        return groups.isEmpty() ? List.of(otherwise) : groups;
    }
}
