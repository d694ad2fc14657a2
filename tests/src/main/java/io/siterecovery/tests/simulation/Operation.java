package io.siterecovery.tests.simulation;

/** What is ordered of the control plane, each to be interrupted at each of its writes. */
public enum Operation {
    /** To the other cluster, ordered in {@code dr-<d>}. */
    PLANNED,
    /** There and back; the way back counts. */
    FAILBACK,
    /** Cancelled after Close, while the target lacks data. */
    CANCELLED,
    /** Ends by itself since the target lacks data for too long. */
    UNDONE,
    /** To a cluster that holds the group and could not start it; the second order counts. */
    RETRIED,
    DRY_RUN,
    /** Ordered on a workload cluster. */
    REQUESTED,
    /** Ordered on a workload cluster and deleted there after Close. */
    REQUEST_DELETED
}
