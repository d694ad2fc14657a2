package io.siterecovery.failover.core.group;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What to do for a group now.
 *
 * @param actions in order; those of one list may run at once
 * @param report what users are told, which is never in the way of an action
 */
public record GroupDecision(List<GroupEffect> actions, GroupReport report) {

    public List<GroupEffect.WriteStatus> statuses() {
        return report.statuses();
    }

    /** When something that is true now may stop being true by itself. */
    public Optional<Instant> lookAgain() {
        return report.lookAgain();
    }
}
