package io.siterecovery.events.cluster;

import java.util.List;
import java.util.Set;

/**
 * A Node: whether it is ready, and its taints as {@code key=value:Effect} or {@code key:Effect}.
 */
public record NodeFact(ObjectMeta meta, boolean ready, boolean unschedulable, List<String> taints)
        implements ClusterFact {

    public NodeFact {
        taints = List.copyOf(taints);
    }

    /** Keys of its taints, without value and effect. */
    public List<String> taintKeys() {
        return taints.stream().map(NodeFact::key).distinct().toList();
    }

    /** The same node without any taint of these keys. */
    public NodeFact without(Set<String> keys) {
        return new NodeFact(
                meta,
                ready,
                unschedulable,
                taints.stream().filter(t -> !keys.contains(key(t))).toList());
    }

    private static String key(String taint) {
        return taint.split("[=:]", 2)[0];
    }
}
