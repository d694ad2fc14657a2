package io.siterecovery.failover.verticle;

import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.platform.TenantContext;
import io.vertx.core.Context;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all who work for one deployment share: its context, its clock, and for which groups we act.
 */
final class Desk {

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

    private final TenantContext tenant;
    private final Context context;
    private final Set<GroupId> actedFor = new HashSet<>();

    Desk(TenantContext tenant, Context context) {
        this.tenant = tenant;
        this.context = context;
    }

    String tenant() {
        return tenant.tenant().name();
    }

    String instanceId() {
        return tenant.instanceId();
    }

    Instant now() {
        return tenant.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    <K> Lanes<K> lanes(Lanes.Step<K> step) {
        return new Lanes<>(tenant.vertx(), context, tenant.clock(), tenant(), step);
    }

    Lane lane(String subject, Lane.Step step) {
        return new Lane(tenant.vertx(), context, tenant.clock(), tenant(), subject, step);
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
