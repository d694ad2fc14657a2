package io.siterecovery.failover.verticle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one copy of a group says.
 *
 * @param rank of the copies of a group the one with the highest counts
 * @param bytes at risk
 * @param since when all was last in sync; absent if it is
 */
record GroupFigures(
        String group, int rank, String state, String health, long bytes, @Nullable Instant since) {}
