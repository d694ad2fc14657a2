package io.siterecovery.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Thousands of schedules, and not one breaks an invariant. */
class SimulationTest {

    private static final Set<Trouble> ALL = EnumSet.allOf(Trouble.class);

    @Test
    void no_invariant_breaks_in_2000_schedules() {
        aroundPlannedOnes(2_000);
    }

    @Test
    @Tag("full")
    void no_invariant_breaks_in_10000_schedules() {
        aroundPlannedOnes(10_000);
    }

    @Test
    void no_invariant_breaks_in_1000_schedules_of_lost_sites() {
        whenSitesAreLost(1_000);
    }

    @Test
    @Tag("full")
    void no_invariant_breaks_in_5000_schedules_of_lost_sites() {
        whenSitesAreLost(5_000);
    }

    @Test
    void one_seed_is_one_story_in_every_process_and_whatever_ran_before() {
        assertThat(stories(1)).isEqualTo(stories(2)).hasSize(12);
    }

    private static void aroundPlannedOnes(int schedules) {
        Tally tally = run(schedules, Trouble.aroundPlannedOnes());
        // One that never does anything breaks no rule either.
        assertThat(tally.ended("Completed Completed")).isGreaterThan(schedules / 2);
        assertThat(tally.ended("Completed DryRun")).isGreaterThan(schedules / 50);
        assertThat(tally.ended("Failed Cancelled")).isGreaterThan(schedules / 100);
        assertThat(tally.ended("Failed SourceDidNotStop")).isPositive();
        assertThat(tally.ended("Failed DataNotProven")).isPositive();
    }

    private static void whenSitesAreLost(int schedules) {
        Tally tally = run(schedules, ALL);
        assertThat(tally.ended("Completed Completed")).isGreaterThan(schedules / 2);
        assertThat(tally.ended("Failed ConfirmationNeeded")).isPositive();
        assertThat(tally.ended("Failed NeverSafe")).isPositive();
    }

    private static Tally run(int schedules, Set<Trouble> faults) {
        Tally tally = new Tally();
        List<String> broken = new ArrayList<>();
        try (Crew crew = new Crew(Runtime.getRuntime().availableProcessors())) {
            crew.run(
                    seeds(schedules, faults).iterator(),
                    (_, outcome) -> {
                        tally.add(outcome);
                        outcome.violation()
                                .ifPresent(
                                        v ->
                                                broken.add(
                                                        "bin/simulate --seed "
                                                                + outcome.seed()
                                                                + ": "
                                                                + v));
                    });
        }
        assertThat(broken).isEmpty();
        assertThat(tally.schedules()).isEqualTo(schedules);
        return tally;
    }

    private static List<Job> seeds(int count, Set<Trouble> faults) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(seed -> (Job) new Job.Seeded(seed, faults, "", false))
                .toList();
    }

    /** Of a few seeds, from this many processes. */
    private static Set<List<String>> stories(int processes) {
        Set<List<String>> stories = ConcurrentHashMap.newKeySet();
        List<Job> jobs =
                LongStream.rangeClosed(101, 112)
                        .mapToObj(seed -> (Job) new Job.Seeded(seed, ALL, "", true))
                        .toList();
        try (Crew crew = new Crew(processes)) {
            crew.run(jobs.iterator(), (_, outcome) -> stories.add(withoutUuids(outcome.story())));
        }
        return stories;
    }

    /** Kubernetes Events are named by chance. */
    private static List<String> withoutUuids(List<String> story) {
        return story.stream().map(l -> l.replaceAll("[0-9a-f]{8}-[0-9a-f]{4}", "#")).toList();
    }
}
