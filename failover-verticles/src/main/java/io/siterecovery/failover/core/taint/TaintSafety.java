package io.siterecovery.failover.core.taint;

import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.proof.PlannedProof;
import io.siterecovery.failover.core.proof.Replication;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whom it would harm to take DRBD's taints off nodes, and whether they are in the way at all.
 *
 * <p>A taint sits on a node and touches everybody there, so it is only taken off where a VM of the
 * group has no other node, where DRBD lets the group itself write, and where no other group has VMs
 * or is coming, of any namespace and any deployment.
 */
public final class TaintSafety {

    /** An answer about others is not asked for again before it is this old. */
    public static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    /**
     * A node of the site.
     *
     * @param open whether it is ready and takes pods at all
     * @param drbd keys of DRBD's taints on it
     */
    public record SiteNode(String name, boolean open, List<String> drbd) {}

    /**
     * A VM that an API server says is up or coming up.
     *
     * @param node empty while it has none
     * @param claim of its VM; empty when that carries none
     * @param member the group of this deployment that its VM belongs to without a claim, as one
     *     that was made again or is not held by anybody yet
     */
    public record Instance(
            Optional<String> node, Optional<Claim> claim, Optional<GroupId> member) {}

    /**
     * Taints that keep VMs from this site: one for which an untainted node has all its disks needs
     * none removed.
     *
     * @param running VMs that are up there already
     */
    public static List<NodeTaint> inTheWay(
            Replication replication,
            ClusterId site,
            Collection<SiteNode> nodes,
            Set<String> running) {
        Set<String> vms = new TreeSet<>();
        replication.volumes().forEach(v -> vms.add(v.vm()));
        vms.removeAll(running);
        Set<String> closed = new TreeSet<>();
        for (String vm : vms) {
            List<SiteNode> homes =
                    nodes.stream()
                            .filter(SiteNode::open)
                            .filter(n -> carries(replication, site, n.name(), vm))
                            .toList();
            if (homes.stream().noneMatch(n -> n.drbd().isEmpty())) {
                homes.forEach(n -> closed.add(n.name()));
            }
        }
        return nodes.stream()
                .filter(n -> closed.contains(n.name()))
                .flatMap(n -> n.drbd().stream().map(key -> new NodeTaint(n.name(), key)))
                .toList();
    }

    private static boolean carries(
            Replication replication, ClusterId site, String node, String vm) {
        return replication.volumes().stream()
                .filter(v -> v.vm().equals(vm))
                .allMatch(v -> reportsOn(replication, site, node, v).findAny().isPresent());
    }

    private static Stream<NodeReport> reportsOn(
            Replication replication, ClusterId site, String node, GroupVolume volume) {
        return volume.resource().stream()
                .flatMap(r -> replication.reportsOf(r, site).stream())
                .filter(r -> r.node().equals(node));
    }

    /**
     * Other groups that have VMs on these nodes or are on their way there.
     *
     * @param found every VM of the site that is up or coming up
     * @param underWay groups of this deployment that are moving to the site
     * @param carried whether these nodes have disks of a group of this deployment
     */
    public static Bystanders bystanders(
            String deployment,
            GroupId group,
            Set<String> nodes,
            List<Instance> found,
            Set<GroupId> underWay,
            Predicate<GroupId> carried) {
        Set<GroupId> groups = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (Instance instance : found) {
            boolean there = instance.node().map(nodes::contains).orElse(true);
            if (!there) {
                continue;
            }
            Optional<Claim> theirs =
                    instance.claim().filter(c -> !c.deployment().equals(deployment));
            if (theirs.isPresent()) {
                // Where one without a node will go is not ours to know: it may be here.
                others.add(theirs.get().deployment() + "/" + theirs.get().group());
                continue;
            }
            instance.claim()
                    .map(claim -> GroupId.ofOwnership(claim.group()))
                    .or(instance::member)
                    .filter(id -> instance.node().isPresent() || carried.test(id))
                    .ifPresent(groups::add);
        }
        underWay.stream().filter(carried).forEach(groups::add);
        groups.remove(group);
        return new Bystanders(groups, others.size());
    }

    /** Whether these may be taken off now, as far as it is on record who is passed over. */
    public static boolean mayRemove(Bystanders whom, Untainting stored) {
        return whom.without(stored.passedOver()).isEmpty();
    }

    /**
     * What to store next: the taints whose cause is not the group's own, those passed over by
     * {@code force}, and what is waited for.
     */
    public static Untainting next(
            Untainting stored,
            Taints taints,
            Replication replication,
            ClusterId site,
            String namespace,
            boolean forced,
            Instant now) {
        List<NodeTaint> ready = ready(taints, replication, site, now);
        Bystanders whom = taints.asked().map(Taints.Asked::whom).orElse(Bystanders.NOBODY);
        Set<String> removed = new TreeSet<>(stored.removed());
        ready.forEach(t -> removed.add(t.toString()));
        Set<String> despite = new TreeSet<>(stored.despite());
        if (forced && whom.unlessForced(true).isEmpty() && !ready.isEmpty()) {
            despite.addAll(whom.named());
        }
        Bystanders waited = whom.without(despite);
        return new Untainting(
                stored.until(),
                List.copyOf(removed),
                List.copyOf(despite),
                waitsFor(taints, ready, waited, namespace));
    }

    /**
     * Those to take off now: DRBD lets the group write there, so whatever the taint is about is
     * none of its own disks.
     */
    public static List<NodeTaint> ready(
            Taints taints, Replication replication, ClusterId site, Instant now) {
        return taints.inTheWay().stream()
                .filter(t -> writable(replication, site, t.node(), now))
                .toList();
    }

    /** Whether others are asked, or asked again, before anything is taken off. */
    public static boolean asks(Taints taints, Untainting stored, Instant now) {
        return taints.asked()
                .map(
                        asked ->
                                mayRemove(asked.whom(), stored)
                                        || !asked.at().plus(ASK_AGAIN).isAfter(now))
                .orElse(true);
    }

    private static boolean writable(
            Replication replication, ClusterId site, String node, Instant now) {
        return replication.reports().stream()
                .filter(r -> r.cluster().equals(site) && r.node().equals(node))
                .allMatch(
                        r ->
                                r.countsAt(now, PlannedProof.MAX_SILENCE)
                                        && !Boolean.TRUE.equals(r.state().forceIoFailures())
                                        && r.state().volumes().stream()
                                                .allMatch(v -> Boolean.TRUE.equals(v.quorum())));
    }

    private static String waitsFor(
            Taints taints, List<NodeTaint> ready, Bystanders waited, String namespace) {
        List<String> words = new ArrayList<>();
        List<NodeTaint> own = new ArrayList<>(taints.inTheWay());
        own.removeAll(ready);
        if (!own.isEmpty()) {
            words.add(
                    "DRBD has not said that the group itself may write there: "
                            + Taints.described(own));
        }
        if (!waited.isEmpty() && !ready.isEmpty()) {
            words.add(
                    "other Protection Groups have running VMs there: "
                            + waited.described(namespace));
        }
        return String.join("; ", words);
    }

    private TaintSafety() {}
}
