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
 * @param kind what was ordered, and on whose word
 * @param forced other groups of this deployment are passed over
 */
public record FailoverPlan(
        String uid,
        String name,
        String origin,
        String originName,
        GroupId group,
        ClusterId source,
        ClusterId target,
        Kind kind,
        boolean forced,
        Instant startedAt,
        Limits limits) {

    public enum Kind {
        PLANNED,
        EMERGENCY,
        /** A human has said that the source runs nothing of the group. */
        CONFIRMED_EMERGENCY;

        static Kind of(FailoverOrder order) {
            if (!order.isEmergency()) {
                return PLANNED;
            }
            return order.isForced() ? CONFIRMED_EMERGENCY : EMERGENCY;
        }
    }

    public boolean isEmergency() {
        return kind != Kind.PLANNED;
    }

    public boolean isConfirmed() {
        return kind == Kind.CONFIRMED_EMERGENCY;
    }

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
