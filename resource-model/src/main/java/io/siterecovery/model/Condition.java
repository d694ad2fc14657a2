package io.siterecovery.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A condition: what was seen, what it prevents, what to do.
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 */
public record Condition(
        String type,
        String status,
        String reason,
        String message,
        @Nullable Instant lastTransitionTime,
        @Nullable Long observedGeneration) {}
