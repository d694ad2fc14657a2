package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.core.group.Departure;
import io.siterecovery.failover.core.group.Departure.Answer;
import io.siterecovery.failover.core.group.Departure.Step;
import io.siterecovery.failover.core.group.GroupObservation;
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

/** Lets go of VMs that were taken out of a group, and of groups that nobody defines any more. */
final class Departures {

    private static final Logger LOG = LoggerFactory.getLogger(Departures.class);
    private static final Duration BETWEEN_STEPS = Duration.ofMillis(300);

    private final Desk desk;
    private final GroupViews views;
    private final GroupEffects effects;
    private final OwnershipStore ownerships;
    private final Lanes<GroupId> lanes;
    private final Map<GroupId, Instant> goneSince = new HashMap<>();

    Departures(Desk desk, GroupViews views, GroupEffects effects, OwnershipStore ownerships) {
        this.desk = desk;
        this.views = views;
        this.effects = effects;
        this.ownerships = ownerships;
        this.lanes = desk.lanes(_ -> Urgency.TELLS, this::look);
    }

    void wake(GroupId group) {
        lanes.wake(group);
    }

    void close() {
        lanes.close();
    }

    private Optional<Instant> look(GroupId group) {
        if (views.isInOperation(group)) {
            return Optional.empty();
        }
        GroupObservation seen = views.observe(group, desk.instanceId(), desk.now());
        if (seen.definition().isPresent() || !seen.hubComplete()) {
            goneSince.remove(group);
        } else {
            goneSince.putIfAbsent(group, seen.now());
        }
        if (views.leaving()) {
            // Nobody has second thoughts about a whole deployment: he was asked before.
            goneSince.put(group, Instant.EPOCH);
        }
        if (seen.ownership().isEmpty()) {
            goneSince.remove(group);
            return Optional.empty();
        }
        Optional<Instant> since = Optional.ofNullable(goneSince.get(group));
        Answer answer = Departure.decide(views.departing(seen, since));
        if (answer.steps().isEmpty() || !desk.mayActFor(group, seen.ownership())) {
            return answer.lookAgain();
        }
        if (!stillHolds(group, seen)) {
            return Optional.empty();
        }
        List<Future<?>> running = new ArrayList<>();
        for (Step step : answer.steps()) {
            LOG.atInfo()
                    .addKeyValue("tenant", desk.tenant())
                    .addKeyValue("group", group)
                    .addKeyValue("step", said(step))
                    .log("departure");
            running.add(effects.depart(group, step));
        }
        await(Future.join(running));
        // What follows comes as facts about VMs that belong to no group any more: they wake nobody.
        return Optional.of(desk.now().plus(BETWEEN_STEPS));
    }

    private boolean stillHolds(GroupId group, GroupObservation seen) {
        Optional<Ownership> now = await(ownerships.read(group)).map(OwnershipSeen::ownership);
        return now.equals(seen.ownership().map(OwnershipSeen::ownership));
    }

    private static String said(Step step) {
        return switch (step) {
            case Step.Delete d ->
                    "delete on "
                            + d.at()
                            + ": "
                            + d.objects().stream()
                                    .map(o -> o.kind().kind() + " " + o.name())
                                    .toList();
            case Step.Unclaim u -> "take the claim off " + u.vm() + " on " + u.at();
            case Step.Unfence u -> "unfence " + u.vms() + " on " + u.at();
            case Step.ForgetOwnership _ -> "forget the ownership";
        };
    }
}
