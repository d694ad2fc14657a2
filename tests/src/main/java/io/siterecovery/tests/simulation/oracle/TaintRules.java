package io.siterecovery.tests.simulation.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.world.ApiServer.Change;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Guest;
import io.siterecovery.tests.simulation.world.QuorumTaints;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * I5: we take nothing but DRBD's taint off a node, for a Failover that has it on record, and from
 * under nobody but groups of the same deployment that the record passes over by force.
 */
final class TaintRules {

    private final World world;
    private final Truth truth;
    private final BiConsumer<String, String> found;

    TaintRules(World world, Truth truth, BiConsumer<String, String> found) {
        this.world = world;
        this.truth = truth;
        this.found = found;
    }

    void landed(Change change) {
        Stored before = change.before();
        Stored now = change.now();
        if (!change.author().ours() || !change.key().kind().equals(ResourceKind.NODE)) {
            return;
        }
        String node = change.key().name();
        String who = change.author().who();
        if (before == null || now == null || !rest(before).equals(rest(now))) {
            found.accept("I5", who + " changed more of " + node + " than DRBD's taint");
            return;
        }
        Set<String> refusals = new TreeSet<>();
        for (Stored failover : takingOff(change.author().deployment(), node, change)) {
            Optional<String> harmed = harmed(failover, change.author().deployment(), change);
            if (harmed.isEmpty()) {
                return;
            }
            refusals.add(failover.key().name() + " has it on record, but " + harmed.get());
        }
        found.accept(
                "I5",
                who
                        + " opened "
                        + node
                        + ": "
                        + (refusals.isEmpty() ? "no Failover has that on record" : refusals));
    }

    /** The node as it may not be changed: versions aside, all but this one taint. */
    private static JsonNode rest(Stored node) {
        ObjectNode tree = node.tree().deepCopy();
        ObjectNode meta = (ObjectNode) tree.get("metadata");
        meta.remove(List.of("resourceVersion", "generation"));
        List<JsonNode> others = new ArrayList<>();
        node.at("spec", "taints")
                .forEach(
                        taint -> {
                            if (!taint.path("key").asText().equals(QuorumTaints.LOST)) {
                                others.add(taint);
                            }
                        });
        ((ObjectNode) tree.get("spec")).remove("taints");
        return tree.put("others", others.toString());
    }

    private List<Stored> takingOff(String deployment, String node, Change change) {
        return world.at(World.QUORUM)
                .list(ResourceKind.FAILOVER, "dr-" + deployment)
                .filter(f -> f.text("status", "targetCluster").equals(change.server().name()))
                .filter(f -> texts(f, "removed").contains(QuorumTaints.LOST + " on " + node))
                .toList();
    }

    /** Who is on the node and may not be passed over. */
    private Optional<String> harmed(Stored failover, String deployment, Change change) {
        List<String> despite = texts(failover, "despite");
        boolean forced = failover.at("spec", "force").asBoolean();
        String own = failover.text("status", "operation", "group");
        for (Guest guest :
                world.kubeVirt(change.server().name())
                        .guests()
                        .filter(g -> !g.isOff() && g.node().equals(change.key().name()))
                        .toList()) {
            Group of =
                    truth.groupOf(guest.machine().namespace(), guest.machine().name())
                            .orElseThrow();
            boolean mine = ours(of, deployment) && named(of).equals(own);
            boolean passedOver = ours(of, deployment) && forced && despite.contains(named(of));
            if (!mine && !passedOver && isKnown(guest, of, deployment)) {
                return Optional.of(guest + " is there");
            }
        }
        return Optional.empty();
    }

    /** What carries no claim is nobody's to other deployments, as one that was just made again. */
    private boolean isKnown(Guest guest, Group group, String deployment) {
        boolean claimed =
                world.at(guest.site())
                        .get(
                                ResourceKind.VIRTUAL_MACHINE,
                                guest.machine().namespace(),
                                guest.machine().name())
                        .filter(vm -> !vm.annotation(ApiGroups.CLAIM).isEmpty())
                        .isPresent();
        return claimed || (ours(group, deployment) && truth.isMember(group, guest.machine()));
    }

    private static boolean ours(Group group, String deployment) {
        return group.deployment().equals(deployment);
    }

    private static String named(Group group) {
        return group.namespace() + "/" + group.name();
    }

    private static List<String> texts(Stored failover, String list) {
        List<String> texts = new ArrayList<>();
        failover.at("status", "operation", "taints", list).forEach(t -> texts.add(t.asText()));
        return texts;
    }
}
