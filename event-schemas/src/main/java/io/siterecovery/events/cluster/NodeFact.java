package io.siterecovery.events.cluster;

import java.util.List;

/**
 * A Node: whether it is ready, and its taints as {@code key=value:Effect} or {@code key:Effect}.
 */
public record NodeFact(ObjectMeta meta, boolean ready, boolean unschedulable, List<String> taints)
        implements ClusterFact {

    public NodeFact {
        taints = List.copyOf(taints);
    }
}
