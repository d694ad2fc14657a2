package io.siterecovery.tenants.api;

import io.siterecovery.events.Topics;
import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.KafkaSettings;
import io.siterecovery.tenants.api.Problem.Kind;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens in a deployment, as server-sent events: one consumer and one thread for each who
 * listens, so that a slow listener holds up nobody. The id of an event is its offset: who comes
 * back with it misses nothing.
 */
final class EventStreams {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final int LISTENERS = 64;
    private static final Duration POLL = Duration.ofSeconds(15);
    private static final String PREFIX = "ce_";

    private final Vertx vertx;
    private final Map<String, Object> settings;
    private final Semaphore room = new Semaphore(LISTENERS);

    EventStreams(Vertx vertx, Configuration.Kafka kafka) {
        this.vertx = vertx;
        this.settings = new HashMap<>(KafkaSettings.consumer(kafka));
        settings.put("max.poll.records", "100");
        settings.put("fetch.max.bytes", String.valueOf(1 << 20));
    }

    /**
     * @param after offset of the last event that the listener has; empty: none
     * @param fromBeginning where to begin without one
     */
    void follow(
            String deployment,
            OptionalLong after,
            boolean fromBeginning,
            HttpServerResponse response) {
        if (!room.tryAcquire()) {
            throw new Problem(
                    Kind.TOO_MANY, LISTENERS + " listen already; read the topic with Kafka");
        }
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store");
        Context context = vertx.getOrCreateContext();
        Thread.ofVirtual()
                .name("events-" + deployment)
                .start(() -> run(deployment, after, fromBeginning, response, context));
    }

    private void run(
            String deployment,
            OptionalLong after,
            boolean fromBeginning,
            HttpServerResponse response,
            Context context) {
        TopicPartition topic = new TopicPartition(Topics.operations(deployment), 0);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            context.runOnContext(
                    now -> {
                        response.closeHandler(gone -> consumer.wakeup());
                        response.exceptionHandler(gone -> consumer.wakeup());
                    });
            consumer.assign(List.of(topic));
            if (after.isPresent()) {
                consumer.seek(topic, after.getAsLong() + 1);
            } else if (fromBeginning) {
                consumer.seekToBeginning(List.of(topic));
            } else {
                consumer.seekToEnd(List.of(topic));
                consumer.position(topic);
            }
            send(response, context, ": following " + topic.topic() + "\n\n");
            while (!response.closed()) {
                StringBuilder text = new StringBuilder();
                consumer.poll(POLL).forEach(record -> text.append(event(record)));
                // Something now and then: who has gone without a word is noticed by it.
                send(response, context, text.isEmpty() ? ": nothing new\n\n" : text.toString());
            }
        } catch (WakeupException gone) {
            // The listener has had enough.
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("tenant", deployment)
                    .addKeyValue("reason", e.getClass().getSimpleName())
                    .log("an event stream ended");
            context.runOnContext(now -> response.end());
        } finally {
            room.release();
        }
    }

    /** Waits until it is written: a listener that reads slowly is read for slowly. */
    private static void send(HttpServerResponse response, Context context, String text) {
        var written = new java.util.concurrent.CompletableFuture<Void>();
        context.runOnContext(
                now ->
                        response.write(text)
                                .onComplete(
                                        done -> {
                                            if (done.succeeded()) {
                                                written.complete(null);
                                            } else {
                                                written.completeExceptionally(done.cause());
                                            }
                                        }));
        try {
            written.join();
        } catch (java.util.concurrent.CompletionException gone) {
            throw new WakeupException();
        }
    }

    private static String event(ConsumerRecord<String, byte[]> record) {
        JsonObject event = new JsonObject().put("specversion", "1.0");
        for (Header header : record.headers()) {
            if (header.key().startsWith(PREFIX) && header.value() != null) {
                event.put(
                        header.key().substring(PREFIX.length()),
                        new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        event.put("datacontenttype", "application/json").put("data", data(record.value()));
        return "id: "
                + record.offset()
                + "\nevent: "
                + event.getString("type", "unknown").replaceAll("[\r\n]", "")
                + "\ndata: "
                + event.encode()
                + "\n\n";
    }

    private static Object data(byte[] value) {
        String text = value == null ? "null" : new String(value, StandardCharsets.UTF_8);
        try {
            Object read = Json.decodeValue(text);
            return read == null ? new JsonObject() : read;
        } catch (DecodeException e) {
            return new JsonObject().put("unreadable", true);
        }
    }
}
