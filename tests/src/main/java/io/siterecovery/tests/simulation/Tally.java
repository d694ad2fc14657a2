package io.siterecovery.tests.simulation;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

/** What many schedules together came to. */
public final class Tally {

    private final Map<String, Integer> ends = new TreeMap<>();
    private final Map<String, Integer> broken = new TreeMap<>();
    private long schedules;
    private long steps;
    private double virtualSeconds;
    private int violations;

    public synchronized void add(Outcome outcome) {
        schedules++;
        steps += outcome.steps();
        virtualSeconds += outcome.seconds();
        outcome.ends().forEach((end, n) -> ends.merge(end, n, Integer::sum));
        outcome.violation()
                .ifPresent(
                        v -> {
                            violations++;
                            broken.merge(v.rule(), 1, Integer::sum);
                        });
    }

    public synchronized long schedules() {
        return schedules;
    }

    public synchronized int violations() {
        return violations;
    }

    /** How many Failovers ended so. */
    public synchronized int ended(String how) {
        return ends.getOrDefault(how, 0);
    }

    /**
     * @param seconds that it all took
     */
    public synchronized void print(PrintWriter out, double seconds) {
        out.printf(
                "%,d schedules, %,d steps, %,.0f h of virtual time in %,.1f s (%,.1f a second)%n",
                schedules, steps, virtualSeconds / 3600, seconds, schedules / seconds);
        out.println("how their Failovers ended:");
        ends.forEach((end, n) -> out.printf("%,10d %s%n", n, end));
        if (violations == 0) {
            out.println("all invariants hold");
        } else {
            out.printf("%,d schedules broke an invariant: %s%n", violations, broken);
        }
        out.flush();
    }
}
