package io.siterecovery.agent;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The one thread that touches an agent's state. Once it is closed, what is asked of it is lost. */
final class Loop implements Executor, AutoCloseable {

    private static final int CLOSING_SECONDS = 5;

    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<RuntimeException> failed;

    /**
     * @param failed hears of a bug of ours, on this loop
     */
    Loop(String name, Consumer<RuntimeException> failed) {
        this.failed = failed;
        this.executor = new ScheduledThreadPoolExecutor(1, task -> daemon(task, name));
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    void later(Duration delay, Runnable task) {
        try {
            ScheduledFuture<?> _ =
                    executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    void every(Duration interval, Runnable task) {
        ScheduledFuture<?> _ =
                executor.scheduleWithFixedDelay(
                        guarded(task), 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Does what was asked for so far. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                failed.accept(e);
            }
        };
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
