package io.siterecovery.tests.simulation.engine;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads that run on the caller's thread and nowhere else, in the order in which they were
 * woken: code that blocks ({@code Future.await}) runs as it is, and always in the same order.
 *
 * <p>The JDK has no public way to give a virtual thread its scheduler; its own tests use this one.
 */
final class VirtualThreads {

    private static final Constructor<?> BUILDER = builder();

    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final Executor here = this::woken;
    private final Thread owner = Thread.currentThread();
    private volatile @Nullable Throwable thrown;

    void start(Runnable what) {
        try {
            ((Thread.Builder.OfVirtual) BUILDER.newInstance(here))
                    .uncaughtExceptionHandler((thread, e) -> thrown = e)
                    .start(what);
        } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whatever wakes a thread from elsewhere does so at a moment that no seed decides. */
    private void woken(Runnable next) {
        Thread by = Thread.currentThread();
        if (by.isVirtual() || by.equals(owner)) {
            ready.add(next);
        } else {
            thrown = new IllegalStateException("woken from outside, by " + by);
        }
    }

    /**
     * Runs until every thread has ended or waits for something.
     *
     * @throws IllegalStateException if one of them threw
     */
    void run() {
        Runnable next = ready.poll();
        while (next != null) {
            next.run();
            next = ready.poll();
        }
        if (thrown != null) {
            throw new IllegalStateException("thrown out of its thread", thrown);
        }
    }

    private static Constructor<?> builder() {
        try {
            Constructor<?> constructor =
                    Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                            .getDeclaredConstructor(Executor.class);
            constructor.setAccessible(true);
            return constructor;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    "needs JDK 25 and --add-opens java.base/java.lang=ALL-UNNAMED", e);
        }
    }
}
