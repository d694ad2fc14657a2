package io.siterecovery.tests.bench;

import io.siterecovery.agent.core.EventLineParser;
import io.siterecovery.agent.core.LineSplitter;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.UnparsedLines;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * The agent's parser against plainly reading lines and splitting them at blanks: the same recorded
 * lines, in turns, in one process.
 */
final class ParseRace {

    private static final int COPIES = 40;
    private static final int ROUNDS = 15;
    private static final int WARM_UP = 5;
    private static final int CHUNK_BYTES = 32 << 10;

    /** Medians, in lines per second. */
    record Result(double split, double parsed, double merged) {
        double ratio() {
            return split / parsed;
        }
    }

    private interface Reading {
        /** Returns something that depends on every line, so that nothing can be left out. */
        long read() throws IOException;
    }

    private final byte[] text;
    private final long lines;
    private long unused;

    private ParseRace(byte[] text) {
        this.text = text;
        this.lines = new String(text, StandardCharsets.UTF_8).lines().count();
    }

    static Result over(Path recordings) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        List<Path> files;
        try (Stream<Path> all = Files.walk(recordings)) {
            files = all.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new IOException("no recordings in " + recordings);
        }
        for (int i = 0; i < COPIES; i++) {
            for (Path file : files) {
                for (String line : Files.readAllLines(file)) {
                    if (!line.startsWith("#")) {
                        text.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return new ParseRace(text.toByteArray()).run();
    }

    private Result run() throws IOException {
        List<Double> split = new ArrayList<>();
        List<Double> parsed = new ArrayList<>();
        List<Double> merged = new ArrayList<>();
        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            boolean counts = round >= WARM_UP;
            time(this::split, counts ? split : new ArrayList<>());
            time(this::parse, counts ? parsed : new ArrayList<>());
            time(this::merge, counts ? merged : new ArrayList<>());
        }
        if (unused == 0) {
            throw new IllegalStateException("nothing was read");
        }
        return new Result(median(split), median(parsed), median(merged));
    }

    private void time(Reading reading, List<Double> linesPerSecond) throws IOException {
        long start = System.nanoTime();
        unused += reading.read();
        linesPerSecond.add(lines * 1e9 / (System.nanoTime() - start));
    }

    private long split() throws IOException {
        long words = 0;
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                new ByteArrayInputStream(text), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                words += line.split(" ", -1).length;
            }
        }
        return words;
    }

    private long parse() {
        long[] sum = {0};
        feed(line -> sum[0] += EventLineParser.parse(line).at() == null ? 0 : 1);
        return sum[0] + 1;
    }

    private long merge() {
        NodeView view = new NodeView("n1", "", new UnparsedLines());
        feed(line -> view.read(line, null));
        return view.names().size() + 1L;
    }

    private interface Take {
        void line(String line);
    }

    /** As the agent reads it from the child. */
    private void feed(Take take) {
        LineSplitter splitter = new LineSplitter();
        LineSplitter.Lines each =
                new LineSplitter.Lines() {
                    @Override
                    public void line(String line) {
                        take.line(line);
                    }

                    @Override
                    public void tooLong() {
                        throw new IllegalStateException("a recorded line is too long");
                    }
                };
        for (int at = 0; at < text.length; at += CHUNK_BYTES) {
            byte[] chunk = Arrays.copyOfRange(text, at, Math.min(text.length, at + CHUNK_BYTES));
            splitter.feed(chunk, chunk.length, each);
        }
    }

    private static double median(List<Double> all) {
        List<Double> sorted = new ArrayList<>(all);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
