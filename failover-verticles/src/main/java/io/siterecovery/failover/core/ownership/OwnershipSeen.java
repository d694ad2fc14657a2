package io.siterecovery.failover.core.ownership;

/** An ownership as it was read: what a later write of it must still find. */
public record OwnershipSeen(String uid, String resourceVersion, Ownership ownership) {}
