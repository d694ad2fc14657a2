package io.siterecovery.tests.failover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig"));
        command.add(kubeconfig.toString());
        command.addAll(List.of(words));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
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
