package io.siterecovery.watchers;

import io.siterecovery.events.EventCodec;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.platform.EventReader;
import io.siterecovery.platform.EventWriter;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Subscription;
import io.siterecovery.platform.TenantContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a compacted topic equal to the latest states it is given: one record per key, a tombstone
 * for what is gone. Remembers a hash of each, not the state. Everything is sent at once and in
 * order; a record that failed is sent again only while it is still the latest of its key, so an old
 * state never has the last word. Nor has a writer that was here before and slept meanwhile: what it
 * says over our word is noticed, and said again as it is. Belongs to one context.
 */
final class LatestStates {

    private static final Logger LOG = LoggerFactory.getLogger(LatestStates.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration READ_BACK = Duration.ofSeconds(45);

    /**
     * @param hash of the state as it is encoded; 0: gone
     * @param sequence of the latest record that was sent for the key
     */
    private record Sent(long hash, long sequence) {}

    private final Outlet outlet;
    private final String topic;
    private final Consumer<String> overwritten;
    private final Map<String, Sent> latest = new HashMap<>();
    private final TreeSet<Long> unsettled = new TreeSet<>();
    private final TreeMap<Long, Promise<Void>> barriers = new TreeMap<>();
    private @Nullable Subscription reading;
    private long term;
    private long sequence;
    private boolean closed;

    /** Where a tenant's records come from and go to. */
    record Outlet(
            Vertx vertx,
            EventReader reader,
            EventWriter writer,
            Clock clock,
            String instanceId,
            String tenant) {

        static Outlet of(TenantContext context) {
            return new Outlet(
                    context.vertx(),
                    context.reader(),
                    context.writer(),
                    context.clock(),
                    context.instanceId(),
                    context.tenant().name());
        }
    }

    /**
     * @param overwritten told of a key whose last word is an earlier writer's: it is to be put, or
     *     removed, again
     */
    LatestStates(Outlet outlet, String topic, Consumer<String> overwritten) {
        this.outlet = outlet;
        this.topic = topic;
        this.overwritten = overwritten;
    }

    /** Learns what is in the topic from an earlier life, and goes on to listen. */
    Future<Void> readBack(BiConsumer<String, Record> each) {
        Map<String, Record> found = new HashMap<>();
        AtomicBoolean complete = new AtomicBoolean();
        Subscription subscription =
                outlet.reader()
                        .subscribe(
                                topic,
                                outlet.tenant(),
                                event -> {
                                    if (complete.get()) {
                                        heard(event);
                                    } else if (event.data() == null) {
                                        found.remove(event.key());
                                    } else {
                                        found.put(event.key(), event.data());
                                    }
                                });
        reading = subscription;
        return subscription
                .caughtUp()
                .timeout(READ_BACK.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(failure -> subscription.close())
                .onSuccess(
                        done -> {
                            complete.set(true);
                            term = subscription.position();
                            found.forEach(
                                    (key, data) -> {
                                        latest.put(key, new Sent(hash(data), 0));
                                        each.accept(key, data);
                                    });
                        });
    }

    /** A record that came after what was read back: ours, or of somebody who writes beside us. */
    private void heard(ReceivedEvent event) {
        String id = event.headers().getOrDefault("ce_id", "");
        if (closed
                || id.startsWith(outlet.instanceId() + "-")
                || !isFromBefore(id, event.headers().get("ce_term"))) {
            return;
        }
        Sent ours = latest.get(event.key());
        long said = event.data() == null ? 0 : hash(event.data());
        if (said == (ours == null ? 0 : ours.hash())) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("tenant", outlet.tenant())
                .addKeyValue("topic", topic)
                .addKeyValue("key", event.key())
                .addKeyValue("by", id)
                .log("an earlier instance wrote over what we said; saying it again");
        if (said == 0) {
            latest.remove(event.key());
        } else {
            latest.put(event.key(), new Sent(said, 0));
        }
        overwritten.accept(event.key());
    }

    /** A later writer corrects us, not we it; of two that began at one place, the greater id. */
    private boolean isFromBefore(String id, @Nullable String itsTerm) {
        try {
            long other = itsTerm == null ? -1 : Long.parseLong(itsTerm);
            return other < term || (other == term && id.compareTo(outlet.instanceId()) < 0);
        } catch (NumberFormatException e) {
            return true;
        }
    }

    boolean has(String key) {
        Sent sent = latest.get(key);
        return sent != null && sent.hash() != 0;
    }

    List<String> keys() {
        return latest.keySet().stream().filter(this::has).toList();
    }

    /** Publishes a state unless it is what was published last. */
    void put(String key, Record data, String source) {
        long hash = hash(data);
        Sent before = latest.get(key);
        if (before == null || before.hash() != hash) {
            send(key, data, hash, source);
        }
    }

    /** Publishes a tombstone unless there is nothing to bury. */
    void remove(String key, String source) {
        if (has(key)) {
            send(key, null, 0, source);
        }
    }

    /** Completes when all that was put or removed until now is in the topic, or was overtaken. */
    Future<Void> settled() {
        if (unsettled.isEmpty()) {
            return Future.succeededFuture();
        }
        return barriers.computeIfAbsent(sequence, none -> Promise.promise()).future();
    }

    /** Nothing is sent again after this. */
    void close() {
        closed = true;
        if (reading != null) {
            reading.close();
        }
        barriers.values().forEach(barrier -> barrier.tryFail("closed"));
    }

    private void send(String key, @Nullable Record data, long hash, String source) {
        if (closed) {
            return;
        }
        long number = ++sequence;
        latest.put(key, new Sent(hash, number));
        unsettled.add(number);
        publish(key, data, source, number);
    }

    private void publish(String key, @Nullable Record data, String source, long number) {
        EventHeaders headers =
                new EventHeaders(
                        outlet.instanceId() + "-" + number,
                        data == null ? EventType.CUSTOM_RESOURCE : EventType.of(data),
                        source,
                        key,
                        outlet.clock().instant(),
                        outlet.tenant(),
                        number,
                        null,
                        term);
        outlet.writer()
                .publish(topic, key, data, headers)
                .onComplete(
                        result -> {
                            if (result.succeeded()) {
                                settle(number);
                                forgetIfGone(key, number);
                            } else {
                                failed(key, data, source, number, result.cause());
                            }
                        });
    }

    private void failed(
            String key, @Nullable Record data, String source, long number, Throwable cause) {
        if (closed || !isLatest(key, number)) {
            settle(number);
            return;
        }
        LOG.atWarn()
                .addKeyValue("tenant", outlet.tenant())
                .addKeyValue("topic", topic)
                .addKeyValue("key", key)
                .addKeyValue("reason", String.valueOf(cause.getMessage()))
                .log("not published; trying again");
        outlet.vertx()
                .setTimer(
                        AGAIN.toMillis(),
                        fired -> {
                            if (isLatest(key, number) && !closed) {
                                publish(key, data, source, number);
                            } else {
                                settle(number);
                            }
                        });
    }

    private boolean isLatest(String key, long number) {
        Sent sent = latest.get(key);
        return sent != null && sent.sequence() == number;
    }

    private void forgetIfGone(String key, long number) {
        if (isLatest(key, number) && !has(key)) {
            latest.remove(key);
        }
    }

    private void settle(long number) {
        unsettled.remove(number);
        long open = unsettled.isEmpty() ? Long.MAX_VALUE : unsettled.first();
        Map<Long, Promise<Void>> passed = barriers.headMap(open, false);
        List<Promise<Void>> complete = List.copyOf(passed.values());
        passed.clear();
        complete.forEach(Promise::tryComplete);
    }

    private static long hash(Record data) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(EventCodec.encode(data));
            long hash = ByteBuffer.wrap(digest).getLong();
            return hash == 0 ? 1 : hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
