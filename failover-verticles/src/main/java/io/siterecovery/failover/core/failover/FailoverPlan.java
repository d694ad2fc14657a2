package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership.Lock;
import io.siterecovery.failover.core.ownership.Ownership.Past;
import java.time.Instant;

/**
 * What was ordered and found to be meant; it never changes while the failover runs.
 *
 * @param uid of the Failover in {@code dr-<d>}: the lock and the correlation id
 * @param origin {@code <cluster>/<namespace>} the order was made on
 * @param originName its name there
 */
public record FailoverPlan(
        String uid,
        String name,
        String origin,
        String originName,
        GroupId group,
        ClusterId source,
        ClusterId target,
        Instant startedAt,
        Limits limits) {

    /** The target holds the group already, but not all of it runs there: it is tried again. */
    public boolean isRetry() {
        return source.equals(target);
    }

    public Lock lock() {
        return new Lock(uid, name);
    }

    public Past record() {
        return new Past(origin, originName, uid);
    }
}
