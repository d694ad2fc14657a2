package io.siterecovery.tenants.core;

import io.siterecovery.model.Condition;
import io.siterecovery.model.ProtectionZoneStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How far a deployment is, as its ProtectionZone says: a phase and three conditions. */
public final class ZoneProgress {

    public static final String OBSERVING = "Observing";
    public static final String ACTIVE = "Active";
    public static final String REMOVING = "Removing";

    public static final String PROVISIONED = "Provisioned";
    public static final String PREFLIGHT = "PreflightPassed";
    public static final String REMOVABLE = "Removable";

    /**
     * @param holds whether the condition does
     * @param message what was seen, what it prevents and what to do
     */
    public record News(String type, boolean holds, String reason, String message) {}

    /** The status as it should be; equal to the one before if nothing is new. */
    public static ProtectionZoneStatus with(
            ProtectionZoneStatus before,
            String phase,
            List<News> news,
            long generation,
            Instant now) {
        List<Condition> conditions =
                new ArrayList<>(before.conditions() == null ? List.of() : before.conditions());
        for (News one : news) {
            Optional<Condition> old =
                    conditions.stream().filter(c -> c.type().equals(one.type())).findFirst();
            conditions.removeIf(c -> c.type().equals(one.type()));
            conditions.add(condition(one, old, generation, now));
        }
        conditions.sort(Comparator.comparing(Condition::type));
        return new ProtectionZoneStatus(
                before.observedGeneration(), phase, before.sites(), conditions);
    }

    /** One that has been Active stays so: what is wrong with its sites later is told elsewhere. */
    public static String phase(ProtectionZoneStatus before, boolean passed) {
        return passed || ACTIVE.equals(before.phase()) ? ACTIVE : OBSERVING;
    }

    private static Condition condition(
            News news, Optional<Condition> old, long generation, Instant now) {
        String status = news.holds() ? "True" : "False";
        Instant since =
                old.filter(c -> c.status().equals(status))
                        .map(Condition::lastTransitionTime)
                        .orElse(now);
        return new Condition(news.type(), status, news.reason(), news.message(), since, generation);
    }

    private ZoneProgress() {}
}
