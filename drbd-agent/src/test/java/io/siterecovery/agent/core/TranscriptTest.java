package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Recordings of real DRBD, and the state that DRBD itself reported at the same time. */
class TranscriptTest {

    /** Steps in which DRBD was asked before the last command: equal before the next mark. */
    private static final Set<String> ASKED_EARLY = Set.of("19");

    @TestFactory
    Stream<DynamicTest> at_the_end_of_a_step_the_merged_state_is_what_drbd_reports()
            throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path transcript : Transcripts.all()) {
            Map<String, List<Map<String, List<String>>>> steps = replay(transcript);
            lastStatusOfEachStep(transcript)
                    .forEach(
                            (step, status) -> {
                                if (steps.containsKey(step)) {
                                    tests.add(
                                            DynamicTest.dynamicTest(
                                                    transcript + " step " + step,
                                                    () -> compare(step, steps.get(step), status)));
                                }
                            });
        }
        assertThat(tests).hasSizeGreaterThan(250);
        return tests.stream();
    }

    private static void compare(String step, List<Map<String, List<String>>> states, Path status)
            throws IOException {
        if (ASKED_EARLY.contains(step)) {
            assertThat(states).contains(StatusJson.read(status));
        } else {
            assertThat(states.getLast()).isEqualTo(StatusJson.read(status));
        }
    }

    @Test
    void every_line_of_every_recording_is_understood() throws IOException {
        long lines = 0;
        for (Path transcript : Transcripts.all()) {
            Replay replay = new Replay();
            byte[] bytes = Files.readAllBytes(transcript);
            replay.feed(bytes, bytes.length);
            replay.end();
            assertThat(replay.unparsed().counts()).as(transcript.toString()).isEmpty();
            assertThat(replay.view().strange().keys()).as(transcript.toString()).isEmpty();
            assertThat(replay.view().strange().words()).as(transcript.toString()).isEmpty();
            assertThat(replay.view().takeDoubt()).as(transcript.toString()).isFalse();
            assertThat(replay.view().complete()).as(transcript.toString()).isTrue();
            lines += replay.lines();
        }
        assertThat(lines).isEqualTo(4725);
    }

    /**
     * The states of each step, from its mark on after every line; a step that has not begun here is
     * not in it.
     */
    private static Map<String, List<Map<String, List<String>>>> replay(Path transcript)
            throws IOException {
        Map<String, List<Map<String, List<String>>>> steps = new TreeMap<>();
        List<Map<String, List<String>>> states = new ArrayList<>();
        Replay replay = new Replay();
        String step = "";
        for (String line : Files.readAllLines(transcript)) {
            if (line.startsWith("# ")) {
                String next = line.startsWith("# STEP") ? line.substring(7, 9) : "";
                // A node that booted was not there when its step was marked.
                states.add(states(replay));
                steps.put(step.isEmpty() && !next.isEmpty() ? before(next) : step, states);
                states = new ArrayList<>(List.of(states.getLast()));
                step = next;
            } else {
                replay.line(line);
                states.add(states(replay));
            }
        }
        return steps;
    }

    private static String before(String step) {
        return "%02d".formatted(Integer.parseInt(step) - 1);
    }

    private static Map<String, List<String>> states(Replay replay) {
        replay.view().settle();
        Map<String, List<String>> states = new TreeMap<>();
        replay.states().forEach((name, state) -> states.put(name, StatusJson.lines(state)));
        return states;
    }

    private static Map<String, Path> lastStatusOfEachStep(Path transcript) throws IOException {
        Map<String, Path> last = new TreeMap<>();
        for (Path status :
                Transcripts.files(
                        transcript.resolveSibling(""),
                        "-" + Transcripts.node(transcript) + ".json")) {
            last.put(status.getFileName().toString().substring(4, 6), status);
        }
        return last;
    }
}
