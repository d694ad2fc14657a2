package io.siterecovery.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.agent.core.Dialect;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.RestartDelay;
import io.siterecovery.agent.core.UnparsedLines;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real child process that says and ends what the test wants; no Kafka. */
class StreamFollowerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir private Path child;

    private final List<RuntimeException> bugs = new CopyOnWriteArrayList<>();
    private final List<String> incarnations = new CopyOnWriteArrayList<>();
    private final Loop loop = new Loop("test", bugs::add);
    private final Commands commands = new Commands("test-commands", loop);
    private volatile Map<String, Optional<DrbdResourceState>> told = Map.of();
    private volatile String health = "";
    private volatile Dialect dialect = Dialect.FULL;
    private StreamFollower follower;
    private Questions questions;

    @BeforeEach
    void prepare() throws IOException {
        Files.createFile(child.resolve("live"));
        dump("exists resource name:r0 role:Secondary", "exists device name:r0 volume:0");
        AgentConfig config =
                new AgentConfig(
                        "n1",
                        "site",
                        List.of("bash", "src/test/resources/events2-player.sh", child.toString()),
                        Map.of(),
                        Duration.ofMillis(200),
                        Duration.ofSeconds(1));
        follower =
                new StreamFollower(
                        config,
                        loop,
                        commands,
                        new UnparsedLines(),
                        new RestartDelay(Duration.ofMillis(300)),
                        new Hearing());
        questions = new Questions(config, loop, commands, follower, this::look);
    }

    private final class Hearing implements StreamFollower.Listener {
        @Override
        public void restarted(String incarnation) {
            incarnations.add(incarnation);
            questions.restarted();
            health = follower.health();
        }

        @Override
        public void read(NodeView view) {
            look();
        }
    }

    private void look() {
        NodeView view = follower.view();
        NodeView.Changes changes = view.takeChanges();
        Map<String, Optional<DrbdResourceState>> now = new TreeMap<>(told);
        now.putAll(changes.states());
        told = now;
        health = follower.health();
        dialect = follower.dialect();
        if (changes.reconfigured()) {
            questions.options();
        }
        if (view.takeDoubt()) {
            questions.doubt();
        }
    }

    @AfterEach
    void stop() {
        loop.execute(follower::stop);
        loop.close();
        commands.close();
        assertThat(bugs).isEmpty();
    }

    @Test
    void an_event_that_comes_in_several_pieces_is_told_once_and_whole() throws IOException {
        start();
        awaitHealth("Following");
        String now = "2026-11-20T22:50:34.705272+00:00 ";
        Files.writeString(
                child.resolve("live"),
                now
                        + "change resource name:r0 role:Primary\n"
                        + now
                        + "change device name:r0 volume:0 disk:UpToDate\n",
                StandardOpenOption.APPEND);
        await().atMost(PATIENCE).until(() -> state().role().raw().equals("Primary"));
        assertThat(state().volumes().getFirst().disk().raw()).isEqualTo("UpToDate");
    }

    @Test
    void without_a_kernel_module_it_waits_says_so_and_follows_once_there_is_one()
            throws IOException {
        Files.write(
                child.resolve("failure"),
                List.of("20", "Failed to modprobe drbd (No such file or directory)"));
        start();
        awaitHealth("NoKernelModule");
        Files.delete(child.resolve("failure"));
        awaitHealth("Following");
        assertThat(told).containsKey("r0");
    }

    @Test
    void an_unloaded_module_voids_what_was_told() throws IOException {
        start();
        awaitHealth("Following");
        Files.write(child.resolve("failure"), List.of("121", "all: module unloaded"));
        players().forEach(ProcessHandle::destroyForcibly);
        awaitHealth("NoKernelModule");
        assertThat(incarnations).doesNotHaveDuplicates().hasSizeGreaterThan(1);
    }

    @Test
    void a_killed_child_is_started_again_under_a_new_incarnation() {
        start();
        awaitHealth("Following");
        players().forEach(ProcessHandle::destroyForcibly);
        await().atMost(PATIENCE).until(() -> !incarnations.isEmpty());
        awaitHealth("Following");
        assertThat(incarnations).hasSize(1);
    }

    @Test
    void an_old_drbdsetup_is_asked_in_its_dialect() throws IOException {
        Files.createFile(child.resolve("old"));
        Files.write(
                child.resolve("now"),
                List.of(
                        "exists resource name:r0 role:Primary",
                        "exists device name:r0 volume:0 upper-pending:7",
                        "exists -"));
        start();
        awaitHealth("Following");
        assertThat(dialect).isEqualTo(Dialect.DELTAS);
        loop.execute(questions::figures);
        await().atMost(PATIENCE)
                .until(() -> state().volumes().getFirst().upperPending(), Long.valueOf(7)::equals);
        assertThat(state().role().raw())
                .as("a figure is all that was asked for")
                .isEqualTo("Secondary");
    }

    @Test
    void options_are_read_when_a_resource_appears() throws IOException {
        Files.writeString(
                child.resolve("show"),
                "[{\"resource\": \"r0\", \"options\": {\"quorum\": \"majority\"}}]");
        start();
        await().atMost(PATIENCE).until(() -> told.containsKey("r0") && state().options() != null);
        assertThat(state().options()).isEqualTo(new DrbdResourceState.Options("majority", null));
    }

    @Test
    void a_hurt_line_makes_it_compare_and_a_missed_change_makes_it_start_anew() throws IOException {
        start();
        awaitHealth("Following");
        Files.write(
                child.resolve("now"),
                List.of(
                        "exists resource name:r0 role:Primary",
                        "exists device name:r0 volume:0",
                        "exists -"));
        say("change resource name:r0 rol");
        await().atMost(PATIENCE).until(() -> !incarnations.isEmpty());
    }

    @Test
    void a_hurt_line_that_hid_nothing_does_not_stop_the_stream() throws IOException {
        start();
        awaitHealth("Following");
        say("change resource name:r0 rol");
        await().atMost(PATIENCE).until(() -> commandsRun("--now") > 0);
        say("change resource name:r0 role:Primary");
        await().atMost(PATIENCE).until(() -> state().role().raw().equals("Primary"));
        assertThat(incarnations).isEmpty();
    }

    private void start() {
        loop.execute(follower::start);
    }

    private void dump(String... lines) throws IOException {
        Files.write(child.resolve("dump"), List.of(lines));
        Files.writeString(child.resolve("dump"), "exists -\n", StandardOpenOption.APPEND);
    }

    private void say(String line) throws IOException {
        Files.writeString(child.resolve("live"), line + "\n", StandardOpenOption.APPEND);
    }

    private long commandsRun(String argument) throws IOException {
        try (var lines = Files.lines(child.resolve("commands"))) {
            return lines.filter(line -> line.contains(argument)).count();
        }
    }

    private DrbdResourceState state() {
        return told.getOrDefault("r0", Optional.empty()).orElseThrow();
    }

    private void awaitHealth(String expected) {
        await().atMost(PATIENCE).until(() -> health, expected::equals);
    }

    private static List<ProcessHandle> players() {
        return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).toList();
    }
}
