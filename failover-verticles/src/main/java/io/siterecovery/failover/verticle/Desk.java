package io.siterecovery.failover.verticle;

import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.platform.Urgency;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all who work for one deployment share: turns, a clock, and for which groups we act. */
final class Desk {

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    private final Ports ports;
    private final Turns turns;
    private final RandomGenerator jitter;
    private final Map<GroupId, Long> terms = new HashMap<>();
    private boolean begun;
    private boolean closed;

    Desk(Ports ports, Turns turns, RandomGenerator jitter) {
        this.ports = ports;
        this.turns = turns;
        this.jitter = jitter;
    }

    String tenant() {
        return ports.tenant().name();
    }

    String instanceId() {
        return ports.instanceId();
    }

    Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * @param urgency of what a look at one thing asks of the API servers
     */
    <K> Lanes<K> lanes(Function<K, Urgency> urgency, Lanes.Step<K> step) {
        return new Lanes<>(this::lane, urgency, step);
    }

    Lane lane(String subject, Lane.Step step) {
        return new Lane(turns, ports.clock(), jitter, tenant(), subject, step);
    }

    /** The deployment is somebody else's now: what is under way here must not go on. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** The work begins: who acted for each group until now is known. */
    void begin(Map<GroupId, OwnershipSeen> groups) {
        groups.forEach((group, seen) -> terms.put(group, seen.ownership().term()));
        begun = true;
    }

    /**
     * Whether this instance may act for a group: it takes it from whoever acted before this work
     * began, never from one that has taken it since. So the last to begin keeps it: one that was
     * asleep meanwhile cannot rob it, and two cannot take it from one another for ever.
     */
    boolean mayActFor(GroupId group, Optional<OwnershipSeen> seen) {
        if (closed || !begun) {
            return false;
        }
        Optional<Ownership> ownership = seen.map(OwnershipSeen::ownership);
        if (ownership.isEmpty() || ownership.get().instance().isEmpty()) {
            return true;
        }
        if (ownership.get().actsFor(instanceId())) {
            return true;
        }
        Long term = terms.get(group);
        if (term != null && term == ownership.get().term()) {
            return true;
        }
        LOG.atDebug()
                .addKeyValue("tenant", tenant())
                .addKeyValue("group", group)
                .log("another instance acts for this group");
        return false;
    }
}
