package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.adapter.FailoverEffects;
import io.siterecovery.failover.adapter.FailoverRecords;
import io.siterecovery.failover.adapter.FailoverRecords.Stored;
import io.siterecovery.failover.adapter.FailoverStore;
import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.LockLease;
import io.siterecovery.failover.adapter.OperationLog;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.adapter.Progress;
import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.Effect;
import io.siterecovery.failover.core.failover.FailoverOrder;
import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.failover.FailoverState;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.AwaitingOperator;
import io.siterecovery.failover.core.failover.FailoverState.Closing;
import io.siterecovery.failover.core.failover.FailoverState.Finished;
import io.siterecovery.failover.core.failover.FailoverState.Granting;
import io.siterecovery.failover.core.failover.FailoverState.Pending;
import io.siterecovery.failover.core.failover.FailoverState.Rehearsed;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.FailoverState.StartingVms;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.failover.Preflight;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Loss;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.Taints.Asked;
import io.siterecovery.failover.verticle.Neighbours.Removal;
import io.siterecovery.failover.view.Change;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.FailoverStatus.MemberProgress;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Urgency;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives each failover of a deployment: observe, decide, store, act. */
final class Failovers {

    private static final Logger LOG = LoggerFactory.getLogger(Failovers.class);
    private static final int ROUNDS = 32;

    /** A lease on a cluster that does not answer is left there: it only shows. */
    private static final int TRIES_TO_HIDE = 3;

    private final Desk desk;
    private final TenantView view;
    private final GroupViews views;
    private final String namespace;
    private final FailoverSight sight;
    private final FailoverRecords records;
    private final FailoverStore store;
    private final FailoverEffects effects;
    private final GroupEffects groupEffects;
    private final OwnershipStore ownerships;
    private final LockLease leases;
    private final OperationLog log;
    private final Neighbours neighbours;
    private final Decisions decisions;
    private final Map<String, FailoverMemory> memories = new HashMap<>();
    private final Set<String> waitForRoom = new LinkedHashSet<>();
    private final Lanes<String> lanes;
    private final Lanes<GroupId> orphans;

    Failovers(
            Desk desk,
            TenantView view,
            GroupViews views,
            FailoverSight sight,
            FailoverAdapters adapters,
            Decisions decisions) {
        this.desk = desk;
        this.view = view;
        this.views = views;
        this.sight = sight;
        this.namespace = adapters.namespace();
        this.records = adapters.records();
        this.store = adapters.store();
        this.effects = adapters.effects();
        this.groupEffects = adapters.groupEffects();
        this.ownerships = adapters.ownerships();
        this.leases = adapters.leases();
        this.log = adapters.log();
        this.neighbours = new Neighbours(desk, views, adapters.nodeTaints(), adapters.ownerships());
        this.decisions = decisions;
        this.lanes = desk.lanes(this::urgency, this::drive);
        this.orphans = desk.lanes(views::urgency, this::letGoOfOrphan);
    }

    /** Looks again at every failover that is not over, and at every lock that may be left over. */
    void wakeAll() {
        Set<GroupId> groups = views.groups();
        groups.forEach(this::wakeOrphan);
        Set<String> locked =
                groups.stream()
                        .flatMap(group -> views.ownership(group).stream())
                        .flatMap(seen -> seen.ownership().lock().stream())
                        .map(Ownership.Lock::uid)
                        .collect(Collectors.toSet());
        Set<String> all = new HashSet<>();
        failovers()
                .forEach(
                        (name, failover) -> {
                            if (isNotOver(failover) || locked.contains(failover.meta().uid())) {
                                all.add(name);
                                lanes.wake(name);
                            }
                        });
        lanes.keepOnly(all);
    }

    /** Looks again at failovers that have changed, or whose group has. */
    void wake(Collection<GroupId> groups, Collection<Change> changes) {
        Set<String> wanted = new LinkedHashSet<>();
        for (GroupId group : groups) {
            wakeOrphan(group);
            views.ownership(group)
                    .flatMap(seen -> seen.ownership().lock())
                    .ifPresent(lock -> wanted.add(lock.failover()));
        }
        boolean beats = changes.contains(new Change.Beats());
        Set<String> names = groups.stream().map(GroupId::name).collect(Collectors.toSet());
        Map<String, CustomResourceFact> failovers = failovers();
        failovers.forEach(
                (name, failover) -> {
                    String about = failover.spec().path("protectionGroup").asText();
                    if ((beats || names.contains(about)) && isNotOver(failover)) {
                        wanted.add(name);
                    }
                });
        for (Change change : changes) {
            if (change instanceof Change.Operation(var name, _)) {
                wanted.add(name);
            }
        }
        wanted.stream().filter(failovers::containsKey).forEach(lanes::wake);
    }

    private void wakeOrphan(GroupId group) {
        views.ownership(group)
                .map(OwnershipSeen::ownership)
                .filter(this::isLeftOver)
                .ifPresent(_ -> orphans.wake(group));
    }

    private static boolean isNotOver(CustomResourceFact failover) {
        return !failover.status().hasNonNull("state") || FailoverStore.isHeld(failover);
    }

    private Map<String, CustomResourceFact> failovers() {
        Map<String, CustomResourceFact> all = new LinkedHashMap<>();
        view.shelf(FactKey.QUORUM, ResourceKind.FAILOVER, namespace)
                .forEach(
                        (name, fact) -> {
                            if (fact instanceof CustomResourceFact failover) {
                                all.put(name, failover);
                            }
                        });
        return all;
    }

    /** Its operation is gone, or has ended and left the group between two sites. */
    private boolean isLeftOver(Ownership ownership) {
        return ownership
                .lock()
                .map(lock -> !isThere(lock))
                .orElse(ownership.holder() instanceof Holder.Moving);
    }

    /** Another Failover of the same name is not the one that holds the lock. */
    private boolean isThere(Ownership.Lock lock) {
        return store.seen(lock.failover())
                .filter(failover -> failover.meta().uid().equals(lock.uid()))
                .isPresent();
    }

    void close() {
        lanes.close();
        orphans.close();
        leases.close();
    }

    private Urgency urgency(String name) {
        return store.seen(name)
                .map(failover -> failover.status().at("/operation/group").asText())
                .filter(group -> group.contains("/"))
                .map(group -> views.urgency(GroupId.parse(group)))
                .orElse(Urgency.NORMAL);
    }

    private Optional<Instant> drive(String name) {
        for (int round = 0; round < ROUNDS && !desk.isClosed(); round++) {
            Optional<CustomResourceFact> fact = store.seen(name);
            if (fact.isEmpty()) {
                return Optional.empty();
            }
            FailoverMemory memory =
                    memories.computeIfAbsent(fact.get().meta().uid(), _ -> new FailoverMemory());
            Stored stored = memory.read(fact.get(), seen -> records.read(name, seen));
            memory.enter(FailoverStore.step(stored.state()));
            boolean acted =
                    switch (stored.state()) {
                        case Pending pending -> judge(stored, pending);
                        case Active _ when mustHold(stored) -> hold(stored);
                        case Active active -> step(stored, active, memory);
                        case Finished _ -> letGo(stored, memory);
                    };
            if (!acted && stored.state() instanceof Finished) {
                roomIsMade();
            }
            if (!acted) {
                // One that has passed and changed nothing is looked at again with the next event.
                return deadline(stored).filter(at -> at.isAfter(desk.now()));
            }
        }
        return Optional.of(desk.now());
    }

    /** One has ended: those that waited since too many were under way are looked at again. */
    private void roomIsMade() {
        List.copyOf(waitForRoom).forEach(lanes::wake);
        waitForRoom.clear();
    }

    /** Kept until it has ended, whoever deletes it: to delete it is to cancel it. */
    private static boolean mustHold(Stored stored) {
        return !FailoverStore.isHeld(stored.fact()) && !stored.fact().meta().deleting();
    }

    private boolean hold(Stored stored) {
        await(store.hold(stored.order().name(), stored.fact()));
        return true;
    }

    private static Optional<Instant> deadline(Stored stored) {
        return switch (stored.state()) {
            case Pending(var deadline) -> Optional.of(deadline.plusMillis(1));
            case Active active -> Optional.of(active.deadline().plusMillis(1));
            case Finished _ -> Optional.empty();
        };
    }

    private boolean judge(Stored stored, Pending pending) {
        Instant now = desk.now();
        Preflight.Seen seen = sight.preflight(stored, now);
        FailoverState next = judged(pending, stored, seen);
        boolean shown = stored.status().step() != null;
        if (next.equals(pending)) {
            view.awaitBeats();
        }
        if (next.equals(pending) && seen.crowded().isPresent()) {
            waitForRoom.add(stored.order().name());
        }
        if (next.equals(pending) && shown) {
            return false;
        }
        if (next instanceof Active && mustHold(stored)) {
            return hold(stored);
        }
        moveTo(
                stored,
                next,
                next instanceof Rehearsed(var plan, _) ? rehearsed(plan, now) : Progress.NONE);
        return true;
    }

    /** Whom it would harm is asked last, and only where a taint is in the way of a sound order. */
    private FailoverState judged(Pending pending, Stored stored, Preflight.Seen seen) {
        FailoverOrder order = stored.order();
        if (seen.taints().isEmpty()) {
            return decisions.judge(pending, order, seen);
        }
        Optional<Asked> nobody = Optional.of(new Asked(seen.now(), Bystanders.NOBODY));
        FailoverState otherwise = decisions.judge(pending, order, seen.asked(nobody));
        Optional<FailoverPlan> plan = FailoverStore.planOf(otherwise);
        return plan.isEmpty()
                ? otherwise
                : decisions.judge(
                        pending,
                        order,
                        seen.asked(
                                neighbours.ask(
                                        plan.get().group(),
                                        plan.get().target(),
                                        seen.taints().inTheWay())));
    }

    private boolean step(Stored stored, Active state, FailoverMemory memory) {
        FailoverPlan plan = state.plan();
        GroupObservation group = sight.group(plan.group(), desk.now());
        if (!desk.mayActFor(plan.group(), group.ownership())) {
            return false;
        }
        if (!holdsTheLock(plan, state, group) && isBehind(plan.group(), group)) {
            return true;
        }
        boolean stopped = FailoverSight.side(plan.source(), group).allStopped();
        if (!stopped) {
            memory.inspection = null;
        }
        Observation seen = sight.observe(plan, group, memory, stored.order().isCancelled());
        Decision decision = decisions.step(state, seen, desk.tenant());
        if (!decision.next().equals(state)) {
            moveTo(
                    stored,
                    decision.next(),
                    new Progress(
                            progress(stored, state, group),
                            epoch(group),
                            fenceWord(memory.fence),
                            loss(state, decision.next(), group)));
            return true;
        }
        boolean waitsForWords =
                state instanceof FailoverState.Proving
                        || state instanceof FailoverState.Granting
                        || state instanceof AwaitingOperator
                        || !seen.taints().isEmpty();
        if (waitsForWords) {
            view.awaitBeats();
        }
        List<Future<?>> running = new ArrayList<>();
        for (Effect effect : decision.effects()) {
            running.add(carryOut(stored, plan.group(), group, effect, memory));
        }
        if (running.isEmpty()) {
            leases.show(plan, group.ownership());
            return false;
        }
        await(Future.join(running));
        return decision.effects().stream().anyMatch(e -> answered(e, memory, stopped));
    }

    private static boolean holdsTheLock(FailoverPlan plan, Active state, GroupObservation group) {
        return state instanceof Closing
                || group.ownership().filter(o -> o.ownership().isLockedBy(plan.uid())).isPresent();
    }

    /** After Close nothing fails for want of a lock that the view merely has not heard of. */
    private boolean isBehind(GroupId id, GroupObservation group) {
        Optional<OwnershipSeen> stored = await(ownerships.read(id));
        return stored.isPresent() && !stored.equals(group.ownership());
    }

    /**
     * An unanswered question is asked again when something has changed, not at once; so is one
     * whose answer is ahead of the view, which still sees VMs there.
     */
    private static boolean answered(Effect effect, FailoverMemory memory, boolean stopped) {
        return switch (effect) {
            case Effect.TryFence _ -> memory.fence != Fence.UNTRIED;
            case Effect.InspectSource _ ->
                    stopped && memory.inspection != null && memory.inspection.leftovers().isEmpty();
            case Effect.RemoveTaints _ -> memory.neighbours != null;
            case Effect.WriteOwnership _, Effect.ReadTopicEnds _, Effect.SetDesiredState _ -> true;
        };
    }

    private Future<?> carryOut(
            Stored stored,
            GroupId group,
            GroupObservation seen,
            Effect effect,
            FailoverMemory memory) {
        return effect instanceof Effect.RemoveTaints removal
                ? removeTaints(stored, group, seen, removal, memory)
                : carryOut(group, seen, effect, memory);
    }

    private Future<?> removeTaints(
            Stored stored,
            GroupId group,
            GroupObservation seen,
            Effect.RemoveTaints effect,
            FailoverMemory memory) {
        Removal removal = neighbours.remove(group, seen, effect);
        memory.neighbours = removal.asked();
        for (NodeTaint taint : removal.removed()) {
            String message =
                    "took "
                            + taint
                            + " of "
                            + effect.cluster()
                            + (effect.stored().despite().isEmpty()
                                    ? ""
                                    : ", by force, although these have VMs there: "
                                            + String.join(", ", effect.stored().despite()));
            LOG.atInfo()
                    .addKeyValue("tenant", desk.tenant())
                    .addKeyValue("group", group)
                    .addKeyValue("failover", stored.order().name())
                    .addKeyValue("correlationid", stored.order().uid())
                    .addKeyValue("taint", taint)
                    .log("taint removed");
            say(group, stored, "TaintRemoved", message, desk.now());
        }
        return Future.succeededFuture();
    }

    private Future<?> carryOut(
            GroupId group, GroupObservation seen, Effect effect, FailoverMemory memory) {
        return switch (effect) {
            case Effect.WriteOwnership(var at, var next) -> ownerships.write(group, at, next);
            case Effect.TryFence(var cluster) ->
                    effects.tryFence(group, site(seen, cluster))
                            .onSuccess(fence -> memory.fence = fence);
            case Effect.ReadTopicEnds _ ->
                    effects.topicEnds().onSuccess(ends -> memory.topicEnds = ends);
            case Effect.InspectSource(var cluster) ->
                    effects.inspect(group, site(seen, cluster))
                            .onSuccess(found -> memory.inspection = found);
            case Effect.SetDesiredState(var cluster, var running) ->
                    showDesiredState(group, seen, cluster, running, memory);
            case Effect.RemoveTaints _ ->
                    throw new IllegalStateException("taints without a failover");
        };
    }

    private Future<?> showDesiredState(
            GroupId group,
            GroupObservation seen,
            ClusterId cluster,
            boolean running,
            FailoverMemory memory) {
        Optional<Copy> copy = site(seen, cluster).copy();
        Future<?> shown =
                copy.isEmpty()
                        ? Future.succeededFuture()
                        : groupEffects.showDesiredState(cluster, group, copy.get(), running);
        return shown.onSuccess(_ -> memory.desiredStateShown = true);
    }

    private static Site site(GroupObservation seen, ClusterId cluster) {
        return seen.site(cluster)
                .orElseThrow(() -> new IllegalStateException("no site " + cluster));
    }

    private boolean letGo(Stored stored, FailoverMemory memory) {
        String uid = stored.order().uid();
        Optional<GroupId> group = operatedOn(stored);
        if (group.isPresent() && release(group.get(), uid, memory)) {
            return true;
        }
        if (!FailoverStore.isHeld(stored.fact())) {
            memories.remove(uid);
            return false;
        }
        // As long as our finalizer is there, somebody will come and clear away.
        if (group.isPresent() && memory.triesToHide++ < TRIES_TO_HIDE) {
            await(leases.hide(group.get(), uid));
        }
        memories.remove(uid);
        await(store.letGo(stored.order().name(), stored.fact()));
        return true;
    }

    private static Optional<GroupId> operatedOn(Stored stored) {
        String group =
                stored.status().operation() == null ? null : stored.status().operation().group();
        if (group == null) {
            return Optional.empty();
        }
        return Optional.of(GroupId.parse(group));
    }

    /** What an operation left behind is undone from the ownership alone. */
    private Optional<Instant> letGoOfOrphan(GroupId group) {
        FailoverMemory memory = new FailoverMemory();
        for (int round = 0; round < ROUNDS && views.hubComplete(); round++) {
            Optional<Ownership> ownership =
                    views.ownership(group).map(OwnershipSeen::ownership).filter(this::isLeftOver);
            if (ownership.isEmpty() || ownership.get().lock().filter(this::isStored).isPresent()) {
                return Optional.empty();
            }
            boolean acted =
                    ownership
                            .get()
                            .lock()
                            .map(lock -> releaseOrphan(group, lock.uid(), memory))
                            .orElseGet(() -> giveBack(group));
            if (!acted) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Nothing is left that would clear its leases away later: it is tried once. */
    private boolean releaseOrphan(GroupId group, String uid, FailoverMemory memory) {
        boolean acted = release(group, uid, memory);
        if (acted) {
            leases.hide(group, uid);
        }
        return acted;
    }

    /** Asked where it is stored: that the view lacks it is no proof that it is gone. */
    private boolean isStored(Ownership.Lock lock) {
        return await(store.read(lock.failover()))
                .filter(failover -> failover.meta().uid().equals(lock.uid()))
                .isPresent();
    }

    private boolean giveBack(GroupId group) {
        GroupObservation seen = sight.group(group, desk.now());
        if (seen.ownership().isEmpty()
                || !(seen.ownership().get().ownership().holder()
                        instanceof Holder.Moving(var from, var to))
                || !desk.mayActFor(group, seen.ownership())) {
            return false;
        }
        OwnershipSeen current = seen.ownership().get();
        if (!current.ownership().actsFor(desk.instanceId())) {
            await(ownerships.write(group, current, current.ownership().takenBy(desk.instanceId())));
            return true;
        }
        List<Effect> left =
                decisions.giveBack(
                        current, FailoverSight.side(from, seen), FailoverSight.side(to, seen));
        for (Effect effect : left) {
            await(carryOut(group, seen, effect, new FailoverMemory()));
        }
        return !left.isEmpty();
    }

    private boolean release(GroupId id, String uid, FailoverMemory memory) {
        GroupObservation seen = sight.group(id, desk.now());
        if (seen.ownership().isEmpty() || !desk.mayActFor(id, seen.ownership())) {
            return false;
        }
        OwnershipSeen current = seen.ownership().get();
        if (current.ownership().isLockedBy(uid)
                && !current.ownership().actsFor(desk.instanceId())) {
            await(ownerships.write(id, current, current.ownership().takenBy(desk.instanceId())));
            return true;
        }
        boolean answers =
                current.ownership().holder() instanceof Holder.Moving(var from, _)
                        && FailoverSight.side(from, seen).reachable();
        List<Effect> left =
                decisions.letGo(
                        current.ownership(), current, uid, answers, memory.desiredStateShown);
        for (Effect effect : left) {
            await(carryOut(id, seen, effect, memory));
        }
        return !left.isEmpty();
    }

    private List<MemberProgress> progress(Stored stored, Active state, GroupObservation group) {
        ClusterId where =
                state instanceof StartingVms || state instanceof RemovingTaints
                        ? state.plan().target()
                        : state.plan().source();
        Instant since =
                stored.status().operation() == null
                                || stored.status().operation().stepSince() == null
                        ? group.now()
                        : stored.status().operation().stepSince();
        return state instanceof Closing ? List.of() : FailoverSight.progress(where, group, since);
    }

    private Progress rehearsed(FailoverPlan plan, Instant now) {
        return plan.isRetry()
                ? Progress.NONE
                : new Progress(
                        List.of(), null, null, wouldLose(plan, sight.group(plan.group(), now)));
    }

    private static Loss wouldLose(FailoverPlan plan, GroupObservation group) {
        Rule rule =
                !plan.isEmergency()
                        ? Rule.P
                        : FailoverSight.side(plan.source(), group).reachable()
                                ? Rule.R
                                : plan.isConfirmed() ? Rule.F : Rule.Q;
        return Loss.of(rule, group.replication(), plan.source(), plan.target(), group.now());
    }

    /** Stated once, when the target is given the group. */
    private static @Nullable Loss loss(Active state, FailoverState next, GroupObservation group) {
        boolean granted = next instanceof StartingVms || next instanceof RemovingTaints;
        return granted && state instanceof Granting(var plan, _, var by, _)
                ? Loss.of(by, group.replication(), plan.source(), plan.target(), group.now())
                : null;
    }

    private static @Nullable Long epoch(GroupObservation group) {
        return group.ownership()
                .map(OwnershipSeen::ownership)
                .filter(o -> o.holder() instanceof Holder.Moving)
                .map(Ownership::epoch)
                .orElse(null);
    }

    private static @Nullable String fenceWord(Fence fence) {
        return switch (fence) {
            case UNTRIED -> null;
            case HOLDS -> "Admission";
            case REACTIVE -> "Reactive";
        };
    }

    /** Stores the next state; only when that is durable is anything done about it. */
    private void moveTo(Stored stored, FailoverState next, Progress progress) {
        Instant now = desk.now();
        await(store.store(stored, next, progress, now));
        String from = FailoverStore.step(stored.state());
        String to = FailoverStore.step(next);
        if (from.equals(to) && stored.status().step() != null) {
            return;
        }
        GroupId group = group(stored, next);
        LOG.atInfo()
                .addKeyValue("tenant", desk.tenant())
                .addKeyValue("group", group)
                .addKeyValue("failover", stored.order().name())
                .addKeyValue("correlationid", stored.order().uid())
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .addKeyValue("reason", FailoverStore.message(next))
                .log("failover step");
        say(group, stored, to, FailoverStore.message(next), now);
    }

    private void say(GroupId group, Stored stored, String step, String message, Instant now) {
        log.step(
                group,
                stored.order().name(),
                stored.fact(),
                step,
                message,
                views.ownership(group).map(o -> o.ownership().epoch()).orElse(0L),
                now,
                Map.of());
    }

    private GroupId group(Stored stored, FailoverState next) {
        if (next instanceof Active active) {
            return active.plan().group();
        }
        if (stored.state() instanceof Active active) {
            return active.plan().group();
        }
        String named = stored.order().spec().protectionGroupNamespace();
        return new GroupId(
                named == null ? namespace : named, stored.order().spec().protectionGroup());
    }
}
