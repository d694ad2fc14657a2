package io.siterecovery.failover.core.group;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What to do for a group now.
 *
 * @param actions in order; those of one list may run at once
 * @param statuses written last, and never in the way of an action
 * @param lookAgain when something that is true now may stop being true by itself
 */
public record GroupDecision(
        List<GroupEffect> actions,
        List<GroupEffect.WriteStatus> statuses,
        Optional<Instant> lookAgain) {}
