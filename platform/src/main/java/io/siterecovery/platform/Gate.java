package io.siterecovery.platform;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The way to one physical API server: so many calls are under way at once, those of all deployments
 * together, each with its fair share; the others wait here, where the urgent ones overtake, and not
 * in the server. Calls that wait too long are refused.
 */
final class Gate {

    /**
     * Enough to keep a server busy that answers within a tenth of a second, and few enough that the
     * slowest one in the way of a write (KubeVirt's webhooks: 200 requests a second) answers all of
     * them in a fraction of a call's deadline.
     */
    private static final int CALLS_AT_ONCE = 32;

    private static final int WAITING_CALLS = 2_000;

    private final FairShare<Runnable> turns;

    Gate() {
        this(CALLS_AT_ONCE, WAITING_CALLS);
    }

    /**
     * @param waiting calls of one party
     */
    Gate(int parallel, int waiting) {
        turns = new FairShare<>(parallel, waiting);
    }

    /**
     * @param who has its share
     * @return completes like the call; cancelling it (or timing it out) before its turn comes means
     *     that the call is never made
     */
    <T> CompletableFuture<T> pass(
            String who, Urgency urgency, Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable turn = () -> make(who, call, result);
        List<Runnable> next;
        synchronized (turns) {
            if (turns.isFull(who)) {
                return CompletableFuture.failedFuture(
                        new KubernetesFailure(
                                KubernetesFailure.Reason.UNREACHABLE,
                                0,
                                "not sent: too many calls are waiting already"));
            }
            next = turns.arrive(who, urgency, turn);
        }
        next.forEach(Runnable::run);
        return result;
    }

    private <T> void make(
            String who, Supplier<CompletableFuture<T>> call, CompletableFuture<T> result) {
        if (result.isDone()) {
            leave(who);
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
                            leave(who);
                            if (failure == null) {
                                result.complete(value);
                            } else {
                                result.completeExceptionally(failure);
                            }
                        });
    }

    private void leave(String who) {
        List<Runnable> next;
        synchronized (turns) {
            next = turns.leave(who);
        }
        next.forEach(Runnable::run);
    }
}
