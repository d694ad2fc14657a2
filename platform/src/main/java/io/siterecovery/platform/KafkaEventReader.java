package io.siterecovery.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.siterecovery.events.EventCodec;
import io.siterecovery.events.Topics;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.common.TopicPartition;
import io.vertx.kafka.client.consumer.KafkaConsumer;
import io.vertx.kafka.client.consumer.KafkaConsumerRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one consumer of the process, with the partitions assigned that someone here reads. All its
 * state belongs to one context; between two polls it applies what subscribers asked for meanwhile.
 */
final class KafkaEventReader implements EventReader {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventReader.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration REFUSED_FOR = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofDays(1);

    /** Says why a record was parked, and where it stood. */
    static final String REASON = "siterecovery-poison-reason";

    static final String ORIGIN = "siterecovery-poison-origin";

    private final Vertx vertx;
    private final Context context;
    private final KafkaConsumer<String, byte[]> consumer;
    private final TopicOffsets offsets;
    private final KafkaEventWriter writer;
    private final MeterRegistry metrics;
    private final Map<String, TopicReading> topics = new HashMap<>();
    private final List<TopicSubscription> arriving = new ArrayList<>();
    private boolean assignmentChanged;
    private boolean polling;
    private boolean lookAgain;
    private boolean closed;

    KafkaEventReader(
            Vertx vertx,
            Configuration.Kafka kafka,
            TopicOffsets offsets,
            KafkaEventWriter writer,
            MeterRegistry metrics) {
        this.vertx = vertx;
        this.offsets = offsets;
        this.writer = writer;
        this.metrics = metrics;
        this.consumer =
                KafkaConsumer.create(
                        vertx,
                        KafkaSettings.consumer(kafka),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        this.context = vertx.getOrCreateContext();
    }

    @Override
    public Subscription subscribe(
            String topic, @Nullable String tenant, Handler<ReceivedEvent> handler) {
        TopicSubscription subscription =
                new TopicSubscription(
                        topic, tenant, vertx.getOrCreateContext(), handler, this::changed);
        context.runOnContext(
                start -> {
                    arriving.add(subscription);
                    changed();
                });
        offsets.range(topic, PATIENCE)
                .onSuccess(range -> subscription.caughtUpAt(range.first(), range.end()));
        return subscription;
    }

    Future<Void> close() {
        context.runOnContext(start -> closed = true);
        consumer.unwrap().wakeup();
        return consumer.close();
    }

    /** Somebody subscribed, closed, or has room again: leave the present poll and look. */
    private void changed() {
        context.runOnContext(
                start -> {
                    if (polling) {
                        lookAgain = true;
                        consumer.unwrap().wakeup();
                    } else {
                        next();
                    }
                });
    }

    private void next() {
        if (closed || polling) {
            return;
        }
        polling = true;
        lookAgain = false;
        Future<Void> applied = apply();
        boolean idle = readable().findAny().isEmpty();
        // The client completes these on its own thread; what is ours happens on our context.
        applied.compose(ready -> idle ? Future.succeededFuture() : consumer.poll(POLL))
                .onComplete(result -> context.runOnContext(now -> polled(result, idle)));
    }

    private void polled(AsyncResult<KafkaConsumerRecords<String, byte[]>> result, boolean idle) {
        polling = false;
        if (closed) {
            return;
        }
        if (result.succeeded()) {
            if (result.result() != null) {
                result.result().records().forEach(this::read);
            }
        } else if (!(result.cause() instanceof WakeupException)) {
            failed(result.cause());
            return;
        }
        if (!idle || lookAgain) {
            next();
        }
    }

    private Future<Void> apply() {
        Set<TopicPartition> rewind = welcome();
        dropUnread();
        Future<Void> applied = Future.succeededFuture();
        if (assignmentChanged) {
            assignmentChanged = false;
            Set<TopicPartition> assigned = new HashSet<>();
            readable().forEach(reading -> assigned.add(reading.partition()));
            applied = applied.compose(done -> consumer.assign(assigned));
        }
        if (!rewind.isEmpty()) {
            applied = applied.compose(done -> consumer.seekToBeginning(rewind));
        }
        for (TopicReading reading : readable().toList()) {
            if (reading.shouldPause()) {
                applied = applied.compose(done -> consumer.pause(reading.partition()));
            } else if (reading.shouldResume()) {
                applied = applied.compose(done -> consumer.resume(reading.partition()));
            }
        }
        return applied;
    }

    /**
     * Lets new subscriptions in. Only here, between two polls: a record polled before the rewind
     * would make them take what comes after it for already read.
     */
    private Set<TopicPartition> welcome() {
        Set<TopicPartition> rewind = new HashSet<>();
        for (TopicSubscription subscription : arriving) {
            TopicReading reading = topics.get(subscription.topic());
            if (reading == null) {
                reading = new TopicReading(subscription.topic(), meters(subscription));
                topics.put(subscription.topic(), reading);
                assignmentChanged = true;
            } else if (!reading.refused()) {
                reading.rewound();
                rewind.add(reading.partition());
            }
            reading.subscriptions().add(subscription);
        }
        arriving.clear();
        return rewind;
    }

    private Meters meters(TopicSubscription subscription) {
        String tenant = subscription.tenant();
        return new Meters(
                metrics,
                Map.of(
                        Metric.Label.TENANT,
                        tenant == null ? "" : tenant,
                        Metric.Label.TOPIC,
                        subscription.topic()));
    }

    private void dropUnread() {
        for (TopicReading reading : List.copyOf(topics.values())) {
            reading.subscriptions().removeIf(TopicSubscription::isClosed);
            if (reading.subscriptions().isEmpty()) {
                topics.remove(reading.partition().getTopic());
                reading.meters().close();
                assignmentChanged = true;
            }
        }
    }

    private Stream<TopicReading> readable() {
        return topics.values().stream().filter(reading -> !reading.refused());
    }

    private void failed(Throwable cause) {
        if (cause instanceof TopicAuthorizationException refused) {
            for (String topic : refused.unauthorizedTopics()) {
                refuse(topic);
            }
        }
        LOG.atWarn()
                .addKeyValue("reason", cause.getClass().getSimpleName())
                .log("reading from Kafka failed; it goes on");
        vertx.setTimer(AFTER_FAILURE.toMillis(), fired -> context.runOnContext(now -> next()));
    }

    private void refuse(String topic) {
        TopicReading reading = topics.get(topic);
        if (reading == null) {
            return;
        }
        reading.refuse(true);
        assignmentChanged = true;
        vertx.timer(REFUSED_FOR.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(
                        fired ->
                                context.runOnContext(
                                        now -> {
                                            reading.refuse(false);
                                            assignmentChanged = true;
                                            changed();
                                        }));
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        TopicReading reading = topics.get(record.topic());
        if (reading == null) {
            return;
        }
        if (reading.startsOver(record.offset())) {
            LOG.atWarn()
                    .addKeyValue("topic", record.topic())
                    .log("the topic was made anew; reading it from its start");
        }
        Map<String, String> headers = headers(record);
        try {
            reading.deliver(event(record, headers));
        } catch (EventCodec.Unreadable unreadable) {
            if (reading.park(record.offset())) {
                park(reading, record, String.valueOf(unreadable.getMessage()));
            }
            reading.skip(record.offset());
        }
    }

    private static ReceivedEvent event(
            ConsumerRecord<String, byte[]> record, Map<String, String> headers)
            throws EventCodec.Unreadable {
        byte[] value = record.value();
        String key = record.key() == null ? "" : record.key();
        Record data =
                value == null
                        ? null
                        : EventCodec.decode(headers.getOrDefault("ce_type", "(none)"), value);
        return new ReceivedEvent(
                record.topic(),
                key,
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                data,
                headers);
    }

    private void park(TopicReading reading, ConsumerRecord<String, byte[]> record, String reason) {
        reading.meters().count(Metric.POISON_RECORDS, Map.of());
        LOG.atWarn()
                .addKeyValue("tenant", reading.tenant())
                .addKeyValue("topic", record.topic())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", reason)
                .log("a record fits no schema; parked");
        String tenant = reading.tenant();
        if (tenant == null) {
            return;
        }
        Map<String, byte[]> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value() == null ? new byte[0] : header.value());
        }
        headers.put(REASON, reason.getBytes(StandardCharsets.UTF_8));
        String origin = record.topic() + "@" + record.offset();
        headers.put(ORIGIN, origin.getBytes(StandardCharsets.UTF_8));
        writer.send(Topics.poison(tenant), record.key(), record.value(), headers)
                .onFailure(
                        failure ->
                                LOG.atError()
                                        .addKeyValue("tenant", tenant)
                                        .addKeyValue("origin", origin)
                                        .log("a record that fits no schema could not be parked"));
    }

    private static Map<String, String> headers(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            if (header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return headers;
    }
}
