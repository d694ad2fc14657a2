package io.siterecovery.failover.core.proof;

import java.util.List;

/**
 * By which rule a target may start, and what that still lacks.
 *
 * @param missing what stands in the way, one sentence each; empty means that the rule holds
 * @param commands what only a human can make DRBD do, one line per node, before the target can
 *     write; empty when nothing is needed
 */
public record Evidence(Rule rule, List<String> missing, List<String> commands) {

    public enum Rule {
        /** Planned: nothing at the source can write, the target has everything. */
        P,
        /** Emergency, the source answers: it was stopped. */
        R,
        /** Emergency, the source is silent: DRBD's quorum proves that nobody else can write. */
        Q,
        /** Emergency, the source is silent and DRBD proves nothing: a human has confirmed it. */
        F
    }

    public Evidence {
        missing = List.copyOf(missing);
        commands = List.copyOf(commands);
    }

    public boolean holds() {
        return missing.isEmpty() && commands.isEmpty();
    }
}
