package io.siterecovery.sandbox.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A service of ours as a process of its own, started again when it ends, as a cluster would:
 * killing it is part of the game.
 */
public final class ServiceProcess implements AutoCloseable {

    static final String PORT = "SITE_RECOVERY_HTTP_PORT";

    private static final Duration RESTART_AFTER = Duration.ofSeconds(1);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
    private static final int EARLY_ENDS = 3;
    private static final int SIGNAL_EXIT = 128;
    private static final Duration EARLY = Duration.ofSeconds(10);

    private final Path program;
    private final Map<String, String> environment;
    private final Path log;
    private final Path pidFile;
    private final Narrator narrator;
    private @Nullable Process process;
    private int earlyEnds;
    private boolean staysDown;
    private boolean closed;

    private ServiceProcess(
            Path program,
            Map<String, String> environment,
            StateFolder state,
            String name,
            Narrator narrator) {
        this.program = program;
        this.environment = environment;
        this.log = state.resolve(name + ".log");
        this.pidFile = state.resolve(name + ".pid");
        this.narrator = narrator;
    }

    /**
     * @param program that starts it
     * @param environment its settings
     * @param name of its log and of the file with its process id
     */
    static ServiceProcess start(
            Path program,
            Map<String, String> environment,
            StateFolder state,
            String name,
            Narrator narrator) {
        ServiceProcess started = new ServiceProcess(program, environment, state, name, narrator);
        started.launch();
        return started;
    }

    /** Process id; a dead one is started again under another. */
    public synchronized long pid() {
        return process == null ? 0 : process.pid();
    }

    public Path log() {
        return log;
    }

    /** Where {@code /readyz} and {@code /metrics} are on 127.0.0.1. */
    public int port() {
        return Integer.parseInt(environment.getOrDefault(PORT, ""));
    }

    /** Kills it; it stays away until it is revived. */
    public synchronized void kill() {
        staysDown = true;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    public synchronized void revive() {
        if (staysDown) {
            staysDown = false;
            launch();
        }
    }

    private synchronized void launch() {
        if (closed || staysDown) {
            return;
        }
        ProcessBuilder builder =
                new ProcessBuilder(List.of(program.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(ServiceProcess::isForeignSetting);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // We were built together, and a rebuild under our feet helps nobody.
        builder.environment().put("SITE_RECOVERY_SKIP_BUILD", "1");
        builder.environment().putAll(environment);
        long begun = System.nanoTime();
        try {
            Process launched = builder.start();
            process = launched;
            Files.writeString(pidFile, launched.pid() + "\n");
            var _ = launched.onExit().thenAccept(ended -> ended(ended, begun));
        } catch (IOException e) {
            throw new QuickstartFailure("cannot start " + program + ": " + e.getMessage(), e);
        }
    }

    private synchronized void ended(Process ended, long begun) {
        // One that was revived already has a successor.
        if (closed || staysDown || !ended.equals(process)) {
            return;
        }
        // Somebody who kills it wants to see it come back, however often.
        boolean killed = ended.exitValue() > SIGNAL_EXIT;
        boolean early = !killed && System.nanoTime() - begun < EARLY.toNanos();
        earlyEnds = early ? earlyEnds + 1 : 0;
        if (earlyEnds >= EARLY_ENDS) {
            narrator.say(
                    "%s ended with %d again, %d times in a row: see %s",
                    program.getFileName(), ended.exitValue(), earlyEnds, log);
            return;
        }
        narrator.say(
                "%s ended with %d: starting it again", program.getFileName(), ended.exitValue());
        CompletableFuture.delayedExecutor(RESTART_AFTER.toMillis(), TimeUnit.MILLISECONDS)
                .execute(this::launch);
    }

    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        if (last == null) {
            return;
        }
        last.destroy();
        try {
            last.onExit().get(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            last.destroyForcibly().onExit().join();
        } catch (InterruptedException e) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isForeignSetting(String variable) {
        return variable.startsWith("SITE_RECOVERY_")
                && !variable.equals("SITE_RECOVERY_JAVA_OPTIONS");
    }
}
