package io.siterecovery.sandbox.players;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at keys again: one look per key at a time, many keys at once, and the only place where
 * something is tried again.
 */
final class WorkQueue implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkQueue.class);
    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LAST_RETRY_MILLIS = 2_000;

    interface Work {
        /**
         * @return whether all is done that can be done now; otherwise it is looked at again soon
         */
        boolean look(String key) throws IOException, InterruptedException;
    }

    private enum State {
        QUEUED,
        RUNNING,
        RUNNING_AGAIN
    }

    private final String name;
    private final Work work;
    private final Semaphore atOnce;
    private final ScheduledExecutorService timer;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, State> states = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private boolean open;

    WorkQueue(String name, int atOnce, ScheduledExecutorService timer, Work work) {
        this.name = name;
        this.work = work;
        this.atOnce = new Semaphore(atOnce);
        this.timer = timer;
    }

    /** Nothing is looked at before: a half-filled cache looks like a world without machines. */
    synchronized void open() {
        if (!open) {
            open = true;
            states.keySet().forEach(this::submit);
        }
    }

    synchronized void add(String key) {
        switch (states.get(key)) {
            case null -> {
                states.put(key, State.QUEUED);
                if (open) {
                    submit(key);
                }
            }
            case RUNNING -> states.put(key, State.RUNNING_AGAIN);
            case QUEUED, RUNNING_AGAIN -> {}
        }
    }

    void addAfter(String key, Duration delay) {
        try {
            var _ = timer.schedule(() -> add(key), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.atDebug().addKeyValue("key", key).log("closing, not looked at again");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void submit(String key) {
        try {
            threads.execute(() -> run(key));
        } catch (RejectedExecutionException e) {
            log.atDebug().addKeyValue("key", key).log("closing, not looked at");
        }
    }

    private void run(String key) {
        try {
            atOnce.acquire();
        } catch (InterruptedException e) {
            return;
        }
        boolean done = false;
        try {
            synchronized (this) {
                states.put(key, State.RUNNING);
            }
            done = work.look(key);
        } catch (IOException e) {
            log.atDebug()
                    .addKeyValue("queue", name)
                    .addKeyValue("key", key)
                    .addKeyValue("cause", e.getMessage())
                    .log("the API server did not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("queue", name)
                    .addKeyValue("key", key)
                    .setCause(e)
                    .log("look failed");
        } finally {
            atOnce.release();
        }
        finished(key, done);
    }

    private void finished(String key, boolean done) {
        long retryMillis = 0;
        synchronized (this) {
            boolean again = states.remove(key) == State.RUNNING_AGAIN;
            if (done) {
                failures.remove(key);
            } else {
                int count = failures.merge(key, 1, Integer::sum);
                long most =
                        Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(count - 1, 10));
                retryMillis = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
            }
            if (again) {
                add(key);
            }
        }
        if (retryMillis > 0 && !threads.isShutdown()) {
            addAfter(key, Duration.ofMillis(retryMillis));
        }
    }
}
