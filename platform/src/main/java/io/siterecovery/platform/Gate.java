package io.siterecovery.platform;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one physical API server: so many calls are under way at once, those of all deployments
 * together, each with its fair share; the others wait here, where the urgent ones overtake, and not
 * in the server.
 *
 * <p>They wait as long as answers come. A call that fails while nothing else of its party was
 * answered takes all of them with it: nobody waits in a queue before a server that is silent.
 */
final class Gate {

    /**
     * Enough to keep a server busy that answers within a tenth of a second, and few enough that the
     * slowest one in the way of a write (KubeVirt's webhooks: 200 requests a second) answers all of
     * them in a fraction of a call's deadline.
     */
    private static final int CALLS_AT_ONCE = 32;

    private static final int WAITING_CALLS = 2_000;

    private final FairShare<Call<?>> turns;
    private final Map<String, Long> answered = new HashMap<>();

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
     * @return completes like the call; cancelling it before its turn comes means that the call is
     *     never made
     */
    <T> CompletableFuture<T> pass(
            String who, Urgency urgency, Supplier<CompletableFuture<T>> make) {
        Call<T> call = new Call<>(who, make);
        List<Call<?>> next;
        synchronized (turns) {
            if (turns.isFull(who)) {
                return CompletableFuture.failedFuture(
                        notSent("too many calls are waiting already"));
            }
            next = turns.arrive(who, urgency, call);
        }
        next.forEach(Call::send);
        return call.result;
    }

    private static KubernetesFailure notSent(String why) {
        return new KubernetesFailure(KubernetesFailure.Reason.UNREACHABLE, 0, "not sent: " + why);
    }

    private final class Call<T> {

        private final String who;
        private final Supplier<CompletableFuture<T>> make;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private long sent;

        Call(String who, Supplier<CompletableFuture<T>> make) {
            this.who = who;
            this.make = make;
        }

        void send() {
            sent = System.nanoTime();
            if (result.isDone()) {
                leave(Outcome.GIVEN_UP);
                return;
            }
            CompletableFuture<T> made;
            try {
                made = make.get();
            } catch (RuntimeException e) {
                made = CompletableFuture.failedFuture(e);
            }
            CompletableFuture<T> running = made;
            var _ = result.whenComplete((_, _) -> running.cancel(false));
            var _ =
                    running.whenComplete(
                            (value, failure) -> {
                                leave(Outcome.of(failure));
                                if (failure == null) {
                                    result.complete(value);
                                } else {
                                    result.completeExceptionally(failure);
                                }
                            });
        }

        private void leave(Outcome outcome) {
            List<Call<?>> dismissed = List.of();
            List<Call<?>> next;
            synchronized (turns) {
                switch (outcome) {
                    case ANSWERED -> answered.put(who, System.nanoTime());
                    case FAILED -> dismissed = isSilent() ? turns.dismiss(who) : List.of();
                    case GIVEN_UP -> {}
                }
                next = turns.leave(who);
            }
            next.forEach(Call::send);
            dismissed.forEach(call -> call.result.completeExceptionally(notSent("no answers")));
        }

        private boolean isSilent() {
            Long last = answered.get(who);
            return last == null || last < sent;
        }
    }

    private enum Outcome {
        ANSWERED,
        FAILED,
        /** By whoever wanted it: that says nothing of the server. */
        GIVEN_UP;

        static Outcome of(@Nullable Throwable failure) {
            return failure == null
                    ? ANSWERED
                    : failure instanceof CancellationException ? GIVEN_UP : FAILED;
        }
    }
}
