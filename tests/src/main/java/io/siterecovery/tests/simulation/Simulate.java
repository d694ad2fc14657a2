package io.siterecovery.tests.simulation;

import io.siterecovery.tests.simulation.Hunt.Catch;
import io.siterecovery.tests.simulation.mutant.Mutant;
import io.siterecovery.tests.simulation.mutant.Mutants;
import io.siterecovery.tests.simulation.oracle.Violation;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/simulate}: the control plane in a model world that fails in many ways. */
@Command(
        name = "bin/simulate",
        description = {
            "Runs the control plane in a model world where everything fails that can.",
            "Each seed is one schedule: the same seed is the same schedule, on any machine.",
            "Exit code 1 when an invariant was broken, or a planted bug was not found."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class Simulate implements Callable<Integer> {

    private static final String ALL = "all";
    private static final long SCHEDULES = 2_000;
    private static final long SCHEDULES_FOR_A_MUTANT = 10_000;
    private static final int LINES = 40;
    private static final long BETWEEN_LINES = 10_000_000_000L;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description =
                    "How many schedules; default "
                            + SCHEDULES
                            + ", for a planted bug at most "
                            + SCHEDULES_FOR_A_MUTANT
                            + ".")
    private @Nullable Long seeds;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "The first of them. Without --seeds: this one alone, and its story.")
    private @Nullable Long seed;

    @Option(
            names = "--faults",
            paramLabel = "LIST",
            description =
                    "Only these, with commas between, or none. Each seed draws some of them."
                            + " There are: calls, outages, watches, topics, broker, crashes,"
                            + " pauses, clocks, replication, nodes, agents, stubborn, git,"
                            + " people, orders, sites, emergencies, hub.")
    private @Nullable String faults;

    @Option(
            names = "--mutant",
            paramLabel = "NAME",
            description =
                    "Plants a bug in the product and ends when it is found; all: each of them in"
                            + " turn, and a table.")
    private String mutant = "";

    @Option(
            names = "--at-a-time",
            paramLabel = "N",
            description = "Schedules at a time; default: as many as there are processors.")
    private int atATime = Runtime.getRuntime().availableProcessors();

    @Spec private @Nullable CommandSpec spec;

    private volatile boolean stopping;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Simulate()).execute(arguments));
    }

    @Override
    public Integer call() {
        CommandLine line = commandLine();
        PrintWriter out = line.getOut();
        Set<Trouble> allowed = allowed();
        if (seeds != null && seeds < 1) {
            throw new ParameterException(line, "--seeds: at least 1, not " + seeds);
        }
        if (atATime < 1) {
            throw new ParameterException(line, "--at-a-time: at least 1, not " + atATime);
        }
        List<Mutant> mutants = mutants();
        boolean one = seed != null && seeds == null && mutants.size() < 2;
        try (Crew crew = new Crew(one ? 1 : atATime)) {
            if (one) {
                return tell(crew, new Job.Seeded(first(), allowed, mutant, true), out);
            }
            return mutants.isEmpty() ? many(crew, allowed, out) : hunt(crew, mutants, allowed, out);
        }
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("not called by its command line");
        }
        return spec.commandLine();
    }

    private Set<Trouble> allowed() {
        try {
            return faults == null ? EnumSet.allOf(Trouble.class) : Trouble.parse(faults);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), "--faults: " + e.getMessage(), e);
        }
    }

    private List<Mutant> mutants() {
        if (mutant.isEmpty()) {
            return List.of();
        }
        if (mutant.equals(ALL)) {
            return Mutants.ALL;
        }
        return List.of(
                Mutants.named(mutant)
                        .orElseThrow(
                                () ->
                                        new ParameterException(
                                                commandLine(),
                                                "--mutant: there is no '%s'; there are: %s, %s"
                                                        .formatted(mutant, names(), ALL))));
    }

    private static String names() {
        return Mutants.ALL.stream().map(Mutant::name).collect(Collectors.joining(", "));
    }

    private long first() {
        return seed == null ? 1 : seed;
    }

    private int tell(Crew crew, Job job, PrintWriter out) {
        Tally tally = new Tally();
        crew.run(
                List.of(job).iterator(),
                (_, outcome) -> {
                    tally.add(outcome);
                    outcome.story().forEach(out::println);
                    out.println(outcome.ends() + ", " + outcome.steps() + " steps");
                    out.println(
                            outcome.violation()
                                    .map(v -> "BROKEN " + v)
                                    .orElse("all invariants hold"));
                });
        return tally.violations() > 0 ? 1 : 0;
    }

    private int many(Crew crew, Set<Trouble> allowed, PrintWriter out) {
        long count = seeds == null ? SCHEDULES : seeds;
        Iterator<Job> jobs =
                LongStream.range(first(), first() + count)
                        .mapToObj(s -> (Job) new Job.Seeded(s, allowed, "", false))
                        .iterator();
        Tally tally = new Tally();
        Progress progress = new Progress(count, tally, out);
        Thread interrupted = onInterrupt(crew, () -> tally.print(out, progress.seconds()));
        boolean done =
                crew.run(
                        jobs,
                        (_, outcome) -> {
                            tally.add(outcome);
                            outcome.violation().ifPresent(v -> broken(outcome, v, "", out));
                            progress.told();
                        });
        if (!done || !over(interrupted)) {
            return stopped();
        }
        tally.print(out, progress.seconds());
        return tally.violations() == 0 ? 0 : 1;
    }

    private void broken(Outcome outcome, Violation violation, String with, PrintWriter out) {
        List<String> story = outcome.story();
        int left = Math.max(0, story.size() - LINES);
        out.println("seed " + outcome.seed() + " BROKE " + violation);
        story.stream().limit(Math.min(2, left)).forEach(l -> out.println("  " + l));
        if (left > 2) {
            out.println("  … " + (left - 2) + " lines …");
        }
        story.stream().skip(left).forEach(l -> out.println("  " + l));
        out.println("again, with all of its story:");
        out.println("  " + command(outcome.seed(), with));
        out.flush();
    }

    private String command(long which, String with) {
        return "bin/simulate --seed "
                + which
                + (faults == null ? "" : " --faults " + faults)
                + (with.isEmpty() ? "" : " --mutant " + with);
    }

    private int hunt(Crew crew, List<Mutant> mutants, Set<Trouble> allowed, PrintWriter out) {
        long most = seeds == null ? SCHEDULES_FOR_A_MUTANT : seeds;
        Hunt hunt = new Hunt(crew, allowed, first(), most);
        Thread interrupted = onInterrupt(crew, () -> out.println("stopped"));
        int missed = 0;
        out.printf("%-28s %9s %8s  %-9s %s%n", "mutant", "schedules", "seconds", "found by", "");
        for (Mutant each : mutants) {
            Catch result = hunt.hunt(each);
            if (result.stopped()) {
                return stopped();
            }
            missed += result.caught() ? 0 : 1;
            out.printf(
                    "%-28s %,9d %8.1f  %-9s %s%n",
                    each.name(),
                    result.schedules(),
                    result.seconds(),
                    result.caught() ? result.rule() : "NEVER",
                    each.what());
            result.soundToo().ifPresent(v -> out.println("  without it, too: " + v));
            if (mutants.size() == 1) {
                result.first()
                        .flatMap(o -> o.violation().map(v -> new Found(o, v)))
                        .ifPresent(f -> broken(f.outcome(), f.violation(), each.name(), out));
            }
            out.flush();
        }
        if (!over(interrupted)) {
            return stopped();
        }
        out.printf("%d of %d planted bugs found%n", mutants.size() - missed, mutants.size());
        return missed == 0 ? 0 : 1;
    }

    private record Found(Outcome outcome, Violation violation) {}

    /** Ctrl-C: says what there is to say, and leaves no worker behind. */
    private Thread onInterrupt(Crew crew, Runnable say) {
        Thread hook =
                new Thread(
                        () -> {
                            stopping = true;
                            crew.close();
                            say.run();
                        });
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    /** Whether all went to its end, and nobody is stopping us now. */
    private boolean over(Thread hook) {
        try {
            return !stopping && Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs already.
            return false;
        }
    }

    private static int stopped() {
        return 130;
    }

    /** A line now and then, so that nobody wonders. */
    private static final class Progress {
        private final long began = System.nanoTime();
        private final long count;
        private final Tally tally;
        private final PrintWriter out;
        private long last = began;

        Progress(long count, Tally tally, PrintWriter out) {
            this.count = count;
            this.tally = tally;
            this.out = out;
        }

        double seconds() {
            return (System.nanoTime() - began) / 1e9;
        }

        void told() {
            long now = System.nanoTime();
            if (now - last < BETWEEN_LINES) {
                return;
            }
            last = now;
            double each = seconds() / tally.schedules();
            out.printf(
                    "%,d of %,d schedules, %,d broke an invariant, %,.0f s to go%n",
                    tally.schedules(),
                    count,
                    tally.violations(),
                    each * (count - tally.schedules()));
            out.flush();
        }
    }
}
