package io.siterecovery.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Seeds that failed once, named after what was wrong. When the model learns something new, a seed
 * tells another story: what was wrong then has a row in a core's table besides.
 */
class SimulationSeedsTest {

    private static Crew crew;

    @BeforeAll
    static void start() {
        crew = new Crew(1);
    }

    @AfterAll
    static void stop() {
        crew.close();
    }

    @Test
    void a_stop_that_was_decided_before_grant_may_land_after_it() {
        holds(221);
    }

    @Test
    void what_a_late_answer_shows_again_after_it_is_gone_is_not_written_to_for_ever() {
        holds(268);
        holds(1316);
        holds(1506);
    }

    @Test
    void a_group_is_not_claimed_while_the_other_site_is_off_for_a_moment_only() {
        holds(2385);
    }

    @Test
    void health_does_not_flap_while_protocol_a_has_data_on_its_way() {
        holds(995);
    }

    @Test
    void a_source_is_not_asked_again_and_again_while_the_proof_or_the_view_is_behind() {
        holds(270);
        holds(427);
    }

    @Test
    void what_was_told_to_stop_at_the_target_a_moment_ago_does_not_complete_a_move() {
        holds(3421, EnumSet.allOf(Trouble.class));
    }

    private static void holds(long seed) {
        holds(seed, Trouble.aroundPlannedOnes());
    }

    private static void holds(long seed, Set<Trouble> faults) {
        crew.run(
                List.<Job>of(new Job.Seeded(seed, faults, "", false)).iterator(),
                (_, outcome) -> assertThat(outcome.violation()).isEmpty());
    }
}
