package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever happens to the text: no exception, and no fact that the damaged text does not state. */
class DamageTest {

    private static final int MUTATED_LINES = 200_000;
    private static final int MANY_MORE = 1_000_000;
    private static final long SEED = 20261120;

    private final Random random = new Random(SEED);

    @Test
    void a_key_removed_leaves_no_fact_of_it() throws IOException {
        for (String key :
                List.of("disk", "role", "quorum", "connection", "peer-disk", "suspended")) {
            forEachTranscript(
                    lines ->
                            lines.stream()
                                    .map(line -> line.replaceAll(" " + key + ":[^ ]*", ""))
                                    .toList());
        }
    }

    @Test
    void a_removed_key_here_and_there() throws IOException {
        forEachTranscript(lines -> some(lines, this::withoutAWord));
    }

    @Test
    void a_word_changed() throws IOException {
        forEachTranscript(lines -> some(lines, line -> swapLetters(line)));
    }

    @Test
    void a_line_cut() throws IOException {
        forEachTranscript(
                lines -> some(lines, line -> line.substring(0, random.nextInt(line.length()))));
    }

    @Test
    void lines_of_two_events_mixed() throws IOException {
        forEachTranscript(
                lines -> {
                    List<String> mixed = new ArrayList<>();
                    for (int i = 0; i < lines.size(); i++) {
                        String line = lines.get(i);
                        if (i + 1 < lines.size() && random.nextInt(5) == 0) {
                            int at = random.nextInt(line.length());
                            String next = lines.get(++i);
                            mixed.add(line.substring(0, at) + next);
                            mixed.add(line.substring(at));
                        } else {
                            mixed.add(line);
                        }
                    }
                    return mixed;
                });
    }

    @Test
    void carriage_returns_and_colours_change_nothing() throws IOException {
        for (Path transcript : Transcripts.all()) {
            List<String> lines = Transcripts.lines(transcript);
            Map<String, DrbdResourceState> plain = replay(text(lines)).states();
            assertThat(replay(String.join("\r\n", lines) + "\r\n").states()).isEqualTo(plain);
            assertThat(
                            replay(
                                            text(lines)
                                                    .replaceAll(
                                                            ":([A-Z][A-Za-z]+)",
                                                            ":\u001b[1;31m$1\u001b[0m"))
                                    .states())
                    .isEqualTo(plain);
        }
    }

    @Test
    void a_line_of_a_megabyte_is_counted_and_passed_over() throws IOException {
        for (Path transcript : Transcripts.all()) {
            List<String> lines = Transcripts.lines(transcript);
            List<String> damaged = new ArrayList<>(lines);
            damaged.add(lines.size() / 2, "change resource name:r0 role:" + "P".repeat(1 << 20));
            Replay replay = replay(text(damaged));
            assertThat(replay.states()).isEqualTo(replay(text(lines)).states());
            assertThat(replay.unparsed().counts()).containsExactly(Map.entry("line too long", 1L));
        }
    }

    @Test
    void the_last_line_is_not_used_without_its_newline() throws IOException {
        for (Path transcript : Transcripts.all()) {
            List<String> lines = Transcripts.lines(transcript);
            for (int i = 2; i < lines.size(); i += 7) {
                String before = text(lines.subList(0, i));
                Replay cut = replay(before + lines.get(i));
                assertThat(cut.states()).isEqualTo(replay(before).states());
                assertThat(cut.unparsed().total()).isEqualTo(1);
            }
        }
    }

    @Test
    void lines_mutated_at_random() throws IOException {
        mutated(MUTATED_LINES, SEED);
    }

    @Test
    @Tag("full")
    void a_million_lines_mutated_at_random() throws IOException {
        mutated(MANY_MORE, SEED + 1);
    }

    private static void mutated(int count, long seed) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path transcript : Transcripts.all()) {
            lines.addAll(Transcripts.lines(transcript));
        }
        Mutations mutations = new Mutations(lines, seed);
        Replay replay = new Replay();
        int usable = 0;
        for (int i = 0; i < count; i++) {
            String line = mutations.next();
            if (i % 5000 == 0) {
                replay.startAnew();
                replay.line("exists -");
            }
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            replay.feed(bytes, bytes.length);
            if (i % 20 == 0) {
                replay.view().takeChanges();
            }
            if (EventLineParser.parse(line) instanceof EventLine.ObjectLine object) {
                usable++;
                assertSaid(object, line.replaceAll("\u001b\\[[0-9;]*m", ""));
            }
        }
        assertThat(replay.lines()).isGreaterThan(count - 1);
        assertThat(usable).isBetween(count / 10, count / 10 * 9);
        assertThat(replay.unparsed().counts()).hasSizeLessThan(102);
    }

    private static void assertSaid(EventLine.ObjectLine object, String line) {
        object.said()
                .strange()
                .forEach((key, raw) -> assertThat(line.contains(key + ":")).as(line).isTrue());
        for (Key key : Key.values()) {
            Value value = object.said().get(key);
            if (value != null) {
                assertThat(line.contains(key.word() + ":" + start(value))).as(line).isTrue();
            }
        }
    }

    private static String start(Value value) {
        return switch (value) {
            case Value.OneOf(var word) -> word.word();
            case Value.Truth(boolean yes) -> yes ? "yes" : "no";
            case Value.Undecided() -> "unknown";
            case Value.Unknown(String raw) -> raw;
            case Value.Text(String text) -> text;
            case Value.Reasons(var reasons) -> reasons.isEmpty() ? "no" : String.join(",", reasons);
            case Value.Amount _, Value.Measure _ -> "";
        };
    }

    private void forEachTranscript(UnaryOperator<List<String>> damage) throws IOException {
        for (Path transcript : Transcripts.all()) {
            List<String> lines = damage.apply(Transcripts.lines(transcript));
            Set<String> stated = new HashSet<>();
            for (String line : lines) {
                stated.addAll(List.of(line.split(" ", -1)));
            }
            Replay replay = new Replay();
            int i = 0;
            for (String line : lines) {
                replay.line(line);
                if (i++ % 10 == 0) {
                    replay.view().settle();
                    assertStated(replay, stated, transcript);
                }
            }
            replay.end();
            assertStated(replay, stated, transcript);
        }
    }

    private static void assertStated(Replay replay, Set<String> stated, Path transcript) {
        replay.states()
                .forEach(
                        (name, state) -> {
                            // A renamed resource is stated under its new name as new_name.
                            Set<String> needed = new HashSet<>(Stated.by(state));
                            needed.removeIf(
                                    pair ->
                                            pair.startsWith("name:")
                                                    && stated.contains("new_" + pair));
                            needed.removeAll(stated);
                            assertThat(needed).as("%s of %s", name, transcript).isEmpty();
                        });
    }

    private List<String> some(List<String> lines, UnaryOperator<String> damage) {
        return lines.stream()
                .map(line -> random.nextInt(4) == 0 ? damage.apply(line) : line)
                .collect(Collectors.toList());
    }

    private String withoutAWord(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
        words.remove(random.nextInt(words.size()));
        return String.join(" ", words);
    }

    private String swapLetters(String line) {
        char[] letters = line.toCharArray();
        int a = random.nextInt(letters.length - 1);
        char kept = letters[a];
        letters[a] = letters[a + 1];
        letters[a + 1] = kept;
        return new String(letters);
    }

    private static Replay replay(String text) {
        Replay replay = new Replay();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        replay.feed(bytes, bytes.length);
        replay.end();
        return replay;
    }

    private static String text(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }
}
