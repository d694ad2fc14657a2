package io.siterecovery.events.drbd;

import java.time.Instant;

/**
 * A resource state as the router passed it to the deployment that owns the resource.
 *
 * @param offset of the original record in {@code site-<id>.drbd}
 * @param appendedAt when the broker appended the original
 */
public record RoutedDrbdState(
        String cluster, String siteId, long offset, Instant appendedAt, DrbdResourceState state) {}
