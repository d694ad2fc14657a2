package io.siterecovery.failover.verticle;

import io.siterecovery.failover.adapter.FailoverRecords.Stored;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Side;
import io.siterecovery.failover.core.failover.Observation.Vm;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.failover.Preflight.Subject;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupPolicy;
import io.siterecovery.failover.core.group.GroupReport;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.taint.Taints;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.model.FailoverStatus.MemberProgress;
import io.siterecovery.platform.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a failover sees: one moment's observation, put together from the view. */
final class FailoverSight {

    private final GroupViews views;
    private final Tenant tenant;
    private final String instanceId;

    FailoverSight(GroupViews views, Tenant tenant, String instanceId) {
        this.views = views;
        this.tenant = tenant;
        this.instanceId = instanceId;
    }

    Preflight.Seen preflight(Stored stored, Instant now) {
        FailoverOrder order = stored.order();
        Subject subject = subject(order, now);
        Optional<ClusterId> target =
                tenant.siteOf(order.spec().targetCluster()).map(ClusterId::new);
        return new Preflight.Seen(
                now,
                views.worldKnown(),
                subject,
                target,
                views.diagnoses(now),
                taints(subject, target, now),
                stored.limits(),
                crowded());
    }

    private Optional<String> crowded() {
        OptionalInt most = tenant.granted().failoversAtOnce();
        if (most.isEmpty()) {
            return Optional.empty();
        }
        long running = views.groups().stream().filter(views::isInOperation).count();
        return running < most.getAsInt()
                ? Optional.empty()
                : Optional.of(
                        "%d failovers of the deployment %s are under way, and it may have %d at once"
                                .formatted(running, tenant.name(), most.getAsInt()));
    }

    private Taints taints(Subject subject, Optional<ClusterId> target, Instant now) {
        return subject instanceof Subject.Known(var group, _)
                        && target.filter(views::hasDrbdTaints).isPresent()
                ? Taints.seen(group(group, now).taints().toRemoveAt(target.get()))
                : Taints.NONE;
    }

    private Subject subject(FailoverOrder order, Instant now) {
        List<GroupId> named =
                views.groups().stream()
                        .filter(g -> g.name().equals(order.spec().protectionGroup()))
                        .filter(g -> inNamespace(g, order))
                        .toList();
        if (named.isEmpty()) {
            return new Subject.Unknown();
        }
        List<GroupId> best =
                named.size() == 1
                        ? named
                        : named.stream().filter(g -> views.hubCopy(g).isPresent()).toList();
        if (best.size() != 1) {
            return new Subject.Ambiguous(named);
        }
        GroupId group = best.getFirst();
        GroupObservation seen = views.observe(group, instanceId, now);
        if (seen.definition().isEmpty()) {
            return new Subject.Unknown();
        }
        return new Subject.Known(group, seen(seen, order));
    }

    /** A group written in {@code dr-<d>} is meant by its name there, too. */
    private boolean inNamespace(GroupId group, FailoverOrder order) {
        String wanted = order.spec().protectionGroupNamespace();
        return wanted == null
                || wanted.equals(group.namespace())
                || (wanted.equals(tenant.namespace()) && views.hubCopy(group).isPresent());
    }

    private Preflight.GroupSeen seen(GroupObservation seen, FailoverOrder order) {
        return new GroupReport(seen)
                .asOrderedTo(
                        tenant.siteOf(order.spec().targetCluster()).map(ClusterId::new),
                        order.isEmergency());
    }

    GroupObservation group(GroupId group, Instant now) {
        return views.observe(group, instanceId, now);
    }

    Observation observe(
            FailoverPlan plan, GroupObservation group, FailoverMemory memory, boolean cancelled) {
        return new Observation(
                group.now(),
                instanceId,
                group.ownership(),
                side(plan.source(), group),
                side(plan.target(), group),
                group.replication(),
                memory.fence,
                Optional.ofNullable(memory.topicEnds),
                Optional.ofNullable(memory.inspection),
                memory.desiredStateShown,
                cancelled,
                Taints.seen(group.taints().toRemoveAt(plan.target()))
                        .answered(Optional.ofNullable(memory.neighbours)),
                GroupPolicy.frozenBy(group));
    }

    static Side side(ClusterId cluster, GroupObservation group) {
        return group.site(cluster).map(group::side).orElseGet(() -> new Side(false, List.of()));
    }

    /** How far each VM is, on the site that this step is about. */
    static List<MemberProgress> progress(
            ClusterId cluster, GroupObservation group, Instant stepSince) {
        List<MemberProgress> progress = new ArrayList<>();
        double seconds = Duration.between(stepSince, group.now()).toMillis() / 1000.0;
        for (Vm vm : side(cluster, group).vms()) {
            String state =
                    switch (vm.power()) {
                        case UP -> "Running";
                        case DOWN -> vm.waitsFor().isEmpty() ? "Stopped" : "Waiting";
                        case BETWEEN -> "Changing";
                    };
            progress.add(new MemberProgress(vm.name(), cluster.name(), state, seconds));
        }
        return progress;
    }
}
