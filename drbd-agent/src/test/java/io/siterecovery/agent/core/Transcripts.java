package io.siterecovery.agent.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Recordings of {@code events2} on real kernels. */
final class Transcripts {

    private static final Path ROOT = Path.of("src/test/resources/transcripts");

    static List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(ROOT)) {
            for (Path folder : folders.sorted().toList()) {
                all.addAll(files(folder, ".txt"));
            }
        }
        return all;
    }

    static Path of(String kernel, String name) {
        return ROOT.resolve("drbd-" + kernel).resolve(name);
    }

    /** What drbdsetup printed, without the marks of the recorder. */
    static List<String> lines(Path transcript) throws IOException {
        return Files.readAllLines(transcript).stream().filter(l -> !l.startsWith("#")).toList();
    }

    static String node(Path transcript) {
        String file = transcript.getFileName().toString();
        return file.substring(0, file.indexOf('.'));
    }

    static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private Transcripts() {}
}
