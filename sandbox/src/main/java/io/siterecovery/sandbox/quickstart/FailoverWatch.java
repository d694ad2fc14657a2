package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.sandbox.quickstart.Plan.Move;
import io.siterecovery.sandbox.quickstart.Sightings.Sighting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Follows one failover to its end, with a line for each step and each machine. */
final class FailoverWatch {

    /**
     * How it ended, as whoever waits for the Failover sees it.
     *
     * @param total from the moment the Failover exists until its end is in its status
     * @param steps time in each step, in order
     */
    record Outcome(
            boolean completed, String message, Duration total, Map<String, Duration> steps) {}

    private final Move move;
    private final Sightings sightings;
    private final Narrator narrator;
    private final Map<String, Duration> steps = new LinkedHashMap<>();
    private final Set<String> running = new TreeSet<>();
    private String step = "";
    private String seenLast = "the Failover was not seen";
    private long begun;
    private long stepBegun;

    FailoverWatch(Move move, Sightings sightings, Narrator narrator) {
        this.move = move;
        this.sightings = sightings;
        this.narrator = narrator;
    }

    /** The end, or what was seen last when the deadline passes. */
    Outcome follow(Duration deadline) {
        long end = Sightings.in(deadline);
        while (true) {
            Optional<Sighting> next = sightings.next(end);
            if (next.isEmpty()) {
                String message = "no end after %d s; %s".formatted(deadline.toSeconds(), seenLast);
                return new Outcome(false, message, sinceBegin(System.nanoTime()), steps);
            }
            Sighting seen = next.get();
            if (seen.kind().equals(ResourceKind.VIRTUAL_MACHINE_INSTANCE)) {
                machine(seen);
            } else if (isRequest(seen)) {
                if (begun == 0) {
                    begun = seen.nanoTime();
                }
                Optional<Outcome> outcome = request(seen);
                if (outcome.isPresent()) {
                    return outcome.get();
                }
            } else if (isOperation(seen)) {
                operation(seen);
            }
        }
    }

    /** What was applied: its status is the contract with whoever waits for it. */
    private boolean isRequest(Sighting seen) {
        return seen.site() == Role.PRIMARY
                && seen.kind().equals(move.kind())
                && seen.namespace().equals(move.group().namespace())
                && seen.name().equals(move.name());
    }

    /** What the control plane made of it on the quorum cluster: has every step. */
    private boolean isOperation(Sighting seen) {
        return seen.site() == Role.QUORUM
                && seen.kind().equals(ResourceKind.FAILOVER)
                && seen.name().endsWith("." + move.name());
    }

    private Optional<Outcome> request(Sighting seen) {
        String state = seen.text("/status/state");
        String message = seen.text("/status/message");
        if (!message.isEmpty()) {
            seenLast = "last seen: " + message;
        }
        if (state.isEmpty()) {
            return Optional.empty();
        }
        enter("", seen.nanoTime());
        Map<String, Duration> times = stated(seen);
        return Optional.of(
                new Outcome(
                        state.equals("Completed"),
                        message,
                        sinceBegin(seen.nanoTime()),
                        times.isEmpty() ? steps : times));
    }

    private void operation(Sighting seen) {
        String now = seen.text("/status/step");
        String message = seen.text("/status/message");
        if (!now.isEmpty() && !now.equals(step)) {
            enter(now, seen.nanoTime());
            tell(seen.nanoTime(), now, message);
        }
    }

    private void machine(Sighting seen) {
        if (!seen.namespace().equals(move.group().namespace())
                || !move.group().machines().contains(seen.name())) {
            return;
        }
        String where = seen.name() + " on " + seen.site().cluster();
        if (seen.object().isEmpty()) {
            if (running.remove(where) && begun != 0) {
                tell(seen.nanoTime(), "", where + " stopped");
            }
        } else if (seen.text("/status/phase").equals("Running") && running.add(where)) {
            if (begun != 0) {
                tell(seen.nanoTime(), "", where + " runs");
            }
        }
    }

    private void enter(String next, long now) {
        if (!step.isEmpty()) {
            steps.merge(step, Duration.ofNanos(now - stepBegun), Duration::plus);
        }
        step = next;
        stepBegun = now;
    }

    private void tell(long now, String what, String detail) {
        narrator.line(
                "         %7.3f s  %-16s %s", Narrator.seconds(sinceBegin(now)), what, detail);
    }

    private Duration sinceBegin(long now) {
        return begun == 0 ? Duration.ZERO : Duration.ofNanos(now - begun);
    }

    private static Map<String, Duration> stated(Sighting seen) {
        Map<String, Duration> durations = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> one :
                seen.object().orElseThrow().at("/status/durations").properties()) {
            long micros = (long) (one.getValue().asDouble() * TimeUnit.SECONDS.toMicros(1));
            durations.put(one.getKey(), Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros)));
        }
        return durations;
    }
}
