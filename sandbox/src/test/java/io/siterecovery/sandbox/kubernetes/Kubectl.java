package io.siterecovery.sandbox.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real kubectl from the PATH, with a home of its own. */
final class Kubectl {
    private static final long PATIENCE_SECONDS = 60;

    /** What a command printed, and how it ended. */
    record Outcome(int exit, String out, String err) {
        Outcome succeeded() {
            if (exit != 0) {
                throw new AssertionError("kubectl failed: " + err + out);
            }
            return this;
        }

        Outcome failed() {
            if (exit == 0) {
                throw new AssertionError("kubectl succeeded: " + out);
            }
            return this;
        }
    }

    private final Path home;

    Kubectl(Path home, String kubeconfig) throws IOException {
        this.home = home;
        Files.createDirectories(home);
        Files.writeString(home.resolve("kubeconfig"), kubeconfig);
    }

    Outcome run(String... arguments) {
        return runWithInput("", arguments);
    }

    Outcome runWithInput(String input, String... arguments) {
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
    Process start(Path out, String... arguments) throws IOException {
        return builder(arguments).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", home.resolve("kubeconfig").toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("KUBECACHEDIR", home.resolve("cache").toString());
        return builder;
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
