package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.Campaign.Total;
import io.siterecovery.tests.simulation.control.Bugs;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/simulate}: the control plane in a model world that fails in many ways. */
@Command(
        name = "bin/simulate",
        description = {
            "Runs the control plane in a model world where everything fails that can.",
            "Each seed is one schedule: the same seed is the same schedule, on any machine.",
            "Exit code 1 when an invariant was broken."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class Simulate implements Callable<Integer> {

    @Option(names = "--seeds", description = "How many schedules; default ${DEFAULT-VALUE}.")
    private long seeds = 2000;

    @Option(names = "--from", description = "The first of them; default ${DEFAULT-VALUE}.")
    private long from = 1;

    @Option(names = "--seed", description = "One schedule only, and its story.")
    private @Nullable Long seed;

    @Option(
            names = "--faults",
            description =
                    "Only these, with commas between: calls, outages, watches, topics, broker,"
                            + " crashes, pauses, clocks, replication, nodes, agents, stubborn, git,"
                            + " people, orders; none for none.")
    private @Nullable String faults;

    @Option(names = "--threads", description = "Schedules at a time; default: one per processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Spec private @Nullable CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Simulate()).execute(arguments));
    }

    @Override
    public Integer call() {
        PrintWriter out =
                spec == null
                        ? new PrintWriter(System.out, true, StandardCharsets.UTF_8)
                        : spec.commandLine().getOut();
        return seed != null ? one(seed, out) : many(out);
    }

    private Set<Trouble> allowed() {
        return faults == null
                ? EnumSet.allOf(Trouble.class)
                : faults.equals("none") ? Set.of() : Trouble.parse(faults);
    }

    private int one(long which, PrintWriter out) {
        Outcome outcome = new Schedule(which, allowed(), Bugs.NONE, true).run();
        outcome.story().forEach(out::println);
        out.println(outcome.ends() + ", " + outcome.steps() + " steps");
        out.println(outcome.violation().map(v -> "BROKEN " + v).orElse("all invariants hold"));
        return outcome.violation().isPresent() ? 1 : 0;
    }

    private int many(PrintWriter out) {
        long began = System.nanoTime();
        Total total =
                new Campaign(allowed(), () -> Bugs.NONE, threads)
                        .run(from, seeds, false, o -> progress(o, out));
        double seconds = (System.nanoTime() - began) / 1e9;
        out.printf(
                "%d schedules, %d steps, %.0f h of virtual time in %.1f s (%.1f ms each)%n",
                total.schedules(),
                total.steps(),
                total.virtualSeconds() / 3600,
                seconds,
                seconds * 1000 / total.schedules());
        total.ends().forEach((end, n) -> out.printf("%8d %s%n", n, end));
        out.println(
                total.violations().isEmpty()
                        ? "all invariants hold"
                        : total.violations().size() + " schedules broke an invariant");
        return total.violations().isEmpty() ? 0 : 1;
    }

    private void progress(Outcome outcome, PrintWriter out) {
        outcome.violation()
                .ifPresent(
                        v -> {
                            out.println("BROKEN " + v);
                            out.println("  bin/simulate --seed " + outcome.seed() + again());
                        });
    }

    private String again() {
        return faults == null ? "" : " --faults " + faults;
    }
}
