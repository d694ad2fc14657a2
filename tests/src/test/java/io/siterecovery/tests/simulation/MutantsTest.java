package io.siterecovery.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tests.simulation.mutant.Mutant;
import io.siterecovery.tests.simulation.mutant.Mutants;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A simulation that finds nothing proves nothing: each planted bug must be noticed. */
class MutantsTest {

    private static final int MOST = 10_000;
    private static final int QUICK = 200;

    /** Those that need few schedules. */
    private static final List<String> SOON =
            List.of(
                    "close-after-stop",
                    "grant-without-proof",
                    "proof-before-close",
                    "silence-is-stopped",
                    "no-up-to-date-check",
                    "told-is-stopped",
                    "opened-before-grant",
                    "started-while-moving",
                    "undo-after-grant",
                    "dry-run-for-real",
                    "failed-without-undo",
                    "each-action-once",
                    "no-boot-order",
                    "no-order-of-stops",
                    "not-held-elsewhere");

    private static Crew crew;

    @BeforeAll
    static void start() {
        crew = new Crew(Runtime.getRuntime().availableProcessors());
    }

    @AfterAll
    static void stop() {
        crew.close();
    }

    static Stream<String> soon() {
        return SOON.stream();
    }

    static Stream<String> others() {
        return Mutants.OF_PLANNED_ONES.stream()
                .map(Mutant::name)
                .filter(name -> !SOON.contains(name));
    }

    @ParameterizedTest
    @MethodSource("soon")
    void is_found_soon(String mutant) {
        found(mutant, QUICK);
    }

    @ParameterizedTest
    @MethodSource("others")
    @Tag("full")
    void is_found(String mutant) {
        found(mutant, MOST);
    }

    static Stream<String> ofEmergencies() {
        return Mutants.OF_EMERGENCIES.stream().map(Mutant::name);
    }

    @ParameterizedTest
    @MethodSource("ofEmergencies")
    @Tag("full")
    void is_found_when_sites_are_lost(String mutant) {
        found(mutant, EnumSet.allOf(Trouble.class), MOST);
    }

    private static void found(String name, int within) {
        found(name, Trouble.aroundPlannedOnes(), within);
    }

    private static void found(String name, Set<Trouble> faults, int within) {
        Hunt hunt = new Hunt(crew, faults, 1, within);
        Hunt.Catch result = hunt.hunt(Mutants.named(name).orElseThrow());
        assertThat(result.soundToo()).as("without it").isEmpty();
        assertThat(result.caught()).as("found within " + within + " schedules").isTrue();
    }
}
