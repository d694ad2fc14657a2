package io.siterecovery.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The process's connection to Kafka: one consumer, one producer, one admin client. */
public final class KafkaEvents {

    private final TopicOffsets offsets;
    private final KafkaEventWriter writer;
    private final KafkaEventReader reader;

    public KafkaEvents(Vertx vertx, Configuration.Kafka kafka, MeterRegistry metrics) {
        this.offsets = new TopicOffsets(vertx, kafka);
        this.writer = new KafkaEventWriter(vertx, kafka, offsets);
        this.reader = new KafkaEventReader(vertx, kafka, offsets, writer, metrics);
    }

    public EventReader reader() {
        return reader;
    }

    public EventWriter writer() {
        return writer;
    }

    /** Succeeds if brokers answer now. */
    public Future<Void> reachable() {
        return offsets.reachable();
    }

    /** What was published and is not acknowledged yet gets a short time to be. */
    public Future<Void> close() {
        return reader.close().eventually(writer::close).eventually(offsets::close);
    }
}
