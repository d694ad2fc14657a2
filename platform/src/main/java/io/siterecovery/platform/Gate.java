package io.siterecovery.platform;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Lets so many calls run at once, queues so many more in order, and refuses the rest. */
final class Gate {

    private final int parallel;
    private final int queued;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int running;

    Gate(int parallel, int queued) {
        this.parallel = parallel;
        this.queued = queued;
    }

    /**
     * @return completes like the call; cancelling it (or timing it out) before its turn comes means
     *     that the call is never made
     */
    <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable turn =
                () -> {
                    if (result.isDone()) {
                        leave();
                        return;
                    }
                    CompletableFuture<T> made;
                    try {
                        made = call.get();
                    } catch (RuntimeException e) {
                        made = CompletableFuture.failedFuture(e);
                    }
                    CompletableFuture<T> running = made;
                    var _ = result.whenComplete((_, _) -> running.cancel(false));
                    var _ =
                            running.whenComplete(
                                    (value, failure) -> {
                                        leave();
                                        if (failure == null) {
                                            result.complete(value);
                                        } else {
                                            result.completeExceptionally(failure);
                                        }
                                    });
                };
        synchronized (this) {
            if (running >= parallel) {
                if (waiting.size() >= queued) {
                    return CompletableFuture.failedFuture(
                            new KubernetesFailure(
                                    KubernetesFailure.Reason.UNREACHABLE,
                                    0,
                                    "not sent: " + queued + " calls are waiting already"));
                }
                waiting.add(turn);
                return result;
            }
            running++;
        }
        turn.run();
        return result;
    }

    private void leave() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                running--;
                return;
            }
        }
        next.run();
    }
}
