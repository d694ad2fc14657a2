package io.siterecovery.failover.verticle;

import io.siterecovery.failover.adapter.FailoverEffects;
import io.siterecovery.failover.adapter.FailoverRecords;
import io.siterecovery.failover.adapter.FailoverStore;
import io.siterecovery.failover.adapter.GroupEffects;
import io.siterecovery.failover.adapter.LockLease;
import io.siterecovery.failover.adapter.NodeTaints;
import io.siterecovery.failover.adapter.OperationLog;
import io.siterecovery.failover.adapter.OwnershipStore;

/** The hands of a failover. */
record FailoverAdapters(
        String namespace,
        FailoverRecords records,
        FailoverStore store,
        FailoverEffects effects,
        GroupEffects groupEffects,
        NodeTaints nodeTaints,
        OwnershipStore ownerships,
        LockLease leases,
        OperationLog log) {}
