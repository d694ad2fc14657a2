package io.siterecovery.tests.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Processes of their own with the class path of the tests. */
final class Jvm {

    static Process start(
            Path log, Map<String, String> environment, Class<?> main, List<String> arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    }

    /** Reads on, so that the process never waits to be heard. */
    static void drain(BufferedReader out) {
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                out.lines().forEach(line -> {});
                            } catch (UncheckedIOException e) {
                                // It was killed.
                            }
                        });
    }

    private Jvm() {}
}
