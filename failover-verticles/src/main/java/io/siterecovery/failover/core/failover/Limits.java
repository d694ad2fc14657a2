package io.siterecovery.failover.core.failover;

import java.time.Duration;
import java.time.Instant;

/**
 * How long each part of a failover may take.
 *
 * @param failover FAILOVER_TIMEOUT: from the start until ownership is granted
 * @param data DRBD_WAIT_TIME: for DRBD to say that all is released and complete
 * @param start VM_START_TIMEOUT: for the VMs to run, at the target or again at the source
 */
public record Limits(Duration failover, Duration data, Duration start) {

    public static final Limits DEFAULT =
            new Limits(Duration.ofSeconds(300), Duration.ofSeconds(30), Duration.ofSeconds(120));

    static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
