package io.siterecovery.model;

import org.jspecify.annotations.Nullable;

/**
 * The order to move a group. Everything but {@code cancel} is immutable.
 *
 * @param targetCluster a cluster's name or alias, or {@code primary}, {@code dr}, {@code
 *     primary-cluster}, {@code dr-cluster}
 * @param failoverType {@code planned} (default) or {@code emergency}
 */
public record FailoverSpec(
        String protectionGroup,
        @Nullable String protectionGroupNamespace,
        String targetCluster,
        @Nullable String failoverType,
        @Nullable Boolean force,
        @Nullable String reason,
        @Nullable Boolean dryRun,
        @Nullable Boolean cancel) {}
