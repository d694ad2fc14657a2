package io.siterecovery.sandbox.kubernetes.faults;

import io.siterecovery.sandbox.kubernetes.api.ApiError;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The faults that one API server has at this moment. Tests set them; without any, a request costs
 * one look at an empty list.
 */
public final class Faults {
    /**
     * Which requests a fault is about.
     *
     * @param verb get, list, watch, create, update, patch, delete, deletecollection; "" for all
     * @param resource plural, as {@code virtualmachines} or {@code nodes/status}; "" for all
     */
    public record Match(String verb, String resource) {
        public static final Match ALL = new Match("", "");

        boolean takes(String wantedVerb, String wantedResource) {
            return (verb.isEmpty() || verb.equals(wantedVerb))
                    && (resource.isEmpty() || resource.equals(wantedResource));
        }
    }

    /** A fault that is on until it is closed, or has happened as often as it should. */
    public final class Active implements AutoCloseable {
        private final Match match;
        private final Fault fault;
        private final AtomicInteger left;

        private Active(Match match, Fault fault, int times) {
            this.match = match;
            this.fault = fault;
            left = new AtomicInteger(times);
        }

        @Override
        public void close() {
            active.remove(this);
        }

        private boolean strikes() {
            int before = left.getAndUpdate(n -> Math.max(0, n - 1));
            if (before <= 1) {
                close();
            }
            return before > 0;
        }
    }

    private static final int NO_END = Integer.MAX_VALUE;

    private final List<Active> active = new CopyOnWriteArrayList<>();
    private final Consumer<String> dropWatches;
    private final Runnable holeEnds;
    private volatile boolean blackHole;
    private volatile boolean stale;
    private final Consumer<Boolean> freezeLists;

    /**
     * @param dropWatches cuts the open watches on a resource, all for ""
     * @param holeEnds goes on with what has waited in the black hole
     * @param freezeLists keeps cached lists as they are now, or lets them go
     */
    public Faults(Consumer<String> dropWatches, Runnable holeEnds, Consumer<Boolean> freezeLists) {
        this.dropWatches = dropWatches;
        this.holeEnds = holeEnds;
        this.freezeLists = freezeLists;
    }

    /** From now until it is closed. */
    public Active add(Match match, Fault fault) {
        return add(match, fault, NO_END);
    }

    public Active add(Match match, Fault fault, int times) {
        Active added = new Active(match, fault, times);
        active.add(added);
        return added;
    }

    /** Cuts every open watch on the resource ("" for all) without a word. */
    public void dropWatches(String resource) {
        dropWatches.accept(resource);
    }

    /**
     * Lists and gets that are content with a cached answer ({@code resourceVersion=0}, or one that
     * the cache has) get what there was at this moment. Who asks without a version sees the truth.
     */
    public void staleLists(boolean on) {
        stale = on;
        freezeLists.accept(on);
    }

    /** Connections stay open and nothing answers; what was asked meanwhile is done when it ends. */
    public void blackHole(boolean on) {
        blackHole = on;
        if (!on) {
            holeEnds.run();
        }
    }

    /** All faults end. */
    public void clear() {
        active.clear();
        if (stale) {
            staleLists(false);
        }
        if (blackHole) {
            blackHole(false);
        }
    }

    public boolean isBlackHole() {
        return blackHole;
    }

    /** What happens to this request; null if nothing does. Waits as long as latencies say. */
    public @Nullable Fault strike(String verb, String resource) {
        for (Active candidate : active) {
            if (candidate.match.takes(verb, resource) && candidate.strikes()) {
                if (candidate.fault instanceof Fault.Latency latency) {
                    park(latency.delay().toNanos());
                } else {
                    return candidate.fault;
                }
            }
        }
        return null;
    }

    /** The refusal that a client gets, in the words of the real API server. */
    public static ApiError error(Fault fault) {
        return switch (fault) {
            case Fault.Latency latency -> throw new IllegalArgumentException("no refusal");
            case Fault.TimeoutBefore before -> timeout();
            case Fault.TimeoutAfter after -> timeout();
            case Fault.Gone gone -> ApiError.expired("too old resource version: 1 (2)");
            case Fault.Refusal refusal -> refusal(refusal.code());
        };
    }

    private static ApiError refusal(int code) {
        ApiError error =
                switch (code) {
                    case 429 ->
                            new ApiError(
                                    429,
                                    "TooManyRequests",
                                    "Too many requests, please try again later.");
                    case 503 ->
                            new ApiError(
                                    503,
                                    "ServiceUnavailable",
                                    "the server is currently unable to handle the request");
                    default ->
                            new ApiError(
                                    500, "InternalError", "Internal error occurred: on demand");
                };
        if (code != 500) {
            error.details().put("retryAfterSeconds", 1);
        }
        return error;
    }

    private static ApiError timeout() {
        return new ApiError(
                504,
                "Timeout",
                "Timeout: request did not complete within requested timeout - context deadline"
                        + " exceeded");
    }

    private static void park(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
