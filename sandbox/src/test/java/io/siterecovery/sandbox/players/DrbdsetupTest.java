package io.siterecovery.sandbox.players;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.sandbox.players.DrbdWorld.Options;
import io.siterecovery.sandbox.players.DrbdWorld.Protocol;
import io.siterecovery.sandbox.players.DrbdWorld.Quorum;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stand-in as the agent runs it: a process with pipes. */
class DrbdsetupTest {

    private static final String STAMP =
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}[+-]\\d\\d:\\d\\d ";

    @TempDir Path dir;
    private final DrbdWorld world = DrbdWorld.start();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        world.close();
    }

    @Test
    void the_dump_names_the_resource_first_and_ends_with_exists() throws Exception {
        pair();
        Stream stream = events("alpha", "--full", "--poll", "--timestamps");

        List<String> dump = stream.untilDumpEnd();
        assertThat(dump).allMatch(l -> l.matches(STAMP + "exists .*"));
        assertThat(dump.stream().map(l -> l.split(" ", -1)[2]))
                .containsExactly("resource", "connection", "device", "peer-device", "path", "-");
        assertThat(dump.getFirst())
                .endsWith(
                        "exists resource name:r0 role:Secondary suspended:no force-io-failures:no"
                                + " write-ordering:flush may_promote:yes promotion_score:10102");
    }

    @Test
    void one_kernel_event_is_several_lines_with_one_timestamp_the_resource_first()
            throws Exception {
        pair();
        Stream stream = events("bravo", "--full", "--poll", "--timestamps");
        stream.untilDumpEnd();
        world.open("alpha", "r0");

        String resource = stream.next();
        String connection = stream.next();
        assertThat(resource).contains("change resource").contains("may_promote:no");
        assertThat(connection).contains("change connection").contains("role:Primary");
        assertThat(connection.split(" ", -1)[0]).isEqualTo(resource.split(" ", -1)[0]);
    }

    @Test
    void a_plain_stream_prints_changed_keys_only() throws Exception {
        pair();
        Stream stream = events("alpha");
        stream.untilDumpEnd();
        world.open("alpha", "r0");

        assertThat(List.of(stream.next(), stream.next(), stream.next()))
                .containsExactly(
                        "change device name:r0 volume:0 minor:1000"
                                + " backing_dev:/dev/storage/r0_00000 disk:UpToDate client:no"
                                + " open:yes quorum:yes",
                        "change resource name:r0 role:Primary may_promote:no promotion_score:10102",
                        "change peer-device name:r0 peer-node-id:1 conn-name:bravo volume:0");
    }

    @Test
    void statistics_are_polled_not_pushed() throws Exception {
        pair();
        Stream stream = events("alpha", "--full", "--poll");
        stream.untilDumpEnd();
        world.open("alpha", "r0");
        for (int pushed = 0; pushed < 3; pushed++) {
            stream.next();
        }

        var polled = new ArrayList<String>();
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            stream.poll();
                            String line = stream.nextWithin(200);
                            if (line != null) {
                                polled.add(line);
                            }
                            return line != null && line.matches(".*written:[1-9].*");
                        });
        assertThat(polled).allMatch(l -> l.startsWith("change "));
    }

    @Test
    void end_of_stdin_ends_it_with_0_only_when_it_polls() throws Exception {
        pair();
        Stream polling = events("alpha", "--full", "--poll");
        Stream plain = events("alpha", "--full");
        polling.untilDumpEnd();
        plain.untilDumpEnd();
        polling.process.getOutputStream().close();
        plain.process.getOutputStream().close();

        assertThat(polling.process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(polling.process.exitValue()).isZero();
        world.open("alpha", "r0");
        assertThat(plain.next()).contains("open:yes");
    }

    @Test
    void power_off_ends_the_stream_and_nothing_starts_until_power_on() throws Exception {
        pair();
        Stream stream = events("alpha", "--full", "--poll");
        stream.untilDumpEnd();
        world.powerOff("alpha");

        assertThat(stream.process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(events("alpha", "--full", "--poll").process.waitFor()).isEqualTo(20);
        world.powerOn("alpha");
        assertThat(events("alpha", "--full").untilDumpEnd()).isNotEmpty();
    }

    @Test
    void it_dies_with_its_world() throws Exception {
        pair();
        Stream stream = events("alpha", "--full", "--poll");
        stream.untilDumpEnd();
        world.close();

        assertThat(stream.process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void it_dies_with_its_parent() throws Exception {
        pair();
        String command = world.drbdsetupCommand("alpha", dir).getFirst();
        // The middle shell hands its pid out and stays the parent.
        Process parent = start(List.of("bash", "-c", command + " events2 --full & echo $!; wait"));
        BufferedReader out = parent.inputReader(StandardCharsets.UTF_8);
        ProcessHandle child = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
        assertThat(out.readLine()).startsWith("exists resource");
        parent.destroyForcibly();

        await().atMost(Duration.ofSeconds(60)).until(() -> !child.isAlive());
    }

    @Test
    void no_json_for_events2_and_usage_is_exit_code_20() throws Exception {
        pair();
        Process process = start(command("alpha", "events2", "--json"));

        assertThat(process.waitFor()).isEqualTo(20);
        assertThat(process.inputReader().readLine()).isNull();
    }

    @Test
    void status_and_show_are_json_in_the_shapes_of_9_34() throws Exception {
        pair();
        world.open("alpha", "r0");
        JsonNode status = json("alpha", "status", "--json").get(0);
        assertThat(status.at("/name").asText()).isEqualTo("r0");
        assertThat(status.at("/role").asText()).isEqualTo("Primary");
        assertThat(status.at("/devices/0/open").asBoolean()).isTrue();
        assertThat(status.at("/connections/0/peer_devices/0/peer-disk-state").asText())
                .isEqualTo("UpToDate");
        assertThat(status.at("/connections/0/connection-state").asText()).isEqualTo("Connected");

        JsonNode show = json("alpha", "show", "--json").get(0);
        assertThat(show.at("/resource").asText()).isEqualTo("r0");
        assertThat(show.at("/options/quorum").asText()).isEqualTo("off");
        assertThat(show.at("/connections/0/net/protocol").asText()).isEqualTo("C");
        assertThat(show.at("/connections/0/net/allow-two-primaries").isBoolean()).isTrue();
    }

    @Test
    void called_as_drbdadm_it_tells_versions() throws Exception {
        pair();
        Path drbdadm = Path.of(world.drbdsetupCommand("alpha", dir).getFirst());
        Process process = start(List.of(drbdadm.resolveSibling("drbdadm").toString(), "--version"));

        assertThat(process.inputReader().lines())
                .contains("DRBD_KERNEL_VERSION_CODE=0x090212", "DRBDADM_VERSION_CODE=0x092200");
        assertThat(process.waitFor()).isZero();
    }

    private void pair() {
        world.addNode("one", "alpha");
        world.addNode("two", "bravo");
        world.createResource(
                "r0", 64L << 20, List.of("alpha", "bravo"), new Options(Protocol.C, Quorum.OFF));
    }

    private JsonNode json(String node, String... arguments) throws Exception {
        Process process = start(command(node, arguments));
        JsonNode json = new ObjectMapper().readTree(process.getInputStream());
        assertThat(process.waitFor()).isZero();
        return json;
    }

    private List<String> command(String node, String... arguments) {
        var command = new ArrayList<>(world.drbdsetupCommand(node, dir));
        command.addAll(List.of(arguments));
        return command;
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        processes.add(process);
        return process;
    }

    private Stream events(String node, String... options) throws IOException {
        var arguments = new ArrayList<>(List.of("events2"));
        arguments.addAll(List.of(options));
        return new Stream(start(command(node, arguments.toArray(String[]::new))));
    }

    private static final class Stream {
        private final Process process;
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        Stream(Process process) {
            this.process = process;
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> process.inputReader().lines().forEach(lines::add));
        }

        void poll() throws IOException {
            process.getOutputStream().write("n\n".getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        String next() throws InterruptedException {
            String line = nextWithin(5_000);
            assertThat(line).as("a line within 5 s").isNotNull();
            return line == null ? "" : line;
        }

        @Nullable String nextWithin(long millis) throws InterruptedException {
            return lines.poll(millis, TimeUnit.MILLISECONDS);
        }

        List<String> untilDumpEnd() throws InterruptedException {
            var dump = new ArrayList<String>();
            do {
                dump.add(next());
            } while (!dump.getLast().endsWith("exists -"));
            return dump;
        }
    }
}
