package io.siterecovery.failover.core.failover;

import io.siterecovery.model.FailoverSpec;
import java.time.Instant;

/**
 * A Failover as somebody made it.
 *
 * @param origin {@code <cluster>/<namespace>} it was made on
 * @param originName its name there
 * @param orderedAt when it was made, by the clock of the API server that took it
 */
public record FailoverOrder(
        String uid,
        String name,
        String origin,
        String originName,
        Instant orderedAt,
        FailoverSpec spec) {

    public boolean isEmergency() {
        return "emergency".equals(spec.failoverType());
    }

    public boolean isForced() {
        return Boolean.TRUE.equals(spec.force());
    }

    public boolean isDryRun() {
        return Boolean.TRUE.equals(spec.dryRun());
    }

    public FailoverPlan.Kind kind() {
        return FailoverPlan.Kind.of(this);
    }

    public boolean isCancelled() {
        return Boolean.TRUE.equals(spec.cancel());
    }
}
