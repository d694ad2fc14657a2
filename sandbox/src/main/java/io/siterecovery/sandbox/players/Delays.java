package io.siterecovery.sandbox.players;

import java.time.Duration;

/**
 * How long a guest takes to shut down and to boot; zero means as fast as the API server allows.
 *
 * @param vmStop from the order to stop until the guest is off and its volumes are closed
 * @param vmBoot from all volumes attached until the VMI is {@code Running}
 */
public record Delays(Duration vmStop, Duration vmBoot) {
    public static final Delays NONE = new Delays(Duration.ZERO, Duration.ZERO);
}
