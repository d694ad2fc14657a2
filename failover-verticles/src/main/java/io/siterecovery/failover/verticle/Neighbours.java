package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.failover.adapter.NodeTaints;
import io.siterecovery.failover.adapter.NodeTaints.Own;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.core.failover.Effect.RemoveTaints;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.TaintSafety;
import io.siterecovery.failover.core.taint.Taints.Asked;
import io.siterecovery.failover.view.GroupViews;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who else is on the nodes of a group, and DRBD's taints there. Asked only where there is one. */
final class Neighbours {

    private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

    private final Desk desk;
    private final GroupViews views;
    private final NodeTaints nodes;
    private final OwnershipStore ownerships;

    Neighbours(Desk desk, GroupViews views, NodeTaints nodes, OwnershipStore ownerships) {
        this.desk = desk;
        this.views = views;
        this.nodes = nodes;
        this.ownerships = ownerships;
    }

    /**
     * @return empty when the site's API server gave no answer: silence is not nobody
     */
    Optional<Asked> ask(GroupId group, ClusterId site, List<NodeTaint> taints) {
        try {
            return Optional.of(new Asked(desk.now(), bystanders(group, site, names(taints))));
        } catch (RuntimeException notAnswered) {
            LOG.atWarn()
                    .addKeyValue("tenant", desk.tenant())
                    .addKeyValue("group", group)
                    .addKeyValue("cluster", site)
                    .addKeyValue("reason", String.valueOf(notAnswered.getMessage()))
                    .log("cannot see who else is on tainted nodes");
            return Optional.empty();
        }
    }

    private Bystanders bystanders(GroupId group, ClusterId site, Set<String> on) {
        return await(
                nodes.bystanders(
                        group,
                        site,
                        on,
                        new Own(
                                views.movingTo(site),
                                other -> views.carried(other, site, on, desk.now()),
                                views::memberOf)));
    }

    /** What became of a removal. */
    record Removal(Asked asked, List<NodeTaint> removed) {}

    /**
     * Takes off what may be taken off. Who else is there is asked last, right before the patch,
     * which lands only on the node as it was read before that.
     */
    Removal remove(GroupId group, GroupObservation seen, RemoveTaints effect) {
        ClusterId site = effect.cluster();
        Map<String, Set<String>> wanted = new TreeMap<>();
        effect.taints()
                .forEach(t -> wanted.computeIfAbsent(t.node(), _ -> new TreeSet<>()).add(t.key()));
        List<NodeTaints.Seen> read = new ArrayList<>();
        for (String node : wanted.keySet()) {
            await(nodes.read(site, node, views.drbdTaints())).ifPresent(read::add);
        }
        boolean stillOurs = await(ownerships.read(group)).equals(seen.ownership());
        Asked asked = new Asked(desk.now(), bystanders(group, site, names(effect.taints())));
        List<NodeTaint> removed = new ArrayList<>();
        if (!stillOurs || !TaintSafety.mayRemove(asked.whom(), effect.stored())) {
            return new Removal(asked, removed);
        }
        for (NodeTaints.Seen node : read) {
            List<NodeTaint> there = effect.taints().stream().filter(node::has).toList();
            if (!there.isEmpty()) {
                await(
                        nodes.remove(
                                site,
                                node,
                                there.stream().map(NodeTaint::key).collect(Collectors.toSet())));
                removed.addAll(there);
            }
        }
        return new Removal(asked, removed);
    }

    private static Set<String> names(List<NodeTaint> taints) {
        return taints.stream().map(NodeTaint::node).collect(Collectors.toSet());
    }
}
