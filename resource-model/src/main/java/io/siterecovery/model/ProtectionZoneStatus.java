package io.siterecovery.model;

import io.siterecovery.model.crd.Names;
import io.siterecovery.model.crd.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a deployment's sites. */
public record ProtectionZoneStatus(
        @Schema("The generation of the object that was looked at.")
                @Nullable Long observedGeneration,
        @Schema(value = "How the deployment is, in a word.", maxLength = 63) @Nullable String phase,
        @Schema(value = "The two sites.", maxItems = 2, key = "name")
                @Nullable List<SiteStatus> sites,
        @Schema(value = "What holds of the deployment.", maxItems = 32, key = "type")
                @Nullable List<Condition> conditions) {

    public record SiteStatus(
            @Schema(value = "The cluster's name.", maxLength = Names.SUBDOMAIN_LENGTH) String name,
            @Schema(
                            value = "What is wrong with it, if anything.",
                            words = {
                                "Healthy",
                                "ApiOnlyDown",
                                "LinkDown",
                                "SiteDown",
                                "AgentsDown",
                                "Unknown"
                            })
                    String verdict,
            @Schema("When this verdict began.") @Nullable Instant since,
            @Schema(value = "Who saw what, and how long ago.", maxItems = 16)
                    @Nullable List<String> witnesses) {}
}
