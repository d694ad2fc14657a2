package io.siterecovery.failover.verticle;

import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.proof.SourceInspection;
import io.siterecovery.failover.core.taint.Taints.Asked;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was seen during the present step of one failover and is asked again after a restart. Losing
 * it costs a few calls, never a decision.
 */
final class FailoverMemory {
    String step = "";
    Fence fence = Fence.UNTRIED;
    @Nullable Map<String, Long> topicEnds;
    @Nullable SourceInspection inspection;
    @Nullable Asked neighbours;
    boolean desiredStateShown;
    int triesToHide;

    /** A step asks for itself: what an earlier one was told does not count. */
    void enter(String next) {
        if (!next.equals(step)) {
            boolean proven = step.equals("Proving") && next.equals("Granting");
            step = next;
            desiredStateShown = false;
            neighbours = null;
            if (!proven) {
                inspection = null;
            }
            if (next.equals("Closing")) {
                fence = Fence.UNTRIED;
                topicEnds = null;
            }
        }
    }
}
