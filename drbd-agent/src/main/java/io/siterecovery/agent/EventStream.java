package io.siterecovery.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A running {@code drbdsetup events2}: hands what the child prints to the agent's loop, in order.
 * At most {@link #MOST_CHUNKS} pieces wait there; then the pipe fills and the child waits.
 */
final class EventStream implements AutoCloseable {

    /** Called on the loop. */
    interface Listener {

        /**
         * @param more whether further bytes are waiting behind these
         */
        void read(byte[] bytes, boolean more);

        void complained(String line);

        /**
         * @param exitCode absent if the child closed its output and lives on
         */
        void ended(Optional<Integer> exitCode);
    }

    private static final int CHUNK_BYTES = 32 << 10;
    private static final int MOST_CHUNKS = 64;
    private static final long END_GRACE_MILLIS = 500;
    private static final long KILL_AFTER_MILLIS = 1000;
    private static final long READER_STACK_BYTES = 128 << 10;
    private static final byte[] STATISTICS = "n\n".getBytes(StandardCharsets.US_ASCII);

    private final Process child;
    private final OutputStream stdin;
    private final Executor loop;
    private final Listener listener;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Semaphore room = new Semaphore(MOST_CHUNKS);

    private EventStream(Process child, Executor loop, Listener listener) {
        this.child = child;
        this.stdin = child.getOutputStream();
        this.loop = loop;
        this.listener = listener;
    }

    static EventStream start(List<String> command, String name, Executor loop, Listener listener)
            throws IOException {
        Process child = new ProcessBuilder(command).start();
        EventStream stream = new EventStream(child, loop, listener);
        CompletableFuture<Void> outputEnded = new CompletableFuture<>();
        stream.thread(name + "-events", () -> stream.readOutput(outputEnded));
        stream.thread(name + "-stderr", stream::readComplaints);
        CompletableFuture<?> exited = child.onExit();
        CompletableFuture<?> both = CompletableFuture.allOf(exited, outputEnded);
        // A grandchild may keep the pipe open, or a child live on without it: either end is the
        // end.
        CompletableFuture<Void> _ =
                CompletableFuture.anyOf(exited, outputEnded)
                        .thenCompose(
                                end ->
                                        both.copy()
                                                .completeOnTimeout(
                                                        null,
                                                        END_GRACE_MILLIS,
                                                        TimeUnit.MILLISECONDS))
                        .thenRunAsync(() -> listener.ended(stream.exitCode()), loop);
        return stream;
    }

    /** Asks the child to print the figures that have changed. */
    void askForStatistics() {
        try {
            stdin.write(STATISTICS);
            stdin.flush();
        } catch (IOException e) {
            // The child is gone; its end is on its way.
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(child.descendants().toList());
        all.add(child.toHandle());
        all.forEach(ProcessHandle::destroy);
        CompletableFuture<Void> _ =
                child.onExit()
                        .copy()
                        .completeOnTimeout(child, KILL_AFTER_MILLIS, TimeUnit.MILLISECONDS)
                        .thenRun(() -> all.forEach(ProcessHandle::destroyForcibly));
    }

    private Optional<Integer> exitCode() {
        return child.isAlive() ? Optional.empty() : Optional.of(child.exitValue());
    }

    private void readOutput(CompletableFuture<Void> ended) {
        byte[] buffer = new byte[CHUNK_BYTES];
        try (InputStream out = child.getInputStream()) {
            for (int n = out.read(buffer); n >= 0; n = out.read(buffer)) {
                byte[] bytes = Arrays.copyOf(buffer, n);
                room.acquire();
                waiting.incrementAndGet();
                loop.execute(() -> hand(bytes));
            }
        } catch (IOException e) {
            // Closed under us: the child was killed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.complete(null);
        }
    }

    private void hand(byte[] bytes) {
        room.release();
        listener.read(bytes, waiting.decrementAndGet() > 0);
    }

    private void readComplaints() {
        try (BufferedReader err =
                new BufferedReader(
                        new InputStreamReader(child.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                String complaint = line;
                loop.execute(() -> listener.complained(complaint));
            }
        } catch (IOException e) {
            // Closed under us: the child was killed.
        }
    }

    private void thread(String name, Runnable body) {
        Thread thread = new Thread(null, body, name, READER_STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }
}
