package io.siterecovery.tests.simulation.world;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Story;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * DRBD's high-availability agents: each closes its node to new pods while a resource there, of
 * nobody's group, has lost its quorum, sets that again every few seconds, and takes it off at the
 * end. Each node has a taint of somebody else, too.
 */
public final class QuorumTaints {

    public static final String LOST = "drbd.linbit.com/lost-quorum";
    public static final String FOREIGN = "example.com/maintenance";

    private static final long EVERY = 5 * Agenda.SECOND;

    private final World world;
    private final Agenda agenda;
    private final Story story;
    private final Set<String> lost = new TreeSet<>();

    /** From now on agents look at their nodes. */
    public QuorumTaints(World world, Agenda agenda, Story story) {
        this.world = world;
        this.agenda = agenda;
        this.story = story;
        for (String site : List.of(World.EAST, World.WEST)) {
            world.layout().nodes(site).forEach(node -> taint(node, FOREIGN, "PreferNoSchedule"));
        }
        look();
    }

    public void lose(String node) {
        story.tell("drbd", () -> node + ": a resource of somebody's has lost its quorum");
        lost.add(node);
        taint(node, LOST, "NoSchedule");
    }

    public void regain(String node) {
        story.tell("drbd", () -> node + ": it has its quorum again");
        lost.remove(node);
    }

    /** Nodes that are closed now. */
    public List<String> closed() {
        return List.copyOf(lost);
    }

    public void regainAll() {
        Set.copyOf(lost).forEach(this::regain);
    }

    private void look() {
        for (String site : List.of(World.EAST, World.WEST)) {
            for (String node : world.layout().nodes(site)) {
                if (lost.contains(node)) {
                    taint(node, LOST, "NoSchedule");
                } else {
                    clear(node);
                }
            }
        }
        agenda.after(EVERY, this::look);
    }

    private void taint(String node, String key, String effect) {
        update(
                node,
                taints -> {
                    if (!taints.findValuesAsText("key").contains(key)) {
                        taints.addObject().put("key", key).put("effect", effect);
                    }
                });
    }

    private void clear(String node) {
        update(
                node,
                taints -> {
                    for (int i = taints.size() - 1; i >= 0; i--) {
                        if (taints.get(i).path("key").asText().equals(LOST)) {
                            taints.remove(i);
                        }
                    }
                });
    }

    private void update(String node, Consumer<ArrayNode> change) {
        world.at(world.layout().siteOf(node))
                .update(
                        Author.SYSTEM,
                        new ObjectKey(ResourceKind.NODE, "", node),
                        tree -> change.accept(((ObjectNode) tree.get("spec")).withArray("taints")));
    }
}
