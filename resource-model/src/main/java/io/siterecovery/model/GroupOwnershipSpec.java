package io.siterecovery.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may run a group, and the lock: the one linearizable record of both, written by the control
 * plane alone.
 *
 * @param epoch +1 at each change of holder; never goes back
 * @param operation uid of the running Failover; absent when nobody holds the lock
 * @param history the last 200 Failovers carried out, oldest first
 */
public record GroupOwnershipSpec(
        String namespace,
        String group,
        Holder holder,
        long epoch,
        @Nullable String operation,
        @Nullable String operationName,
        @Nullable Instance instance,
        @Nullable List<Past> history) {

    /** Exactly one of the three is set. */
    public record Holder(
            @Nullable String at, @Nullable Moving moving, @Nullable Boolean unclaimed) {}

    public record Moving(String from, String to) {}

    /**
     * The control-plane instance that acts for the group.
     *
     * @param term +1 at each take
     */
    public record Instance(String id, long term) {}

    /**
     * A Failover that was carried out: a name is not carried out twice.
     *
     * @param origin {@code <cluster>/<namespace>} it was ordered on
     */
    public record Past(String origin, String name, String uid) {}
}
