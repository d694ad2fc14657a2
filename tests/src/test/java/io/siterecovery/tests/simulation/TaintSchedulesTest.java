package io.siterecovery.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tests.simulation.mutant.Mutant;
import io.siterecovery.tests.simulation.mutant.TaintMutants;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes that DRBD closes: whatever else fails, nobody is opened up who needs them closed. */
class TaintSchedulesTest {

    private static final int SCHEDULES = 75;
    private static final int QUICK = 200;

    private static Crew crew;

    @BeforeAll
    static void start() {
        crew = new Crew(Runtime.getRuntime().availableProcessors());
    }

    @AfterAll
    static void stop() {
        crew.close();
    }

    @Test
    void no_invariant_breaks_where_nodes_are_closed() {
        Set<Trouble> faults = EnumSet.copyOf(Trouble.aroundPlannedOnes());
        faults.add(Trouble.TAINTS);
        List<Job> jobs =
                LongStream.rangeClosed(1, SCHEDULES)
                        .mapToObj(seed -> (Job) new Job.Seeded(seed, faults, "", false))
                        .toList();
        Tally tally = new Tally();
        List<String> broken = new ArrayList<>();
        crew.run(
                jobs.iterator(),
                (_, outcome) -> {
                    tally.add(outcome);
                    outcome.violation()
                            .ifPresent(
                                    v ->
                                            broken.add(
                                                    "bin/simulate --faults "
                                                            + Trouble.write(faults)
                                                            + " --seed "
                                                            + outcome.seed()
                                                            + ": "
                                                            + v));
                });
        assertThat(broken).isEmpty();
        assertThat(tally.ended("Failed UnsafeToRemoveTaints")).isPositive();
    }

    static Stream<String> planted() {
        return TaintMutants.all().stream().map(Mutant::name);
    }

    @ParameterizedTest
    @MethodSource("planted")
    void a_planted_bug_is_found(String name) {
        Hunt hunt = new Hunt(crew, EnumSet.of(Trouble.TAINTS), 1, QUICK);
        Mutant mutant =
                TaintMutants.all().stream()
                        .filter(m -> m.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        Hunt.Catch result = hunt.hunt(mutant);
        assertThat(result.soundToo()).as("without it").isEmpty();
        assertThat(result.rule()).isEqualTo("I5");
    }
}
