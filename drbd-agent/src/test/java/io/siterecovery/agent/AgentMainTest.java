package io.siterecovery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentMainTest {

    private static final Path RECORDINGS = Path.of("src/test/resources/transcripts");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path dir;

    @Test
    void help_lists_every_setting() throws Exception {
        assertThat(run("--help")).isZero();
        for (Setting setting : Setting.values()) {
            assertThat(out()).contains("  " + setting.name() + " ");
        }
    }

    @Test
    void the_readme_lists_every_setting_as_help_does() throws Exception {
        String readme = Files.readString(Path.of("README.md"));
        for (Setting setting : Setting.values()) {
            assertThat(readme)
                    .contains(
                            "| `%s` | %s | %s |"
                                    .formatted(
                                            setting.name(), setting.fallback(), setting.meaning()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bogus", "replay", "run now", "status now"})
    void what_makes_no_sense_is_refused_with_the_usage(String line) throws Exception {
        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(err()).contains("run | replay FILE... | status");
        assertThat(out()).isEmpty();
    }

    @Test
    void run_names_every_missing_setting() throws Exception {
        assertThat(run("run")).isEqualTo(2);
        assertThat(err())
                .contains("NODE_NAME", "CLUSTER_NAME", "SITE_ID", "KAFKA_BOOTSTRAP_SERVERS");
    }

    @Test
    void every_recording_is_replayed_without_a_line_left_over() throws Exception {
        try (Stream<Path> files = Files.walk(RECORDINGS)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".txt")).toList()) {
                out.reset();
                assertThat(run("replay", file.toString())).as(file.toString()).isZero();
                JsonNode result = result();
                long printed =
                        Files.readAllLines(file).stream().filter(l -> !l.startsWith("#")).count();
                assertThat(result.path("lines").asLong()).isEqualTo(printed).isPositive();
                assertThat(result.path("unparsed").asLong()).isZero();
                assertThat(result.path("unknownKeys")).isEmpty();
                assertThat(result.path("unknownWords")).isEmpty();
                assertThat(result.path("complete").asBoolean()).isTrue();
            }
        }
    }

    @Test
    void replay_prints_the_end_state_and_what_it_did_not_know() throws Exception {
        Path recording =
                Files.writeString(
                        dir.resolve("recording"),
                        """
                        exists resource name:r0 role:Primary suspended:no colour:red
                        exists device name:r0 volume:0 disk:Melting quorum:yes
                        exists -
                        # STEP 01 a mark
                        change resource name:r0 role:Secondary
                        nonsense
                        change resource name:r0 role:Prim""");
        assertThat(run("replay", recording.toString())).isZero();
        JsonNode result = result();
        assertThat(result.at("/resources/r0/role").asText()).isEqualTo("Secondary");
        assertThat(result.at("/resources/r0/volumes/0/disk").asText()).isEqualTo("Melting");
        assertThat(result.path("lines").asInt()).isEqualTo(6);
        assertThat(result.path("unparsed").asInt()).isEqualTo(2);
        assertThat(result.at("/unknownKeys/0").asText()).isEqualTo("resource.colour");
        assertThat(result.at("/unknownWords/0").asText()).isEqualTo("device.disk:Melting");
    }

    @Test
    void of_several_recordings_the_last_one_is_true() throws Exception {
        Path before = Files.writeString(dir.resolve("1"), "exists resource name:r0\nexists -\n");
        Path after = Files.writeString(dir.resolve("2"), "exists resource name:r1\nexists -\n");
        assertThat(run("replay", before.toString(), after.toString())).isZero();
        assertThat(result().path("resources").fieldNames()).toIterable().containsExactly("r1");
        assertThat(result().path("lines").asInt()).isEqualTo(4);
    }

    @Test
    void what_cannot_be_read_is_named_and_nothing_is_printed() throws Exception {
        for (Path file : List.of(dir.resolve("missing"), dir)) {
            assertThat(run("replay", file.toString())).isEqualTo(1);
            assertThat(err()).contains(file + " cannot be read");
        }
        assertThat(out()).isEmpty();
    }

    @Test
    void a_file_that_is_no_recording_leaves_nothing_but_counts() throws Exception {
        Path empty = Files.createFile(dir.resolve("empty"));
        assertThat(run("replay", empty.toString())).isZero();
        assertThat(result().path("complete").asBoolean()).isFalse();
        byte[] noise = new byte[100_000];
        new Random(7).nextBytes(noise);
        out.reset();
        assertThat(run("replay", Files.write(dir.resolve("noise"), noise).toString())).isZero();
        assertThat(result().path("resources")).isEmpty();
        assertThat(result().path("unparsed").asLong()).isEqualTo(result().path("lines").asLong());
    }

    @Test
    void status_says_when_there_is_nothing_to_see() throws Exception {
        assertThat(run("status")).isEqualTo(1);
        assertThat(err()).contains("could not be run");
    }

    private int run(String... arguments) throws InterruptedException {
        List<String> given = arguments[0].isEmpty() ? List.of() : List.of(arguments);
        return new AgentMain(
                        Map.of("DRBDSETUP", dir.resolve("drbdsetup").toString()),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(given);
    }

    private JsonNode result() throws Exception {
        return new JsonMapper().readTree(out());
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
