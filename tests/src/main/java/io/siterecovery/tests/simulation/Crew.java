package io.siterecovery.tests.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Worker processes, as many schedules at a time; the outcome of none depends on how many. */
public final class Crew implements AutoCloseable {

    /** What a JVM ends with when somebody at the terminal pressed Ctrl-C, or stopped it. */
    private static final List<Integer> STOPPED = List.of(130, 143);

    private static final List<String> OPTIONS =
            List.of(
                    "-Xms128m",
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-XX:CICompilerCount=2",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    // Threads that wait for ever, as those of a killed process do, are garbage.
                    "-Djdk.trackAllThreads=false",
                    "-Dlogback.configurationFile=simulation-logback.xml");

    private final List<Hand> hands = new ArrayList<>();
    private volatile boolean closed;

    private record Hand(Process process, Writer jobs, BufferedReader outcomes) {}

    public Crew(int size) {
        for (int i = 0; i < size; i++) {
            hands.add(start());
        }
    }

    public int size() {
        return hands.size();
    }

    private static Hand start() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Worker.class.getName());
        try {
            Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
            return new Hand(
                    process,
                    process.outputWriter(StandardCharsets.UTF_8),
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a worker", e);
        }
    }

    /**
     * Runs them in their order, each as soon as a worker is free.
     *
     * @param each told of every outcome, from any thread, one at a time
     * @return false if somebody stopped the workers before all was done
     */
    public boolean run(Iterator<Job> jobs, BiConsumer<Job, Outcome> each) {
        Errand errand = new Errand(jobs, each);
        List<Thread> threads =
                hands.stream()
                        .map(hand -> Thread.ofPlatform().start(() -> errand.serve(hand)))
                        .toList();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            return false;
        }
        if (errand.failure != null) {
            throw errand.failure;
        }
        return !errand.stopped;
    }

    @Override
    public void close() {
        closed = true;
        hands.forEach(hand -> hand.process().destroyForcibly());
    }

    private final class Errand {
        private final Iterator<Job> jobs;
        private final BiConsumer<Job, Outcome> each;
        private boolean stopped;
        private @Nullable RuntimeException failure;

        Errand(Iterator<Job> jobs, BiConsumer<Job, Outcome> each) {
            this.jobs = jobs;
            this.each = each;
        }

        void serve(Hand hand) {
            try {
                Optional<Job> job = next();
                while (job.isPresent()) {
                    Optional<Outcome> outcome = done(hand, job.get());
                    if (outcome.isEmpty()) {
                        break;
                    }
                    synchronized (this) {
                        each.accept(job.get(), outcome.get());
                    }
                    job = next();
                }
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        private synchronized Optional<Job> next() {
            return failure == null && !stopped && jobs.hasNext()
                    ? Optional.of(jobs.next())
                    : Optional.empty();
        }

        private synchronized void fail(RuntimeException e) {
            if (failure == null) {
                failure = e;
            }
        }

        private Optional<Outcome> done(Hand hand, Job job) {
            String line;
            try {
                hand.jobs().write(job.written() + "\n");
                hand.jobs().flush();
                line = hand.outcomes().readLine();
            } catch (IOException e) {
                line = null;
            }
            // A JVM that ends for want of memory says so where outcomes are expected.
            if (line != null && line.startsWith("{")) {
                return Optional.of(Outcome.read(line));
            }
            ended(hand, job);
            return Optional.empty();
        }

        private void ended(Hand hand, Job job) {
            int status = hand.process().onExit().join().exitValue();
            synchronized (this) {
                stopped = true;
            }
            if (!closed && !STOPPED.contains(status)) {
                fail(
                        new IllegalStateException(
                                "a worker ended with " + status + " at " + job.written()));
            }
        }
    }
}
