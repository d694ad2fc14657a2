package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.mutant.Mutant;
import io.siterecovery.tests.simulation.oracle.Violation;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/** How many schedules it takes to notice that the product is broken. */
public final class Hunt {

    private final Crew crew;
    private final Set<Trouble> faults;
    private final long from;
    private final long most;

    /**
     * @param from the first seed
     * @param most schedules before a bug counts as never found
     */
    public Hunt(Crew crew, Set<Trouble> faults, long from, long most) {
        this.crew = crew;
        this.faults = faults;
        this.from = from;
        this.most = most;
    }

    /**
     * What became of one planted bug.
     *
     * @param schedules that it took, whatever ran beside them
     * @param first of the outcomes that broke an invariant; empty: none did
     * @param soundToo what an earlier seed broke with the bug and without it
     * @param stopped somebody wanted no more
     */
    public record Catch(
            Mutant mutant,
            long schedules,
            Optional<Outcome> first,
            Optional<Violation> soundToo,
            boolean stopped,
            double seconds) {

        public boolean caught() {
            return first.isPresent();
        }

        public String rule() {
            return first.flatMap(Outcome::violation).map(Violation::rule).orElse("");
        }
    }

    /** A seed that the product itself fails at tells nothing of a bug: it is passed over. */
    public Catch hunt(Mutant mutant) {
        long began = System.nanoTime();
        Optional<Violation> soundToo = Optional.empty();
        long start = from;
        while (true) {
            Trail trail = new Trail(mutant, start);
            boolean done = crew.run(trail, (_, outcome) -> trail.ran(outcome));
            Optional<Violation> also =
                    trail.first.filter(_ -> done).flatMap(found -> without(found.seed()));
            if (also.isEmpty()) {
                return new Catch(
                        mutant,
                        trail.first.map(o -> o.seed() + 1).orElse(trail.next) - from,
                        trail.first,
                        soundToo,
                        !done,
                        (System.nanoTime() - began) / 1e9);
            }
            soundToo = also;
            start = trail.first.orElseThrow().seed() + 1;
        }
    }

    private Optional<Violation> without(long seed) {
        Tracks tracks = new Tracks();
        crew.run(
                List.<Job>of(new Job.Seeded(seed, faults, "", false)).iterator(),
                (_, outcome) -> tracks.ran(outcome));
        return tracks.violation;
    }

    private static final class Tracks {
        private Optional<Violation> violation = Optional.empty();

        void ran(Outcome outcome) {
            violation = outcome.violation();
        }
    }

    /** One seed after the other, until one fails. Those begun before it are still awaited. */
    private final class Trail implements Iterator<Job> {
        private final Mutant mutant;
        private long next;
        private volatile Optional<Outcome> first = Optional.empty();

        Trail(Mutant mutant, long start) {
            this.mutant = mutant;
            this.next = start;
        }

        @Override
        public boolean hasNext() {
            return first.isEmpty() && next < from + most;
        }

        @Override
        public Job next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return new Job.Seeded(next++, faults, mutant.name(), false);
        }

        void ran(Outcome outcome) {
            boolean earlier = first.map(f -> outcome.seed() < f.seed()).orElse(true);
            if (outcome.violation().isPresent() && earlier) {
                first = Optional.of(outcome);
            }
        }
    }
}
