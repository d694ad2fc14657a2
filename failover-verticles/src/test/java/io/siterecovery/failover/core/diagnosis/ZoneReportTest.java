package io.siterecovery.failover.core.diagnosis;

import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.Condition;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ProtectionZoneStatus.SiteStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ZoneReportTest {

    private static final ProtectionZoneStatus NEW =
            new ProtectionZoneStatus(null, "Active", null, null);
    private static final Instant SINCE = NOW.minusSeconds(10);

    @Test
    void a_confirmed_verdict_is_told_once_with_its_witnesses() {
        ProtectionZoneStatus well = report(NEW, Verdict.HEALTHY, true, NOW);
        assertThat(condition(well).status()).isEqualTo("True");
        ProtectionZoneStatus ill = report(well, Verdict.SITE_DOWN, true, NOW);
        assertThat(ill.phase()).isEqualTo("Active");
        assertThat(condition(ill).status()).isEqualTo("False");
        assertThat(condition(ill).reason()).isEqualTo("SiteDown");
        assertThat(condition(ill).message()).isEqualTo("cluster1 is SiteDown: a; b");
        assertThat(ZoneReport.news(well, ill))
                .extracting(SiteStatus::name)
                .containsExactly("cluster1");
        assertThat(report(ill, Verdict.SITE_DOWN, true, NOW.plusSeconds(60))).isEqualTo(ill);
        assertThat(ZoneReport.news(ill, ill)).isEmpty();
    }

    @Test
    void a_suspicion_changes_nothing() {
        ProtectionZoneStatus well = report(NEW, Verdict.HEALTHY, true, NOW);
        assertThat(report(well, Verdict.SITE_DOWN, false, NOW)).isEqualTo(well);
    }

    private static ProtectionZoneStatus report(
            ProtectionZoneStatus before, Verdict source, boolean confirmed, Instant now) {
        Map<ClusterId, Optional<Diagnosis>> diagnoses = new LinkedHashMap<>();
        diagnoses.put(
                SOURCE,
                Optional.of(new Diagnosis(SOURCE, source, confirmed, SINCE, List.of("a", "b"))));
        diagnoses.put(
                TARGET,
                Optional.of(new Diagnosis(TARGET, Verdict.HEALTHY, true, SINCE, List.of("c"))));
        return ZoneReport.of(before, diagnoses, 3, now);
    }

    private static Condition condition(ProtectionZoneStatus status) {
        assertThat(status.conditions()).hasSize(1);
        return Objects.requireNonNull(status.conditions()).getFirst();
    }
}
