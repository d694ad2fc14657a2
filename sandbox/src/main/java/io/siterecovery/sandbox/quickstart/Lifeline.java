package io.siterecovery.sandbox.quickstart;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;

/**
 * Everything that must be stopped at the end, stopped once and in reverse order, whether the end is
 * a failure, Ctrl-C in the middle of the start, or the last line.
 */
final class Lifeline implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean closed;

    /**
     * @return the same
     * @throws QuickstartFailure if the end has come already; what is given is closed then
     */
    <T extends AutoCloseable> T hold(T resource) {
        synchronized (this) {
            if (!closed) {
                open.push(resource);
                return resource;
            }
        }
        close(resource);
        throw new QuickstartFailure("stopped");
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        while (true) {
            AutoCloseable next;
            synchronized (this) {
                closed = true;
                next = open.poll();
            }
            if (next == null) {
                return;
            }
            close(next);
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LoggerFactory.getLogger(Lifeline.class)
                    .atWarn()
                    .addKeyValue("resource", resource.getClass().getName())
                    .setCause(e)
                    .log("cannot stop");
        }
    }
}
