package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.control.Bugs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Many schedules, as many at a time as there are processors, each by itself. */
public final class Campaign {

    private final Set<Trouble> allowed;
    private final Supplier<Bugs> bugs;
    private final int threads;

    /**
     * @param bugs made anew for each schedule, since some remember
     */
    public Campaign(Set<Trouble> allowed, Supplier<Bugs> bugs, int threads) {
        this.allowed = Set.copyOf(allowed);
        this.bugs = bugs;
        this.threads = threads;
    }

    /** What all schedules together came to. */
    public record Total(
            long schedules,
            long steps,
            double virtualSeconds,
            Map<String, Integer> ends,
            List<Outcome> violations) {}

    /**
     * @param stopAtFirst whether to begin no more schedules once one has failed
     * @param each told of every outcome, from any thread, one at a time
     */
    public Total run(long from, long count, boolean stopAtFirst, Consumer<Outcome> each) {
        AtomicLong next = new AtomicLong(from);
        AtomicBoolean stop = new AtomicBoolean();
        Tally tally = new Tally();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker =
                    new Thread(
                            () -> {
                                long seed = next.getAndIncrement();
                                while (seed < from + count && !stop.get()) {
                                    Outcome outcome =
                                            new Schedule(seed, allowed, bugs.get(), false).run();
                                    synchronized (tally) {
                                        tally.add(outcome);
                                        each.accept(outcome);
                                    }
                                    if (stopAtFirst && outcome.violation().isPresent()) {
                                        stop.set(true);
                                    }
                                    seed = next.getAndIncrement();
                                }
                            },
                            "schedules-" + i);
            worker.start();
            workers.add(worker);
        }
        workers.forEach(Campaign::join);
        return tally.total();
    }

    private static void join(Thread worker) {
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static final class Tally {
        private long schedules;
        private long steps;
        private double seconds;
        private final Map<String, Integer> ends = new TreeMap<>();
        private final List<Outcome> violations = new ArrayList<>();

        void add(Outcome outcome) {
            schedules++;
            steps += outcome.steps();
            seconds += outcome.seconds();
            outcome.ends().forEach((end, n) -> ends.merge(end, n, Integer::sum));
            if (outcome.violation().isPresent()) {
                violations.add(outcome);
            }
        }

        Total total() {
            return new Total(schedules, steps, seconds, ends, violations);
        }
    }
}
