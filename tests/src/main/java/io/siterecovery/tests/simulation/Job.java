package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.mutant.Mutants;
import io.siterecovery.tests.simulation.oracle.Violation;
import java.util.Set;

/**
 * One schedule to be run.
 *
 * @param faults of which the seed draws some
 * @param mutant the planted bug; empty: the product as it is
 * @param told whether its story is wanted even if all goes well
 */
record Job(long seed, Set<Trouble> faults, String mutant, boolean told) {

    Job {
        faults = Set.copyOf(faults);
    }

    /** As one line, without a line break. */
    String written() {
        return seed + " " + Trouble.write(faults) + " " + (told ? "told" : "-") + " " + mutant;
    }

    static Job read(String line) {
        String[] parts = line.split(" ", 4);
        return new Job(
                Long.parseLong(parts[0]),
                Trouble.parse(parts[1]),
                parts[3],
                parts[2].equals("told"));
    }

    /** What fails is run once more and told: the same seed must fail in the same way. */
    Outcome run() {
        Outcome outcome = run(told);
        if (told || outcome.violation().isEmpty()) {
            return outcome;
        }
        Outcome again = run(true);
        return again.violation().equals(outcome.violation())
                ? again
                : again.with(
                        new Violation(
                                "Bug",
                                "the same seed went two ways: %s, then %s"
                                        .formatted(outcome.violation(), again.violation())));
    }

    private Outcome run(boolean tell) {
        return new Schedule(seed, faults, Mutants.bugs(mutant), tell).run();
    }
}
