package io.siterecovery.failover.core.failover;

import static io.siterecovery.failover.core.Fixtures.GROUP;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.suspended;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.Verdict;
import io.siterecovery.failover.core.failover.EmergencyPreflight.Judgement;
import io.siterecovery.failover.core.proof.EmergencyProof.Situation;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EmergencyPreflightTest {

    private Verdict verdict = Verdict.SITE_DOWN;
    private boolean confirmed = true;
    private boolean sourceAnswers;
    private boolean sure;
    private boolean heard = true;
    private String quorum = "majority";
    private String suspended = "no";

    @Test
    void a_quorum_needs_no_more_words_and_no_confirmation() {
        confirmed = false;
        assertThat(judge()).isEqualTo(new Judgement.Sound(Rule.Q));
    }

    @Test
    void a_source_that_answers_is_stopped_whatever_drbd_can_prove() {
        quorum = "off";
        sourceAnswers = true;
        verdict = Verdict.HEALTHY;
        assertThat(judge()).isEqualTo(new Judgement.Sound(Rule.R));
    }

    @Test
    void live_vms_behind_a_silent_api_are_left_alone_even_by_force() {
        verdict = Verdict.API_ONLY_DOWN;
        for (boolean force : new boolean[] {false, true}) {
            sure = force;
            assertWrong("ApiOnlyDown", "are alive there and writing");
        }
    }

    @Test
    void what_no_word_makes_right_is_refused_at_once() {
        suspended = "fencing";
        sure = true;
        assertWrong("NeverSafe", "I/O is suspended (fencing)");
        sourceAnswers = true;
        assertWrong("NeverSafe", "I/O is suspended (fencing)");
    }

    @Test
    void without_a_quorum_it_says_what_is_not_known_and_how_to_go_on() {
        quorum = "off";
        assertWrong("ConfirmationNeeded", "order again with force: true", "cluster1 is SiteDown");
        sure = true;
        assertThat(judge()).isEqualTo(new Judgement.Sound(Rule.F));
    }

    @Test
    void a_humans_word_waits_until_the_silence_is_certain() {
        quorum = "off";
        confirmed = false;
        assertNotYet("ConfirmationNeeded");
        sure = true;
        assertNotYet("NotSilentForSure");
    }

    @Test
    void a_target_that_has_not_spoken_yet_is_waited_for() {
        heard = false;
        quorum = "off";
        assertNotYet("DataNotProven");
    }

    private void assertWrong(String reason, String... words) {
        assertThat(judge())
                .isInstanceOfSatisfying(
                        Judgement.Wrong.class,
                        w -> {
                            assertThat(w.why().reason()).isEqualTo(reason);
                            assertThat(w.why().message()).contains(words);
                        });
    }

    private void assertNotYet(String reason) {
        assertThat(judge())
                .isInstanceOfSatisfying(
                        Judgement.NotYet.class,
                        n -> assertThat(n.atTheDeadline().reason()).isEqualTo(reason));
    }

    private Judgement judge() {
        Situation situation =
                new Situation(
                        target(),
                        SOURCE,
                        TARGET,
                        Optional.empty(),
                        sourceAnswers,
                        Optional.empty(),
                        sure,
                        NOW);
        Diagnosis diagnosis = new Diagnosis(SOURCE, verdict, confirmed, NOW, List.of("x"));
        return EmergencyPreflight.judge(GROUP, situation, Optional.of(diagnosis), heard);
    }

    private Replication target() {
        return replication(
                sourceReport(), with(targetReport(), s -> options(suspended(s, suspended, false))));
    }

    private DrbdResourceState options(DrbdResourceState s) {
        return new DrbdResourceState(
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
                false);
    }
}
