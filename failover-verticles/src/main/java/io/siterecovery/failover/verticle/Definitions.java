package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.failover.adapter.DefinitionWrites;
import io.siterecovery.failover.adapter.OwnershipStore;
import io.siterecovery.failover.core.definition.DefinitionPair;
import io.siterecovery.failover.core.definition.DefinitionPair.Named;
import io.siterecovery.failover.core.definition.DefinitionPair.Stamp;
import io.siterecovery.failover.core.definition.DefinitionPair.Way;
import io.siterecovery.failover.core.definition.DefinitionPolicy;
import io.siterecovery.failover.core.definition.DefinitionPolicy.Step;
import io.siterecovery.failover.core.definition.Finding;
import io.siterecovery.failover.core.definition.Findings;
import io.siterecovery.failover.core.group.GroupObservation;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.view.DefinitionPairs;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.model.definition.DefinitionCopy;
import io.siterecovery.model.definition.DefinitionCopy.Adaptation;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.Tenant;
import io.siterecovery.platform.Urgency;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the definitions of each group at the site that does not hold it. Objects are read only when
 * a fact says that one of the two has changed; what was found is remembered, and told in the
 * group's status.
 */
final class Definitions {

    private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);

    /** Definitions of one group that are read and written at a time. */
    private static final int AT_ONCE = 16;

    /**
     * What was found when both objects stood like this.
     *
     * @param finding empty: as it should be
     */
    private record Looked(Stamp here, Stamp there, Optional<Finding> finding) {

        boolean isStillOf(DefinitionPair pair) {
            return here.equals(pair.here()) && there.equals(pair.there());
        }
    }

    /** Of one group, for one way. */
    private static final class Memory {
        final Way way;
        final boolean mend;
        final Map<Named, Looked> looked = new HashMap<>();

        /** What a cluster made of our last write, and what we had copied then. */
        final Map<Named, Looked> accepted = new HashMap<>();

        Memory(Way way, boolean mend) {
            this.way = way;
            this.mend = mend;
        }
    }

    private final Desk desk;
    private final Tenant tenant;
    private final TenantView view;
    private final GroupViews views;
    private final DefinitionWrites writes;
    private final OwnershipStore ownerships;
    private final Consumer<GroupId> told;
    private final Lanes<GroupId> lanes;
    private final Map<GroupId, Memory> memories = new HashMap<>();
    private final Map<GroupId, Findings> findings = new HashMap<>();

    /**
     * @param told that there is something else to tell of a group
     */
    Definitions(
            Desk desk,
            Tenant tenant,
            TenantView view,
            GroupViews views,
            DefinitionWrites writes,
            OwnershipStore ownerships,
            Consumer<GroupId> told) {
        this.desk = desk;
        this.tenant = tenant;
        this.view = view;
        this.views = views;
        this.writes = writes;
        this.ownerships = ownerships;
        this.told = told;
        this.lanes = desk.lanes(_ -> Urgency.TELLS, this::keep);
    }

    void wake(GroupId group) {
        lanes.wake(group);
    }

    void close() {
        lanes.close();
    }

    Findings findings(GroupId group) {
        return findings.getOrDefault(group, Findings.NONE);
    }

    private Optional<Instant> keep(GroupId group) {
        if (views.isInOperation(group)) {
            return Optional.empty();
        }
        GroupObservation seen = views.observe(group, desk.instanceId(), desk.now());
        Optional<Way> way = DefinitionPolicy.way(seen);
        if (way.isEmpty() || !desk.mayActFor(group, seen.ownership())) {
            if (seen.definition().isEmpty()) {
                memories.remove(group);
                findings.remove(group);
            }
            return Optional.empty();
        }
        Memory memory = memory(group, way.get(), seen);
        List<List<DefinitionPair>> phases = DefinitionPairs.of(view, seen, way.get());
        Pass pass = new Pass(group, seen, memory);
        try {
            for (List<DefinitionPair> phase : phases) {
                if (!pass.look(phase)) {
                    break;
                }
            }
        } finally {
            tell(group, findings(memory, phases));
        }
        return Optional.empty();
    }

    private Memory memory(GroupId group, Way way, GroupObservation seen) {
        boolean mend = seen.definition().map(DefinitionPolicy::mends).orElse(false);
        Memory known = memories.get(group);
        if (known == null || !known.way.equals(way) || known.mend != mend) {
            known = new Memory(way, mend);
            memories.put(group, known);
        }
        return known;
    }

    private static Findings findings(Memory memory, List<List<DefinitionPair>> phases) {
        List<DefinitionPair> pairs = phases.stream().flatMap(List::stream).toList();
        Set<Named> present = pairs.stream().map(DefinitionPair::id).collect(Collectors.toSet());
        memory.looked.keySet().retainAll(present);
        memory.accepted.keySet().retainAll(present);
        List<Finding> found = new ArrayList<>();
        boolean looked = true;
        for (DefinitionPair pair : pairs) {
            Looked last = memory.looked.get(pair.id());
            Looked written = memory.accepted.get(pair.id());
            if (last != null && last.isStillOf(pair)) {
                last.finding().ifPresent(found::add);
            } else if (!pair.isSameAtSight()) {
                // What was just written comes back as a fact, and is looked at again then.
                looked &= written != null && written.here().equals(pair.here());
            }
        }
        return new Findings(Optional.of(memory.way.to()), looked, pairs.size(), found);
    }

    private void tell(GroupId group, Findings now) {
        Findings before = findings.put(group, now);
        if (!now.equals(before)) {
            told.accept(group);
        }
    }

    /** One look at all that may have changed. */
    private final class Pass {
        private final GroupId group;
        private final GroupObservation seen;
        private final Memory memory;
        private final Ownership decidedOn;
        private @Nullable Future<Boolean> stillHeld;

        Pass(GroupId group, GroupObservation seen, Memory memory) {
            this.group = group;
            this.seen = seen;
            this.memory = memory;
            this.decidedOn = seen.ownership().map(OwnershipSeen::ownership).orElseThrow();
        }

        /** Whether to go on with what needs these. */
        boolean look(List<DefinitionPair> phase) {
            List<DefinitionPair> open = new ArrayList<>();
            for (DefinitionPair pair : phase) {
                Looked last = memory.looked.get(pair.id());
                boolean known = last != null && last.isStillOf(pair);
                if (!known && !pair.isSameAtSight()) {
                    open.add(pair);
                } else if (!known) {
                    memory.looked.remove(pair.id());
                }
            }
            for (int i = 0; i < open.size(); i += AT_ONCE) {
                if (desk.isClosed()) {
                    return false;
                }
                List<Future<?>> running = new ArrayList<>();
                for (DefinitionPair pair : open.subList(i, Math.min(i + AT_ONCE, open.size()))) {
                    running.add(look(pair));
                }
                await(Future.join(running));
            }
            return true;
        }

        private Future<Void> look(DefinitionPair pair) {
            return Future.join(
                            writes.read(memory.way.from(), pair.id()),
                            writes.read(memory.way.to(), pair.id()))
                    .compose(
                            both ->
                                    take(
                                            pair,
                                            both.<Optional<JsonNode>>resultAt(0),
                                            both.<Optional<JsonNode>>resultAt(1)))
                    .recover(failure -> refused(pair, failure));
        }

        private Future<Void> take(
                DefinitionPair pair, Optional<JsonNode> source, Optional<JsonNode> found) {
            DefinitionPolicy policy =
                    new DefinitionPolicy(
                            memory.way,
                            decidedOn.claim(tenant.name(), group),
                            memory.mend,
                            adaptation(pair));
            Optional<String> accepted =
                    Optional.ofNullable(memory.accepted.get(pair.id()))
                            .filter(written -> written.here().equals(pair.here()))
                            .map(written -> written.there().text());
            return switch (policy.step(pair, source, found, accepted)) {
                case Step.Nothing() -> looked(pair, Optional.empty());
                case Step.Tell(var finding) -> looked(pair, Optional.of(finding));
                case Step.Create(var copy) ->
                        write(
                                pair,
                                "copied",
                                List.of(),
                                () -> writes.create(memory.way.to(), pair.id(), copy));
                case Step.Mend(var patch, var differences) ->
                        write(
                                pair,
                                "mended",
                                differences,
                                () -> writes.change(memory.way.to(), pair.id(), patch));
                case Step.Retain(ObjectNode patch) ->
                        write(
                                pair,
                                "is to be retained",
                                List.of(),
                                () -> writes.change(memory.way.from(), pair.id(), patch));
            };
        }

        /** The fact of what was written comes by itself, and is looked at again then. */
        private Future<Void> write(
                DefinitionPair pair,
                String done,
                List<String> differences,
                Supplier<Future<JsonNode>> call) {
            return holds().compose(held -> held ? call.get() : Future.<JsonNode>succeededFuture())
                    .onSuccess(
                            answer -> {
                                if (answer == null) {
                                    return;
                                }
                                say(pair, done, differences);
                                String made = DefinitionCopy.digest(pair.id().kind(), answer);
                                memory.accepted.put(
                                        pair.id(),
                                        new Looked(pair.here(), new Stamp(made), Optional.empty()));
                            })
                    .mapEmpty();
        }

        /** No write without a linearizable read of the ownership: the view may be behind. */
        private Future<Boolean> holds() {
            Future<Boolean> asked = stillHeld;
            if (asked == null) {
                asked =
                        ownerships
                                .read(group)
                                .map(
                                        now ->
                                                now.map(OwnershipSeen::ownership)
                                                        .filter(decidedOn::equals)
                                                        .isPresent());
                stillHeld = asked;
            }
            return asked;
        }

        private Future<Void> looked(DefinitionPair pair, Optional<Finding> finding) {
            memory.looked.put(pair.id(), new Looked(pair.here(), pair.there(), finding));
            return Future.succeededFuture();
        }

        /**
         * What a cluster says no to it says no to again: it is asked when something changed. What
         * stands there already is good enough to start a VM with.
         */
        private Future<Void> refused(DefinitionPair pair, Throwable failure) {
            if (!(failure instanceof KubernetesFailure said)) {
                return Future.failedFuture(failure);
            }
            return switch (said.reason()) {
                case FORBIDDEN, INVALID, NOT_FOUND, OTHER ->
                        looked(
                                pair,
                                Optional.of(
                                        new Finding.Refused(
                                                pair.id(),
                                                said.message(),
                                                pair.there().isAbsent() && !pair.optional())));
                case ALREADY_EXISTS, CONFLICT, UNREACHABLE, EXPIRED, WRONG_CLUSTER ->
                        Future.failedFuture(failure);
            };
        }

        private Adaptation adaptation(DefinitionPair pair) {
            Map<String, String> macs =
                    pair.id().kind().equals(ResourceKind.VIRTUAL_MACHINE)
                            ? seen.site(memory.way.from())
                                    .flatMap(
                                            site ->
                                                    site.members().stream()
                                                            .filter(m -> m.name().equals(pair.vm()))
                                                            .findAny())
                                    .map(DefinitionPairs::macs)
                                    .orElse(Map.of())
                            : Map.of();
            return new Adaptation(storageClasses(), macs);
        }

        private Map<String, String> storageClasses() {
            Map<String, String> classes = new HashMap<>();
            boolean out = memory.way.from().equals(new ClusterId(tenant.primary()));
            var mappings = tenant.zone().storageClassMappings();
            if (mappings != null) {
                mappings.forEach(
                        m ->
                                classes.put(
                                        out ? m.primaryStorageClass() : m.drStorageClass(),
                                        out ? m.drStorageClass() : m.primaryStorageClass()));
            }
            return classes;
        }

        private void say(DefinitionPair pair, String done, List<String> differences) {
            LOG.atInfo()
                    .addKeyValue("tenant", tenant.name())
                    .addKeyValue("group", group)
                    .addKeyValue("object", pair.id().toString())
                    .addKeyValue("to", memory.way.to().name())
                    .addKeyValue("what", done)
                    .addKeyValue("differences", differences)
                    .log("definition");
        }
    }
}
