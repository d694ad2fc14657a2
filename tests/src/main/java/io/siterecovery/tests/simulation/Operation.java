package io.siterecovery.tests.simulation;

/** What is ordered of the control plane, each to be interrupted at each of its writes. */
enum Operation {
    /** To the other cluster, ordered in {@code dr-<d>}. */
    PLANNED("first=Completed Completed"),
    /** There and back; the way back counts. */
    FAILBACK("second=Completed Completed"),
    /** Cancelled after Close, while the target lacks data. */
    CANCELLED("first=Failed Cancelled"),
    /** Ends by itself since the target lacks data for too long. */
    UNDONE("first=Failed DataNotProven"),
    /** To a cluster that holds the group and could not start it; the second order counts. */
    RETRIED("second=Completed Completed"),
    DRY_RUN("first=Completed DryRun"),
    /** Ordered on a workload cluster. */
    REQUESTED("shop/first=Completed Completed"),
    /** Ordered on a workload cluster and deleted there after Close. */
    REQUEST_DELETED("first=Failed Cancelled");

    private final String end;

    Operation(String end) {
        this.end = end;
    }

    /** What is said of its Failover when nothing comes between. */
    String end() {
        return end;
    }
}
