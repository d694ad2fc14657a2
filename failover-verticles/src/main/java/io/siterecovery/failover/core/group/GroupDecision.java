package io.siterecovery.failover.core.group;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What to do for a group now.
 *
 * @param actions in order; those of one list may run at once
 * @param report what users are told, which is never in the way of an action
 */
public record GroupDecision(List<GroupEffect> actions, GroupReport report) {

    /**
     * The actions, and where they stop VMs that run where they must not also the statuses that name
     * these: told later, nobody would see them run any more.
     */
    public List<GroupEffect> together() {
        return actions.isEmpty() || !report.isSplitBrainSuspected()
                ? actions
                : Stream.concat(actions.stream(), statuses().stream()).toList();
    }

    public List<GroupEffect.WriteStatus> statuses() {
        return report.statuses();
    }

    /** When something that is true now may stop being true by itself. */
    public Optional<Instant> lookAgain() {
        return report.lookAgain();
    }
}
