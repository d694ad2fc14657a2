package io.siterecovery.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs commands that answer and end, one after the other, on a thread that exists while needed. */
final class Commands implements AutoCloseable {

    static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_WAITING = 16;
    private static final long IDLE_SECONDS = 2;

    /** What a command left behind. */
    private static final int SIGNAL = 128;

    record Output(int exitCode, String stdout, String stderr) {
        boolean succeeded() {
            return exitCode == 0;
        }

        /** By us, because it took too long, or by somebody else. */
        boolean wasKilled() {
            return exitCode > SIGNAL;
        }
    }

    private final Loop loop;
    private final ThreadPoolExecutor executor;
    private volatile @Nullable Process running;

    Commands(String name, Loop loop) {
        this.loop = loop;
        this.executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(MOST_WAITING),
                        task -> Loop.daemon(task, name));
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * @param done called on the loop; with nothing if the command could not be run, was not done
     *     within {@link #LONGEST}, or printed more than anything of DRBD does
     */
    void run(List<String> command, Consumer<Optional<Output>> done) {
        try {
            executor.execute(
                    () -> {
                        Optional<Output> output = run(command);
                        loop.execute(() -> done.accept(output));
                    });
        } catch (RejectedExecutionException e) {
            loop.execute(() -> done.accept(Optional.empty()));
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        Process process = running;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private Optional<Output> run(List<String> command) {
        try {
            return runNow(
                    command,
                    process -> {
                        running = process;
                        loop.later(LONGEST, () -> kill(process));
                    });
        } finally {
            running = null;
        }
    }

    /**
     * @param started is given the process, to kill it when it takes too long
     */
    static Optional<Output> runNow(List<String> command, Consumer<Process> started) {
        try {
            Process process = new ProcessBuilder(command).start();
            started.accept(process);
            try (InputStream stdout = process.getInputStream();
                    InputStream stderr = process.getErrorStream()) {
                process.getOutputStream().close();
                byte[] printed = stdout.readNBytes(MOST_BYTES);
                byte[] complained = stderr.readNBytes(MOST_BYTES);
                boolean whole = printed.length < MOST_BYTES && complained.length < MOST_BYTES;
                int exitCode = process.waitFor();
                return whole
                        ? Optional.of(new Output(exitCode, text(printed), text(complained)))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
