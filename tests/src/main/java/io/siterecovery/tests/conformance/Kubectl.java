package io.siterecovery.tests.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real kubectl from the PATH, with a home of its own. */
public final class Kubectl {
    private static final long PATIENCE_SECONDS = 60;

    /** What a command printed, and how it ended. */
    public record Outcome(int exit, String out, String err) {
        public Outcome succeeded() {
            if (exit != 0) {
                throw new AssertionError("kubectl failed: " + err + out);
            }
            return this;
        }

        public Outcome failed() {
            if (exit == 0) {
                throw new AssertionError("kubectl succeeded: " + out);
            }
            return this;
        }
    }

    private final Path home;
    private final String kubeconfig;

    Kubectl(Path home, String name, String kubeconfig) throws IOException {
        this.home = home;
        this.kubeconfig = Files.writeString(home.resolve(name), kubeconfig).toString();
    }

    /** What it prints; it must succeed. */
    public String out(String... arguments) {
        return run(arguments).succeeded().out();
    }

    /** What it complains about; it must fail. */
    public String err(String... arguments) {
        return run(arguments).failed().err();
    }

    /** {@code apply -f -} of the YAML with these flags. */
    public Outcome apply(String yaml, String... flags) {
        List<String> arguments = new ArrayList<>(List.of("apply", "-f", "-"));
        arguments.addAll(List.of(flags));
        return runWithInput(yaml, arguments.toArray(String[]::new));
    }

    public Outcome run(String... arguments) {
        return runWithInput("", arguments);
    }

    public Outcome runWithInput(String input, String... arguments) {
        try {
            Path out = Files.createTempFile(home, "out", "");
            Path err = Files.createTempFile(home, "err", "");
            Path in = Files.writeString(Files.createTempFile(home, "in", ""), input);
            Process process =
                    builder(arguments)
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("kubectl hangs: " + String.join(" ", arguments));
            }
            return new Outcome(process.exitValue(), read(out), read(err));
        } catch (IOException e) {
            throw new UncheckedIOException("kubectl must be on the PATH", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Starts a command that goes on, such as a watch; its output lands in the file. */
    public Process start(Path out, String... arguments) throws IOException {
        return builder(arguments).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", kubeconfig);
        builder.environment().put("HOME", home.toString());
        builder.environment().put("KUBECACHEDIR", home.resolve("cache").toString());
        return builder;
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
