package io.siterecovery.tests.failover;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real kubectl, as a user types it. */
final class Kubectl {

    /** What it printed, on both streams, and how it ended. */
    record Answer(int code, String text) {}

    private final Path kubeconfig;

    Kubectl(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    Answer run(String... words) {
        return feed("", words);
    }

    /** The same with something on its standard input. */
    Answer feed(String input, String... words) {
        try {
            Process process = new ProcessBuilder(command(words)).redirectErrorStream(true).start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return new Answer(process.exitValue(), text);
        } catch (IOException e) {
            throw new IllegalStateException("kubectl is needed on the PATH: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts a command that goes on printing, as {@code get -w} does. */
    Printing start(String... words) {
        try {
            return new Printing(
                    new ProcessBuilder(command(words)).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new IllegalStateException("kubectl is needed on the PATH: " + e.getMessage(), e);
        }
    }

    /** What a running command prints, line by line; closing ends the command. */
    static final class Printing implements AutoCloseable {

        private final Process process;
        private final BufferedReader lines;

        private Printing(Process process) {
            this.process = process;
            this.lines = process.inputReader(StandardCharsets.UTF_8);
        }

        /** Returns at the first line that matches. */
        void until(String pattern, Duration patience) {
            var giveUp =
                    CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS);
            CompletableFuture<Void> overdue =
                    CompletableFuture.runAsync(process::destroyForcibly, giveUp);
            List<String> read = new ArrayList<>();
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.matches(pattern)) {
                        overdue.cancel(false);
                        return;
                    }
                    read.add(line);
                }
            } catch (IOException e) {
                read.add(e.toString());
            }
            throw new AssertionError("no line " + pattern + " in " + read);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig"));
        command.add(kubeconfig.toString());
        command.addAll(List.of(words));
        return command;
    }

    /** For what has to succeed. */
    String ok(String... words) {
        return succeeded(run(words), words);
    }

    String apply(String manifest) {
        return succeeded(feed(manifest, "apply", "-f", "-"), "apply");
    }

    private static String succeeded(Answer answer, String... words) {
        if (answer.code() != 0) {
            throw new AssertionError("kubectl " + String.join(" ", words) + ": " + answer.text());
        }
        return answer.text();
    }
}
