package io.siterecovery.events.cluster;

import java.time.Instant;

/**
 * Whether a cluster's API answers, and whether everything on it has been listed since the watchers
 * last started: only then is an absent object known to be absent.
 *
 * @param since when {@code reachable} took its present value
 * @param detail what the last failed call said; empty while reachable
 */
public record ReachabilityFact(
        boolean reachable, boolean complete, Instant since, String siteId, String detail)
        implements ClusterFact {}
