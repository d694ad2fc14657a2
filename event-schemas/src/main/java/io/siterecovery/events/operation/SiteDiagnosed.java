package io.siterecovery.events.operation;

import java.time.Instant;
import java.util.List;

/**
 * A site has another verdict than before.
 *
 * @param verdict as in the status of a ProtectionZone, e.g. {@code Healthy}, {@code SiteDown}
 * @param since when it began, as far as the witnesses tell
 * @param witnesses what each of them says, for people
 * @param at when it was told
 */
public record SiteDiagnosed(
        String cluster, String verdict, Instant since, List<String> witnesses, Instant at) {

    public SiteDiagnosed {
        witnesses = List.copyOf(witnesses);
    }
}
