package io.siterecovery.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Thousands of schedules, and not one breaks an invariant. */
class SimulationTest {

    private static final Set<Trouble> ALL = Trouble.aroundPlannedOnes();

    @Test
    void no_invariant_breaks_in_2000_schedules() {
        run(2_000);
    }

    @Test
    @Tag("full")
    void no_invariant_breaks_in_10000_schedules() {
        run(10_000);
    }

    @Test
    void one_seed_is_one_story_in_every_process_and_whatever_ran_before() {
        assertThat(stories(1)).isEqualTo(stories(2)).hasSize(12);
    }

    private static void run(int schedules) {
        Tally tally = new Tally();
        List<String> broken = new ArrayList<>();
        try (Crew crew = new Crew(Runtime.getRuntime().availableProcessors())) {
            crew.run(
                    seeds(schedules).iterator(),
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
        // One that never does anything breaks no rule either.
        assertThat(tally.ended("Completed Completed")).isGreaterThan(schedules / 2);
        assertThat(tally.ended("Completed DryRun")).isGreaterThan(schedules / 50);
        assertThat(tally.ended("Failed Cancelled")).isGreaterThan(schedules / 100);
        assertThat(tally.ended("Failed SourceDidNotStop")).isPositive();
        assertThat(tally.ended("Failed DataNotProven")).isPositive();
    }

    private static List<Job> seeds(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(seed -> (Job) new Job.Seeded(seed, ALL, "", false))
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
