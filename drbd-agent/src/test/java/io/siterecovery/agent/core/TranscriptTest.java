package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Recordings of real DRBD, and the state that DRBD itself reported at the same time. */
class TranscriptTest {

    private static final Path TRANSCRIPTS = Path.of("src/test/resources/transcripts");

    @TestFactory
    Stream<DynamicTest> at_the_end_of_a_step_the_merged_state_is_what_drbd_reports()
            throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path transcript : transcripts()) {
            Map<String, Map<String, List<String>>> steps = replay(transcript);
            String node = transcript.getFileName().toString().split("\\.", -1)[0];
            for (Path status : files(transcript.resolveSibling(""), "-" + node + ".json")) {
                String step = status.getFileName().toString().substring(4, 6);
                Map<String, List<String>> merged = steps.get(step);
                if (merged != null
                        && (merged.get("r0") == null
                                || !merged.get("r0").getFirst().contains("null"))) {
                    tests.add(
                            DynamicTest.dynamicTest(
                                    transcript + " " + status.getFileName(),
                                    () -> assertThat(merged).isEqualTo(StatusJson.read(status))));
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(25);
        return tests.stream();
    }

    private static Map<String, Map<String, List<String>>> replay(Path transcript)
            throws IOException {
        Map<String, Map<String, List<String>>> steps = new TreeMap<>();
        ResourceTable table = new ResourceTable();
        String step = "00";
        for (String line : Files.readAllLines(transcript)) {
            if (line.startsWith("#")) {
                steps.put(step, states(table));
                step = line.startsWith("# STEP") ? line.substring(7, 9) : step;
            } else {
                EventLine event = EventLineParser.parse(line);
                assertThat(event).as(line).isNotInstanceOf(EventLine.Unparsed.class);
                table.apply(event);
            }
        }
        steps.put(step, states(table));
        assertThat(table.complete()).isTrue();
        assertThat(table.unknownKeys()).isEmpty();
        return steps;
    }

    private static Map<String, List<String>> states(ResourceTable table) {
        Map<String, List<String>> states = new TreeMap<>();
        for (String name : table.names()) {
            states.put(
                    name,
                    StatusJson.lines(StateProjection.of(table, "n", "i", name).orElseThrow()));
        }
        return states;
    }

    private static List<Path> transcripts() throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(TRANSCRIPTS)) {
            for (Path folder : folders.sorted().toList()) {
                all.addAll(files(folder, ".txt"));
            }
        }
        return all;
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }
}
