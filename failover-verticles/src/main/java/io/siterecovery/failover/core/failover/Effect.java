package io.siterecovery.failover.core.failover;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.Untainting;
import java.util.List;

/** Something to do in the world. Every effect is safe to repeat, because it will be. */
public sealed interface Effect {

    /** Write the ownership, if it is still the one that was seen: of two writers one loses. */
    record WriteOwnership(OwnershipSeen seen, Ownership next) implements Effect {}

    /** Ask the source to start a VM in a dry run: the fence must refuse it. */
    record TryFence(ClusterId cluster) implements Effect {}

    /** Note where the agents' topics end now: what was said before proves nothing. */
    record ReadTopicEnds() implements Effect {}

    /** Show users, and the product's other tools, what the group is meant to do on this cluster. */
    record SetDesiredState(ClusterId cluster, boolean running) implements Effect {}

    /**
     * Take taints off nodes, if the site's API server says that nobody but those on record would be
     * touched: that is asked right before.
     */
    record RemoveTaints(ClusterId cluster, List<NodeTaint> taints, Untainting stored)
            implements Effect {}

    /** Ask the source's API server itself what still runs there. */
    record InspectSource(ClusterId cluster) implements Effect {}
}
