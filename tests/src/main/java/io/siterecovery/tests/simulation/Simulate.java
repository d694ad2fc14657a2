package io.siterecovery.tests.simulation;

/** {@code bin/simulate}. */
public final class Simulate {

    public static void main(String[] arguments) {
        Outcome outcome = new Schedule(Long.parseLong(arguments[0]), arguments.length > 1).run();
        outcome.story().forEach(System.out::println);
        System.out.println(outcome.ends() + " " + outcome.steps() + " steps " + outcome.violation());
        if (arguments.length > 1) {
            return;
        }
        long t = System.nanoTime();
        for (int i = 0; i < 500; i++) {
            new Schedule(i, false).run();
            if (i % 100 == 99) {
                System.out.println(i + " " + (System.nanoTime() - t) / 1e6 / 100 + " ms each");
                t = System.nanoTime();
            }
        }
    }

    private Simulate() {}
}
