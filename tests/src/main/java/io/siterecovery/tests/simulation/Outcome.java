package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.oracle.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How one schedule went.
 *
 * @param seconds of virtual time
 * @param ends of its Failovers, by reason
 */
public record Outcome(
        long seed,
        Optional<Violation> violation,
        long steps,
        double seconds,
        Map<String, Integer> ends,
        List<String> story) {}
