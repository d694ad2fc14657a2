package io.siterecovery.platform;

import io.siterecovery.events.EventCodec;
import io.siterecovery.events.EventHeaders;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.kafka.client.producer.KafkaProducer;
import io.vertx.kafka.client.producer.KafkaProducerRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The one producer of the process. Idempotent: what it sends again keeps its place, so an old state
 * never lands after a newer one. A topic that does not exist (yet) keeps its own records waiting
 * and nobody else's.
 */
final class KafkaEventWriter implements EventWriter {

    private static final int MAX_UNACKNOWLEDGED = 50_000;

    private final Vertx vertx;
    private final KafkaProducer<String, byte[]> producer;
    private final TopicOffsets offsets;
    private final Duration patience;
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final AtomicInteger unacknowledged = new AtomicInteger();

    KafkaEventWriter(Vertx vertx, Configuration.Kafka kafka, TopicOffsets offsets) {
        this.vertx = vertx;
        this.offsets = offsets;
        this.patience = kafka.deliveryTimeout();
        this.producer =
                KafkaProducer.create(
                        vertx,
                        KafkaSettings.producer(kafka),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @Override
    public Future<Long> publish(
            String topic, String key, @Nullable Record data, EventHeaders headers) {
        Map<String, byte[]> encoded = new LinkedHashMap<>(EventCodec.headers(headers));
        if (data == null) {
            encoded.remove("ce_type");
            encoded.remove("content-type");
        }
        return send(topic, key, data == null ? null : EventCodec.encode(data), encoded);
    }

    @Override
    public Future<Long> endOffset(String topic) {
        return onCallersContext(offsets.end(topic));
    }

    /** Writes bytes as they are. */
    Future<Long> send(
            String topic,
            @Nullable String key,
            byte @Nullable [] value,
            Map<String, byte[]> headers) {
        if (unacknowledged.incrementAndGet() > MAX_UNACKNOWLEDGED) {
            unacknowledged.decrementAndGet();
            return Future.failedFuture(
                    new IllegalStateException(
                            MAX_UNACKNOWLEDGED + " records are waiting for the brokers already"));
        }
        KafkaProducerRecord<String, byte[]> record =
                KafkaProducerRecord.create(topic, key, value, 0);
        headers.forEach((name, text) -> record.addHeader(name, Buffer.buffer(text)));
        Future<Long> sent = lanes.computeIfAbsent(topic, Lane::new).send(record);
        return onCallersContext(sent.onComplete(done -> unacknowledged.decrementAndGet()));
    }

    Future<Void> close() {
        return producer.close(2_000);
    }

    private <T> Future<T> onCallersContext(Future<T> future) {
        Context context = vertx.getOrCreateContext();
        Promise<T> promise = Promise.promise();
        future.onComplete(result -> context.runOnContext(now -> promise.handle(result)));
        return promise.future();
    }

    /**
     * The way to one topic. The producer blocks on a topic it knows nothing of, for all topics, so
     * the way opens only when the topic is known to exist; what came before waits in order.
     */
    private final class Lane {

        private final String topic;
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean open;
        private boolean asking;

        Lane(String topic) {
            this.topic = topic;
        }

        synchronized Future<Long> send(KafkaProducerRecord<String, byte[]> record) {
            if (open) {
                return producer.send(record).map(metadata -> metadata.getOffset());
            }
            Promise<Long> promise = Promise.promise();
            waiting.add(
                    () -> {
                        if (open) {
                            producer.send(record)
                                    .map(metadata -> metadata.getOffset())
                                    .onComplete(promise);
                        } else {
                            promise.fail("no such topic, or no broker: " + topic);
                        }
                    });
            if (!asking) {
                asking = true;
                offsets.range(topic, patience).onComplete(found -> asked(found.succeeded()));
            }
            return promise.future();
        }

        private synchronized void asked(boolean exists) {
            asking = false;
            open = exists;
            for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
                next.run();
            }
        }
    }
}
