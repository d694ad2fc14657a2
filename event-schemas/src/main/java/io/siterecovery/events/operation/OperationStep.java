package io.siterecovery.events.operation;

import java.time.Instant;
import java.util.Map;

/**
 * One step of one operation on a group, as it happened.
 *
 * @param failover name of the Failover in {@code dr-<d>}
 * @param uid its uid, the correlation id of everything the operation does
 * @param step e.g. {@code Closing}, {@code Proving}, {@code Completed}
 * @param details what was seen, by name
 */
public record OperationStep(
        String groupNamespace,
        String group,
        String failover,
        String uid,
        String step,
        String message,
        long epoch,
        Instant at,
        Map<String, String> details) {

    public OperationStep {
        details = Map.copyOf(details);
    }
}
