package io.siterecovery.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The CloudEvents 1.0 attributes of a record, carried as {@code ce_*} headers (Kafka binary mode).
 *
 * @param source {@code /clusters/<cluster>[/nodes/<node>]}
 * @param subject the record's key
 * @param time of the observation
 * @param tenant the deployment; absent in topics of a physical cluster
 * @param correlationId uid of the Failover, where one is concerned
 * @param term of the writer, where writers follow one another: a later one has a higher
 */
public record EventHeaders(
        String id,
        EventType type,
        String source,
        String subject,
        Instant time,
        @Nullable String tenant,
        @Nullable Long sequence,
        @Nullable String correlationId,
        @Nullable Long term) {

    /** Of a writer that has no successors, or none that matter. */
    public EventHeaders(
            String id,
            EventType type,
            String source,
            String subject,
            Instant time,
            @Nullable String tenant,
            @Nullable Long sequence,
            @Nullable String correlationId) {
        this(id, type, source, subject, time, tenant, sequence, correlationId, null);
    }
}
