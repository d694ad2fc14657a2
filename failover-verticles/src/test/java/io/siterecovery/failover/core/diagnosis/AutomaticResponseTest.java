package io.siterecovery.failover.core.diagnosis;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.plan;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse.Answer;
import io.siterecovery.failover.core.diagnosis.AutomaticResponse.Seen;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.proof.Replication;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AutomaticResponseTest {

    private static final Duration DELAY = Duration.ofMinutes(1);
    private static final Ownership AT_SOURCE =
            Ownership.unclaimed().takenBy("us").claimedBy(SOURCE);

    private Ownership ownership = AT_SOURCE;
    private Verdict source = Verdict.SITE_DOWN;
    private Verdict target = Verdict.HEALTHY;
    private boolean confirmed = true;
    private Instant since = NOW.minusSeconds(60);
    private String quorum = "majority";

    @Test
    void orders_once_for_each_time_the_group_is_held() {
        Answer.Order order = (Answer.Order) judge();
        assertThat(order.name()).isEqualTo("auto-" + GROUP.ownershipName() + "-1");
        assertThat(order.target()).isEqualTo(TARGET);
        assertThat(order.reason()).startsWith("cluster1 is SiteDown");
        assertThat(judge()).isEqualTo(order);
        ownership = AT_SOURCE.close(SOURCE, TARGET, plan().lock(), plan().record()).grant(SOURCE);
        ownership = ownership.release();
        assertThat(((Answer.Order) judge()).name()).endsWith("-3");
    }

    @Test
    void waits_for_its_delay_and_for_the_confirmation() {
        since = NOW.minusSeconds(59);
        assertThat(judge()).isEqualTo(new Answer.LookAgain(NOW.plusSeconds(1)));
        since = NOW.minusSeconds(60);
        confirmed = false;
        assertThat(judge()).isInstanceOf(Answer.LookAgain.class);
    }

    @Test
    void does_nothing_about_anything_else_than_one_lost_site() {
        for (Verdict other : Verdict.values()) {
            if (other != Verdict.SITE_DOWN) {
                source = other;
                assertThat(judge()).as("%s", other).isEqualTo(new Answer.Nothing());
            }
        }
        source = Verdict.SITE_DOWN;
        for (Verdict other : Verdict.values()) {
            if (other != Verdict.HEALTHY) {
                target = other;
                assertThat(judge()).as("%s", other).isEqualTo(new Answer.Nothing());
            }
        }
        target = Verdict.HEALTHY;
        ownership = AT_SOURCE.close(SOURCE, TARGET, plan().lock(), plan().record());
        assertThat(judge()).isEqualTo(new Answer.Nothing());
        ownership = Ownership.unclaimed();
        assertThat(judge()).isEqualTo(new Answer.Nothing());
    }

    @Test
    void never_goes_by_less_than_a_quorum() {
        quorum = "off";
        assertThat(judge()).isInstanceOf(Answer.LookAgain.class);
    }

    private Answer judge() {
        return AutomaticResponse.judge(
                new Seen(
                        GROUP,
                        ownership,
                        TARGET,
                        Optional.of(new Diagnosis(SOURCE, source, confirmed, since, List.of("x"))),
                        Optional.of(new Diagnosis(TARGET, target, true, since, List.of())),
                        quorate(),
                        DELAY,
                        NOW));
    }

    private Replication quorate() {
        return replication(
                with(
                        targetReport(),
                        s ->
                                new DrbdResourceState(
                                        s.node(),
                                        s.resource(),
                                        s.incarnation(),
                                        s.sequence(),
                                        s.observedAt(),
                                        s.role(),
                                        s.suspended(),
                                        s.forceIoFailures(),
                                        s.mayPromote(),
                                        s.promotionScore(),
                                        s.volumes(),
                                        s.peers(),
                                        new Options(quorum, "suspend-io"),
                                        false)));
    }
}
