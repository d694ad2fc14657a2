package io.siterecovery.failover.verticle;

import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.failover.adapter.FailoverRecords.Stored;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.proof.SourceInspection;
import io.siterecovery.failover.core.taint.Taints.Asked;
import java.util.Map;
import java.util.function.Function;
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
    private @Nullable Stored stored;

    /** Reading one costs more than looking at it, and most looks find it as it was. */
    @SuppressWarnings("ReferenceEquality") // one object, one reading
    Stored read(CustomResourceFact fact, Function<CustomResourceFact, Stored> reader) {
        Stored known = stored;
        if (known == null || known.fact() != fact) {
            known = reader.apply(fact);
            stored = known;
        }
        return known;
    }

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
