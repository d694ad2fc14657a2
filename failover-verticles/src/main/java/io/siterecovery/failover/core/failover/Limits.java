package io.siterecovery.failover.core.failover;

import java.time.Duration;
import java.time.Instant;

/**
 * How long each part of a failover may take.
 *
 * @param failover FAILOVER_TIMEOUT: from the start until ownership is granted
 * @param data DRBD_WAIT_TIME: for DRBD to say that all is released and complete
 * @param start VM_START_TIMEOUT: for the VMs to run, at the target or again at the source; where
 *     they start one after the other, for each step of that
 * @param taints TAINT_REMOVAL_WINDOW: for DRBD's taints to go from the target's nodes
 * @param operator OPERATOR_TIMEOUT: for a human to do what only a human can
 */
public record Limits(
        Duration failover, Duration data, Duration start, Duration taints, Duration operator) {

    public static final Limits DEFAULT =
            new Limits(
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(2),
                    Duration.ofSeconds(30),
                    Duration.ofHours(1));

    static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
