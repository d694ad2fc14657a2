package io.siterecovery.failover.core.diagnosis;

import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.failover.core.diagnosis.Signs.Api;
import io.siterecovery.failover.core.diagnosis.Signs.Links;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosisTest {

    private static final Instant LONG_AGO = NOW.minusSeconds(60);
    private static final Signs ALIVE =
            new Signs(TARGET, new Api(true, LONG_AGO), Optional.of(NOW), new Links.Connected(true));
    private static final Signs DEAD =
            new Signs(
                    TARGET,
                    new Api(false, LONG_AGO),
                    Optional.of(LONG_AGO),
                    new Links.Cut(LONG_AGO));

    @ParameterizedTest
    @CsvSource({
        // API, agents, links, verdict
        "true,  true,  PRIMARY,   HEALTHY",
        "true,  true,  SECONDARY, HEALTHY",
        "true,  true,  UNKNOWN,   HEALTHY",
        "true,  true,  CUT,       LINK_DOWN",
        "true,  false, PRIMARY,   AGENTS_DOWN",
        "true,  false, CUT,       AGENTS_DOWN",
        "false, true,  PRIMARY,   API_ONLY_DOWN",
        "false, false, PRIMARY,   API_ONLY_DOWN",
        "false, true,  SECONDARY, UNKNOWN",
        "false, false, SECONDARY, UNKNOWN",
        "false, true,  CUT,       UNKNOWN",
        "false, false, CUT,       SITE_DOWN",
        "false, false, UNKNOWN,   UNKNOWN",
    })
    void three_witnesses_make_a_verdict(
            boolean api, boolean agents, String links, Verdict expected) {
        Signs signs = signs(api, agents ? NOW : LONG_AGO, links);
        Diagnosis diagnosis = Diagnosis.of(signs, ALIVE, NOW);
        assertThat(diagnosis.verdict()).isEqualTo(expected);
        assertThat(diagnosis.confirmed()).isTrue();
        assertThat(diagnosis.witnesses()).hasSize(3);
    }

    @Test
    void who_hears_from_nobody_at_all_accuses_nobody() {
        Signs signs = signs(false, LONG_AGO, "CUT");
        assertThat(Diagnosis.of(signs, DEAD, NOW).verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(Diagnosis.of(DEAD, signs, NOW).verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void it_is_a_suspicion_until_the_last_witness_has_been_silent_for_a_while() {
        Instant lately = NOW.minusMillis(2_900);
        for (Signs signs :
                new Signs[] {
                    new Signs(
                            SOURCE,
                            new Api(false, lately),
                            Optional.of(LONG_AGO),
                            new Links.Cut(LONG_AGO)),
                    new Signs(
                            SOURCE,
                            new Api(false, LONG_AGO),
                            Optional.of(LONG_AGO),
                            new Links.Cut(lately)),
                }) {
            Diagnosis early = Diagnosis.of(signs, ALIVE, NOW);
            assertThat(early.verdict()).isEqualTo(Verdict.SITE_DOWN);
            assertThat(early.confirmed()).isFalse();
            assertThat(early.described()).startsWith("cluster1 is SiteDown (suspected): ");
            Instant then = Diagnosis.lookAgain(signs, NOW).orElseThrow();
            assertThat(then).isEqualTo(lately.plusSeconds(3));
            assertThat(Diagnosis.of(signs, ALIVE, then).confirmed()).isTrue();
        }
    }

    @Test
    void an_agent_that_speaks_is_looked_at_again_when_it_would_have_been_silent() {
        Signs signs = signs(true, NOW.minusSeconds(1), "PRIMARY");
        assertThat(Diagnosis.lookAgain(signs, NOW)).contains(NOW.plusSeconds(2));
        assertThat(Diagnosis.of(signs, ALIVE, NOW.plusSeconds(2)).verdict())
                .isEqualTo(Verdict.HEALTHY);
        assertThat(Diagnosis.of(signs, ALIVE, NOW.plusMillis(2001)).verdict())
                .isEqualTo(Verdict.AGENTS_DOWN);
    }

    private static Signs signs(boolean api, Instant agents, String links) {
        return new Signs(
                SOURCE,
                new Api(api, LONG_AGO),
                Optional.of(agents),
                switch (links) {
                    case "PRIMARY" -> new Links.Connected(true);
                    case "SECONDARY" -> new Links.Connected(false);
                    case "CUT" -> new Links.Cut(LONG_AGO);
                    default -> new Links.Unknown();
                });
    }
}
