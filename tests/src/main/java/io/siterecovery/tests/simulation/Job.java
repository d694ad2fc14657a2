package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.Interruption.How;
import io.siterecovery.tests.simulation.Interruption.Who;
import io.siterecovery.tests.simulation.mutant.Mutants;
import io.siterecovery.tests.simulation.oracle.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a worker is given to do; written as one line. */
sealed interface Job {

    Outcome run();

    String written();

    static Job read(String line) {
        String[] parts = line.split(" ", -1);
        return parts[0].equals("seed")
                ? new Seeded(
                        Long.parseLong(parts[1]),
                        Trouble.parse(parts[2]),
                        parts[3],
                        Boolean.parseBoolean(parts[4]))
                : new Interrupted(
                        Operation.valueOf(parts[1]),
                        Integer.parseInt(parts[2]),
                        How.valueOf(parts[3]),
                        Who.valueOf(parts[4]),
                        Boolean.parseBoolean(parts[5]));
    }

    /**
     * One schedule.
     *
     * @param faults of which the seed draws some
     * @param mutant the planted bug; empty: the product as it is
     * @param told whether its story is wanted even if all goes well
     */
    record Seeded(long seed, Set<Trouble> faults, String mutant, boolean told) implements Job {

        public Seeded {
            faults = Set.copyOf(faults);
        }

        @Override
        public String written() {
            return "seed %d %s %s %s".formatted(seed, Trouble.write(faults), mutant, told);
        }

        /** What fails is run once more and told: the same seed must fail in the same way. */
        @Override
        public Outcome run() {
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

    /**
     * One operation, interrupted once.
     *
     * @param at which of its writes; 0: none
     */
    record Interrupted(Operation operation, int at, How how, Who who, boolean told) implements Job {

        @Override
        public String written() {
            return "interrupted %s %d %s %s %s".formatted(operation, at, how, who, told);
        }

        @Override
        public Outcome run() {
            try {
                return new Episode(operation, at, how, who, told).run();
            } catch (RuntimeException e) {
                return new Outcome(
                        0,
                        Optional.of(new Violation("Bug", Schedule.stack(e))),
                        0,
                        0,
                        Map.of(),
                        List.of());
            }
        }
    }
}
