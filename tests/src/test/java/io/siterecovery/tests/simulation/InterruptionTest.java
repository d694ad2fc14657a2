package io.siterecovery.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tests.simulation.Interruption.How;
import io.siterecovery.tests.simulation.Interruption.Who;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * I6: each write of each operation, with its sender ended before it, ended after it, or left
 * without an answer, and with the same instance or another one going on: it ends as without it.
 */
class InterruptionTest {

    private static Crew crew;

    @BeforeAll
    static void start() {
        crew = new Crew(Runtime.getRuntime().availableProcessors());
    }

    @AfterAll
    static void stop() {
        crew.close();
    }

    /** In the build one of three, in turn: each write, each how and each who is among them. */
    @ParameterizedTest
    @EnumSource
    void ends_as_without_it(Operation operation) {
        interrupt(operation, 3);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("full")
    void ends_as_without_any_of_them(Operation operation) {
        interrupt(operation, 1);
    }

    private static void interrupt(Operation operation, int oneOf) {
        List<Outcome> calm = new ArrayList<>();
        crew.run(
                List.<Job>of(job(operation, 0, How.ENDS_BEFORE, Who.SAME)).iterator(),
                (_, outcome) -> calm.add(outcome));
        Outcome undisturbed = calm.getFirst();
        assertThat(undisturbed.violation()).isEmpty();
        assertThat(undisturbed.ends().toString()).contains(operation.end());
        List<Job> jobs = new ArrayList<>();
        int number = 0;
        for (int at = 1; at <= undisturbed.story().size(); at++) {
            for (How how : How.values()) {
                for (Who who : Who.values()) {
                    if ((number++ + at) % oneOf == 0) {
                        jobs.add(job(operation, at, how, who));
                    }
                }
            }
        }
        List<String> others = new ArrayList<>();
        List<Outcome> all = new ArrayList<>();
        crew.run(
                jobs.iterator(),
                (job, outcome) -> {
                    all.add(outcome);
                    boolean same = outcome.ends().equals(undisturbed.ends());
                    if (!same || outcome.violation().isPresent()) {
                        others.add(job.written() + ": " + outcome.violation() + outcome.ends());
                    }
                });
        System.out.printf(
                "%s: %d writes, %d interruptions%n",
                operation, undisturbed.story().size(), all.size());
        assertThat(others).as("without: " + undisturbed.ends()).isEmpty();
        assertThat(all).hasSameSizeAs(jobs).isNotEmpty();
    }

    private static Job job(Operation operation, int at, How how, Who who) {
        return new Job.Interrupted(operation, at, how, who, false);
    }
}
