package io.siterecovery.failover.verticle;

import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all who work for one deployment share: turns, a clock, and for which groups we act. */
final class Desk {

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    private final Ports ports;
    private final Turns turns;
    private final RandomGenerator jitter;
    private final Set<GroupId> actedFor = new HashSet<>();

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

    <K> Lanes<K> lanes(Lanes.Step<K> step) {
        return new Lanes<>(this::lane, step);
    }

    Lane lane(String subject, Lane.Step step) {
        return new Lane(turns, ports.clock(), jitter, tenant(), subject, step);
    }

    /**
     * Whether this instance may act for a group. Who acted for it and lost it to another instance
     * must not take it again until it is started anew: two would take it from one another for ever.
     */
    boolean mayActFor(GroupId group, Optional<OwnershipSeen> seen) {
        Optional<Ownership> ownership = seen.map(OwnershipSeen::ownership);
        if (ownership.isEmpty() || ownership.get().instance().isEmpty()) {
            return true;
        }
        if (ownership.get().actsFor(instanceId())) {
            actedFor.add(group);
            return true;
        }
        if (!actedFor.contains(group)) {
            return true;
        }
        LOG.atDebug()
                .addKeyValue("tenant", tenant())
                .addKeyValue("group", group)
                .log("another instance acts for this group");
        return false;
    }
}
