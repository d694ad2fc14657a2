package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.core.group.GroupDecision;
import io.siterecovery.failover.core.group.GroupEffect;
import io.siterecovery.failover.core.group.GroupEffect.PatchVm;
import io.siterecovery.failover.core.group.GroupEffect.Power;
import io.siterecovery.failover.core.group.GroupEffect.WriteStatus;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupReport;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.platform.Urgency;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each group's VMs as ownership and wish say, and its status true. Nothing else patches VMs.
 */
final class ProtectionGroups {

    private static final Logger LOG = LoggerFactory.getLogger(ProtectionGroups.class);

    /** While an operation runs its group changes with every event; people read slower than that. */
    private static final Duration BETWEEN_REPORTS = Duration.ofMillis(500);

    private final Desk desk;
    private final GroupViews views;
    private final GroupEffects effects;
    private final OwnershipStore ownerships;
    private final Decisions decisions;
    private final Lanes<GroupId> actions;
    private final Lanes<GroupId> statuses;
    private final Map<GroupId, Instant> reported = new HashMap<>();

    ProtectionGroups(
            Desk desk,
            GroupViews views,
            GroupEffects effects,
            OwnershipStore ownerships,
            Decisions decisions) {
        this.desk = desk;
        this.views = views;
        this.effects = effects;
        this.ownerships = ownerships;
        this.decisions = decisions;
        this.actions = desk.lanes(views::urgency, this::act);
        this.statuses = desk.lanes(_ -> Urgency.TELLS, this::report);
    }

    void wake(GroupId group) {
        actions.wake(group);
        statuses.wake(group);
    }

    void close() {
        actions.close();
        statuses.close();
    }

    private Optional<Instant> act(GroupId group) {
        GroupObservation seen = views.observe(group, desk.instanceId(), desk.now());
        GroupDecision decision = decisions.group(seen);
        if (decision.actions().isEmpty() || !desk.mayActFor(group, seen.ownership())) {
            return Optional.empty();
        }
        if (decision.actions().stream().anyMatch(ProtectionGroups::starts)
                && !stillHolds(group, seen)) {
            return Optional.empty();
        }
        List<Future<?>> running = new ArrayList<>();
        for (GroupEffect effect : decision.together()) {
            say(group, effect);
            Future<?> done = effects.carryOut(group, effect);
            // The lane of statuses tries again what is only told.
            running.add(effect instanceof WriteStatus ? done.otherwiseEmpty() : done);
        }
        await(Future.join(running));
        return Optional.empty();
    }

    /** No start without a linearizable read of the ownership: the view may be behind. */
    private boolean stillHolds(GroupId group, GroupObservation seen) {
        Optional<Ownership> decidedOn = seen.ownership().map(OwnershipSeen::ownership);
        Optional<Ownership> now = await(ownerships.read(group)).map(OwnershipSeen::ownership);
        return now.equals(decidedOn);
    }

    /** Statuses have a lane of their own: they are never in the way of an action. */
    private Optional<Instant> report(GroupId group) {
        Instant now = desk.now();
        Instant next = reported.getOrDefault(group, Instant.EPOCH).plus(BETWEEN_REPORTS);
        if (views.isInOperation(group) && now.isBefore(next)) {
            return Optional.of(next);
        }
        reported.put(group, now);
        GroupObservation seen = views.observe(group, desk.instanceId(), desk.now());
        GroupDecision decision = decisions.group(seen);
        List<Future<?>> running = new ArrayList<>();
        for (WriteStatus status : decision.statuses()) {
            running.add(effects.carryOut(group, status));
        }
        Optional<Copy> hub = views.hubCopy(group);
        hub.flatMap(new GroupReport(seen)::ofHub)
                .map(s -> new WriteStatus(Optional.empty(), hubVersion(hub), s))
                .ifPresent(status -> running.add(effects.carryOut(group, status)));
        await(Future.join(running));
        return decision.lookAgain();
    }

    private static String hubVersion(Optional<Copy> hub) {
        return hub.map(h -> h.meta().resourceVersion()).orElse("");
    }

    private static boolean starts(GroupEffect effect) {
        return effect instanceof PatchVm vm && vm.power() == Power.START;
    }

    private void say(GroupId group, GroupEffect effect) {
        String what =
                switch (effect) {
                    case PatchVm vm -> vm.power() + " " + vm.name() + " on " + vm.cluster();
                    case GroupEffect.Fence f -> "fence " + f.vms() + " on " + f.cluster();
                    case GroupEffect.Unfence f -> "unfence " + f.vms() + " on " + f.cluster();
                    case GroupEffect.CreateOwnership _ -> "create ownership";
                    case GroupEffect.WriteOwnership w ->
                            "ownership " + w.next().holder() + " epoch " + w.next().epoch();
                    case GroupEffect.MakeCopy c -> "copy the group to " + c.cluster();
                    case GroupEffect.UpdateCopy c -> "update the copy on " + c.cluster();
                    case GroupEffect.DeleteCopy c -> "delete the copy on " + c.cluster();
                    case WriteStatus _ -> "write status";
                };
        LOG.atInfo()
                .addKeyValue("tenant", desk.tenant())
                .addKeyValue("group", group)
                .addKeyValue("action", what)
                .log("group action");
    }
}
