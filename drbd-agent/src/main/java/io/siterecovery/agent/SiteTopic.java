package io.siterecovery.agent;

import io.siterecovery.events.EventCodec;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The topic of a physical cluster, written without ever making the writer wait. */
final class SiteTopic implements AutoCloseable {

    /** Hears how a record fared. */
    interface Done {
        /**
         * @param offset where it is; absent if it is not there, or the broker did not say
         * @param error what went wrong, if anything did
         */
        void done(OptionalLong offset, @Nullable Exception error);
    }

    /**
     * The one that all read: offsets of a site's records must compare, and who reads a beat must
     * have read every record that was acknowledged before it.
     */
    static final int PARTITION = 0;

    private static final int DELIVERY_TIMEOUT_MILLIS = 2000;
    private static final int REQUEST_TIMEOUT_MILLIS = 1500;
    private static final long BUFFER_BYTES = 2 << 20;
    private static final Duration TRIED_APART = Duration.ofSeconds(1);

    private final String topic;
    private final Map<String, Object> settings;
    private @Nullable KafkaProducer<String, byte[]> producer;
    private @Nullable KafkaException failure;
    private long failedNanos;

    SiteTopic(AgentConfig config) {
        topic = Topics.siteDrbd(config.siteId());
        settings = new HashMap<>(config.kafka());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "drbd-agent-" + config.node());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        // A retry of an older record must not land behind a newer one.
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        // What cannot be delivered soon comes back and is replaced by what is true by then: a beat
        // that waited out an outage in the client would look fresh by its append time.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MILLIS);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        settings.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        settings.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
    }

    /**
     * To be called by one thread.
     *
     * @param data absent for a tombstone
     * @param done called on any thread
     */
    void send(EventHeaders headers, @Nullable Record data, Done done) {
        KafkaProducer<String, byte[]> open;
        try {
            open = open();
        } catch (KafkaException e) {
            done.done(OptionalLong.empty(), e);
            return;
        }
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(
                        topic,
                        PARTITION,
                        headers.subject(),
                        data == null ? null : EventCodec.encode(data));
        EventCodec.headers(headers).forEach((name, value) -> record.headers().add(name, value));
        Future<RecordMetadata> _ =
                open.send(record, (metadata, error) -> done.done(offset(metadata), error));
    }

    /** On a node that boots, names of brokers may not be known yet: that is tried again. */
    private KafkaProducer<String, byte[]> open() {
        if (producer != null) {
            return producer;
        }
        if (failure != null && System.nanoTime() - failedNanos < TRIED_APART.toNanos()) {
            throw failure;
        }
        try {
            producer =
                    new KafkaProducer<>(
                            settings, new StringSerializer(), new ByteArraySerializer());
            return producer;
        } catch (KafkaException e) {
            failure = e.getCause() instanceof KafkaException cause ? cause : e;
            failedNanos = System.nanoTime();
            throw failure;
        }
    }

    private static OptionalLong offset(@Nullable RecordMetadata metadata) {
        return metadata != null && metadata.hasOffset()
                ? OptionalLong.of(metadata.offset())
                : OptionalLong.empty();
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
        }
    }
}
