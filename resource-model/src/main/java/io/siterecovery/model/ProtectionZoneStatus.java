package io.siterecovery.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a deployment's sites. */
public record ProtectionZoneStatus(
        @Nullable Long observedGeneration,
        @Nullable String phase,
        @Nullable List<SiteStatus> sites,
        @Nullable List<Condition> conditions) {

    public record SiteStatus(
            String name,
            String verdict,
            @Nullable Instant since,
            @Nullable List<String> witnesses) {}
}
