package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.control.Bugs;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;

/** {@code bin/simulate}. */
public final class Simulate {

    public static void main(String[] arguments) {
        var all = EnumSet.allOf(Trouble.class);
        if (arguments.length > 1 && arguments[1].equals("x")) {
            Outcome outcome =
                    new Schedule(Long.parseLong(arguments[0]), all, Bugs.NONE, true).run();
            outcome.story().forEach(System.out::println);
            if (io.siterecovery.tests.simulation.engine.Agenda.DEBUG != null) System.out.println(io.siterecovery.tests.simulation.engine.Agenda.DEBUG);
            System.out.println(outcome.ends() + " " + outcome.steps() + " steps " + outcome.violation());
            return;
        }
        long t = System.nanoTime();
        Map<String, Integer> ends = new TreeMap<>();
        Map<String, Integer> violations = new TreeMap<>();
        Map<String, String> examples = new TreeMap<>();
        long from = Long.parseLong(arguments[0]);
        long n = Long.parseLong(arguments[1]);
        long steps = 0;
        double seconds = 0;
        for (long i = from; i < from + n; i++) {
            Outcome o = new Schedule(i, all, Bugs.NONE, false).run();
            o.ends().forEach((k, v) -> ends.merge(k, v, Integer::sum));
            steps += o.steps();
            seconds += o.seconds();
            if (o.violation().isPresent()) {
                var v = o.violation().get();
                violations.merge(v.rule(), 1, Integer::sum);
                examples.merge(v.rule(), i + ": " + v.what(), (a, b) -> a.length() > 3000 ? a : a + "\n   " + b);
            }
        }
        System.out.println("ends " + ends);
        System.out.println("violations " + violations);
        examples.forEach((k, v) -> System.out.println(k + "\n   " + v));
        System.out.printf("%d schedules, %d steps, %.0f virtual s, %.1f ms each%n", n, steps, seconds, (System.nanoTime() - t) / 1e6 / n);
    }

    private Simulate() {}
}
