package io.siterecovery.sandbox.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Narrator narrator =
            new Narrator(new PrintStream(printed, true, StandardCharsets.UTF_8));
    @TempDir private Path home;
    private StateFolder state;

    @BeforeEach
    void takeState() throws IOException {
        state = StateFolder.take(home.resolve("state"));
    }

    @Test
    void killed_control_plane_is_started_again_and_stopped_at_the_end() throws IOException {
        launcher("echo user $SITE_RECOVERY_KAFKA_USER; exec sleep 600");
        long second;
        try (ServiceProcess process = start()) {
            long first = process.pid();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(process.log()).hasContent("user planner\n"));
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            await().atMost(SOON).until(() -> process.pid() != first);
            second = process.pid();
            assertThat(state.resolve("control-plane.pid")).hasContent(second + "\n");
            await().atMost(SOON)
                    .untilAsserted(
                            () ->
                                    assertThat(process.log())
                                            .hasContent("user planner\nuser planner\n"));
        }
        assertThat(ProcessHandle.of(second)).isEmpty();
    }

    @Test
    void control_plane_that_cannot_start_is_given_up_with_a_word_where_to_look()
            throws IOException {
        launcher("echo no brokers; exit 2");
        try (ServiceProcess process = start()) {
            await().atMost(SOON)
                    .until(
                            () ->
                                    printed.toString(StandardCharsets.UTF_8)
                                            .contains("3 times in a row: see " + process.log()));
        }
    }

    private ServiceProcess start() {
        return ServiceProcess.start(
                home.resolve("bin/control-plane"),
                Map.of("SITE_RECOVERY_KAFKA_USER", "planner"),
                state,
                "control-plane",
                narrator);
    }

    private void launcher(String script) throws IOException {
        Path file = Files.createDirectories(home.resolve("bin")).resolve("control-plane");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
