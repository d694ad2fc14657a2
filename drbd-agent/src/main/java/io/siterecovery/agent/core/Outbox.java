package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdResourceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka has yet to acknowledge: the latest state per resource, at most one of it on its way.
 * However long Kafka is away it holds one state per resource, and an older state never follows a
 * newer one.
 */
public final class Outbox {

    /**
     * A record on its way.
     *
     * @param state absent: a tombstone, the resource is gone
     * @param since when the change was seen
     */
    public record Sending(
            String incarnation,
            String resource,
            long sequence,
            @Nullable DrbdResourceState state,
            Instant since) {}

    private record Waiting(@Nullable DrbdResourceState state, Instant since) {}

    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private final Map<String, Sending> onTheWay = new HashMap<>();

    /** Sequence to resource of what was sent in this incarnation and is not settled. */
    private final TreeMap<Long, String> unsettled = new TreeMap<>();

    private String incarnation;
    private long lastSequence;

    public Outbox(String incarnation) {
        this.incarnation = incarnation;
    }

    /** Forgets what waits: it belongs to a stream that is over. */
    public void restart(String newIncarnation) {
        incarnation = newIncarnation;
        lastSequence = 0;
        waiting.clear();
        unsettled.clear();
    }

    /**
     * @param state absent when the resource is gone
     */
    public void put(String resource, Optional<DrbdResourceState> state, Instant now) {
        Waiting before = waiting.get(resource);
        waiting.put(
                resource, new Waiting(state.orElse(null), before == null ? now : before.since()));
    }

    /** What may be sent now, with its sequence; each must be reported back. */
    public List<Sending> take(Instant now) {
        List<Sending> taken = new ArrayList<>();
        for (var entry : waiting.entrySet()) {
            String resource = entry.getKey();
            if (onTheWay.containsKey(resource)) {
                continue;
            }
            long sequence = ++lastSequence;
            DrbdResourceState state = entry.getValue().state();
            Sending sending =
                    new Sending(
                            incarnation,
                            resource,
                            sequence,
                            state == null ? null : StateProjection.stamped(state, sequence, now),
                            entry.getValue().since());
            onTheWay.put(resource, sending);
            unsettled.put(sequence, resource);
            taken.add(sending);
        }
        taken.forEach(sending -> waiting.remove(sending.resource()));
        return taken;
    }

    public void acknowledged(Sending sending) {
        onTheWay.remove(sending.resource(), sending);
        if (sending.incarnation().equals(incarnation)) {
            unsettled
                    .headMap(sending.sequence(), true)
                    .values()
                    .removeIf(sending.resource()::equals);
        }
    }

    /** It waits again, unless something newer does. */
    public void failed(Sending sending) {
        onTheWay.remove(sending.resource(), sending);
        if (sending.incarnation().equals(incarnation)) {
            Waiting newer = waiting.get(sending.resource());
            waiting.put(
                    sending.resource(),
                    new Waiting(newer == null ? sending.state() : newer.state(), sending.since()));
        }
    }

    /** Whether something of this resource waits or is on its way. */
    public boolean hasNewsOf(String resource) {
        return waiting.containsKey(resource) || onTheWay.containsKey(resource);
    }

    /** The highest sequence up to which Kafka has acknowledged everything of this incarnation. */
    public long acknowledgedUpTo() {
        return unsettled.isEmpty() ? lastSequence : unsettled.firstKey() - 1;
    }

    /** When the oldest change was seen that Kafka has not acknowledged. */
    public Optional<Instant> oldestUnsettled() {
        Instant oldest = null;
        for (Waiting state : waiting.values()) {
            oldest = earlier(oldest, state.since());
        }
        for (Sending sending : onTheWay.values()) {
            if (sending.incarnation().equals(incarnation)) {
                oldest = earlier(oldest, sending.since());
            }
        }
        return Optional.ofNullable(oldest);
    }

    private static Instant earlier(@Nullable Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }
}
