package io.siterecovery.model;

import io.siterecovery.model.crd.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A condition: what was seen, what it prevents, what to do. */
public record Condition(
        @Schema(value = "What the condition is about.", minLength = 1, maxLength = 316) String type,
        @Schema(
                        value = "Whether it holds.",
                        words = {"True", "False", "Unknown"})
                String status,
        @Schema(value = "Why, as one word for programs.", maxLength = 1024) String reason,
        @Schema(value = "What was seen, what it prevents and what to do.", maxLength = 32768)
                String message,
        @Schema("When the condition last began or ceased to hold.")
                @Nullable Instant lastTransitionTime,
        @Schema("The generation of the object that was looked at.")
                @Nullable Long observedGeneration) {}
