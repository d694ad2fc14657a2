package io.siterecovery.failover.core.diagnosis;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.Condition;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ProtectionZoneStatus.SiteStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What users are told of a deployment's sites. A suspicion is not told: most pass, and each would
 * be a write.
 */
public final class ZoneReport {

    static final String CONDITION = "SitesHealthy";

    /** The status as it should be; equal to the one that is there if nothing new is known. */
    public static ProtectionZoneStatus of(
            ProtectionZoneStatus before,
            Map<ClusterId, Optional<Diagnosis>> diagnoses,
            long generation,
            Instant now) {
        List<SiteStatus> sites = new ArrayList<>();
        diagnoses.forEach((site, diagnosis) -> told(before, site, diagnosis).ifPresent(sites::add));
        List<Condition> conditions =
                new ArrayList<>(before.conditions() == null ? List.of() : before.conditions());
        Optional<Condition> old =
                conditions.stream().filter(c -> c.type().equals(CONDITION)).findFirst();
        conditions.removeIf(c -> c.type().equals(CONDITION));
        if (!sites.isEmpty()) {
            conditions.add(condition(sites, generation, old, now));
        }
        return new ProtectionZoneStatus(
                generation,
                before.phase(),
                sites.isEmpty() ? null : sites,
                conditions.isEmpty() ? null : conditions);
    }

    /** Sites whose verdict is another one than before. */
    public static List<SiteStatus> news(ProtectionZoneStatus before, ProtectionZoneStatus after) {
        return sites(after)
                .filter(
                        site ->
                                sites(before)
                                        .noneMatch(
                                                old ->
                                                        old.name().equals(site.name())
                                                                && old.verdict()
                                                                        .equals(site.verdict())))
                .toList();
    }

    private static Optional<SiteStatus> told(
            ProtectionZoneStatus before, ClusterId site, Optional<Diagnosis> diagnosis) {
        Optional<SiteStatus> old =
                sites(before).filter(s -> s.name().equals(site.name())).findFirst();
        if (diagnosis.isEmpty()) {
            return old;
        }
        Diagnosis now = diagnosis.get();
        if (now.verdict() != Verdict.HEALTHY && !now.confirmed()) {
            return old;
        }
        boolean same = old.filter(o -> o.verdict().equals(now.verdict().word())).isPresent();
        Instant since =
                same ? Objects.requireNonNullElse(old.get().since(), now.since()) : now.since();
        return Optional.of(
                new SiteStatus(site.name(), now.verdict().word(), since, now.witnesses()));
    }

    private static Condition condition(
            List<SiteStatus> sites, long generation, Optional<Condition> old, Instant now) {
        Collection<SiteStatus> ill =
                sites.stream().filter(s -> !s.verdict().equals(Verdict.HEALTHY.word())).toList();
        String status = ill.isEmpty() ? "True" : "False";
        Instant since =
                old.filter(c -> c.status().equals(status))
                        .map(Condition::lastTransitionTime)
                        .orElse(now);
        return new Condition(
                CONDITION,
                status,
                ill.stream().map(SiteStatus::verdict).findFirst().orElse(Verdict.HEALTHY.word()),
                ill.stream().map(ZoneReport::described).collect(Collectors.joining(". ")),
                since,
                generation);
    }

    /** As in "cluster1 is SiteDown: API silent since …; agents …". */
    public static String described(SiteStatus site) {
        return site.name()
                + " is "
                + site.verdict()
                + ": "
                + String.join(
                        "; ", Objects.requireNonNullElse(site.witnesses(), List.<String>of()));
    }

    private static Stream<SiteStatus> sites(ProtectionZoneStatus status) {
        return status.sites() == null ? Stream.of() : status.sites().stream();
    }

    private ZoneReport() {}
}
