package io.siterecovery.sandbox.players;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.sandbox.players.DrbdWorld.Options;
import io.siterecovery.sandbox.players.DrbdWorld.Protocol;
import io.siterecovery.sandbox.players.DrbdWorld.Quorum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Our lines beside those of real kernels: the same keys in the same order for each kind of line.
 */
class GenuineLinesTest {

    private static final Path TRANSCRIPTS = Path.of("../drbd-agent/src/test/resources/transcripts");

    @Test
    void full_lines_have_the_keys_of_real_ones_in_their_order() throws Exception {
        Set<String> real = shapes(recorded("events2-full.txt"));
        Set<String> ours = shapes(played(true));

        // Real kernels print the dump of a running resource as it creates one.
        Set<String> known =
                real.stream().map(s -> s.replace("create ", "exists ")).collect(Collectors.toSet());
        known.addAll(real);
        assertThat(known).containsAll(ours);
        assertThat(ours)
                .as("all kinds of lines were played")
                .anyMatch(s -> s.startsWith("create resource"))
                .anyMatch(s -> s.startsWith("change connection"))
                .anyMatch(s -> s.startsWith("call helper"))
                .anyMatch(s -> s.startsWith("destroy device"))
                .anyMatch(s -> s.contains("dbdt1"));
    }

    @Test
    void delta_lines_have_only_keys_that_real_ones_have() throws Exception {
        Set<String> real = kinds(recorded("events2-plain.txt"));

        assertThat(real).containsAll(kinds(played(false)));
    }

    private static List<String> played(boolean full) throws InterruptedException {
        var options = new Events2Options(false, full, false, true, full, Optional.empty());
        try (DrbdWorld world = DrbdWorld.start()) {
            world.addNode("one", "alpha");
            world.addNode("two", "bravo");
            EventStream stream = world.stream("bravo", options).orElseThrow();
            world.createResource(
                    "r0",
                    64L << 20,
                    List.of("alpha", "bravo"),
                    new Options(Protocol.C, Quorum.OFF));
            world.resyncRate(256 << 10);
            world.open("alpha", "r0");
            world.cutLink("alpha", "bravo");
            EventStream writer = world.stream("alpha", options).orElseThrow();
            var lines = new ArrayList<String>();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                String json = world.document("alpha", DrbdJson::status).orElse("");
                                return json.contains("\"out-of-sync\": 64");
                            });
            world.healLink("alpha", "bravo");
            world.poll("bravo", stream, options);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () ->
                                    world.document("bravo", DrbdJson::status)
                                            .orElse("")
                                            .contains("\"disk-state\": \"UpToDate\""));
            world.close("alpha", "r0");
            world.open("bravo", "r0");
            world.close("bravo", "r0");
            world.deleteResource("r0");
            lines.addAll(stream.nextLines());
            lines.addAll(writer.nextLines());
            return lines;
        }
    }

    /** All recorded lines of that kind of stream, without their timestamps. */
    private static List<String> recorded(String suffix) throws IOException {
        var lines = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(TRANSCRIPTS)) {
            for (Path path : files.filter(p -> p.toString().endsWith(suffix)).toList()) {
                Files.readAllLines(path).stream()
                        .filter(l -> !l.startsWith("#"))
                        .map(l -> l.substring(l.indexOf(' ') + 1))
                        .forEach(lines::add);
            }
        }
        assertThat(lines).as("recorded transcripts").isNotEmpty();
        return lines;
    }

    /** {@code change device name volume minor …}: the line without its values. */
    private static Set<String> shapes(List<String> lines) {
        return lines.stream()
                .map(
                        l ->
                                Arrays.stream(l.split(" ", -1))
                                        .map(w -> w.replaceFirst(":.*", ""))
                                        .collect(Collectors.joining(" ")))
                .collect(Collectors.toSet());
    }

    /** {@code change device disk}: action, object and one key each. */
    private static Set<String> kinds(List<String> lines) {
        var kinds = new HashSet<String>();
        for (String shape : shapes(lines)) {
            String[] words = shape.split(" ", -1);
            for (int i = 2; i < words.length; i++) {
                kinds.add(words[0].replace("exists", "create") + " " + words[1] + " " + words[i]);
            }
        }
        return kinds;
    }
}
