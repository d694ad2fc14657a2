package io.siterecovery.failover.view;

import io.siterecovery.failover.core.ownership.GroupId;
import java.util.Optional;
import java.util.Set;

/** Something is different now; who has to look again because of it. */
public sealed interface Change {

    /** The deployment as a whole. */
    record Everything() implements Change {}

    /** All groups of a namespace of the workload clusters. */
    record Namespace(String name) implements Change {}

    /** Groups with one of these VMs. */
    record Machines(String namespace, Set<String> vms) implements Change {}

    /**
     * The same, where these VMs run or their disks replicate otherwise; what defines them is the
     * same.
     */
    record Running(String namespace, Set<String> vms) implements Change {}

    record Group(GroupId group) implements Change {}

    /**
     * A group that is wished otherwise than before.
     *
     * @param vms that it names now, or did until now: other groups may name them, too
     */
    record Wish(GroupId group, Set<String> vms) implements Change {}

    /**
     * An operation in {@code dr-<d>}.
     *
     * @param group that it is about, once that is decided
     */
    record Operation(String name, Optional<GroupId> group) implements Change {}

    /** A later word of agents, and nothing else: for operations that wait for one. */
    record Beats() implements Change {}

    /** An object at the edge, which others follow or which follows others. */
    record Edge() implements Change {}
}
