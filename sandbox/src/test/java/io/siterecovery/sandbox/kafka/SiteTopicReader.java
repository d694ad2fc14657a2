package io.siterecovery.sandbox.kafka;

import io.siterecovery.events.EventCodec;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** All that is in a site's topic, as the test asks for it. */
final class SiteTopicReader implements AutoCloseable {

    /**
     * @param value absent for a tombstone
     * @param appendedAt by the broker's clock
     */
    record Seen(
            String key,
            @Nullable Record value,
            Map<String, String> headers,
            long offset,
            Instant appendedAt) {

        boolean deleted() {
            return value == null;
        }

        Optional<DrbdResourceState> state() {
            return value instanceof DrbdResourceState state ? Optional.of(state) : Optional.empty();
        }

        Optional<AgentBeat> beat() {
            return value instanceof AgentBeat beat ? Optional.of(beat) : Optional.empty();
        }
    }

    private final KafkaConsumer<String, byte[]> consumer;
    private final List<Seen> seen = new ArrayList<>();

    SiteTopicReader(Map<String, String> client, String topic) {
        consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>copyOf(client),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic, Duration.ofSeconds(20)).stream()
                        .map(info -> new TopicPartition(topic, info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    synchronized List<Seen> all() {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(50))) {
            seen.add(read(record));
        }
        return List.copyOf(seen);
    }

    Optional<Seen> last(String key) {
        return all().stream().filter(one -> one.key().equals(key)).reduce((a, b) -> b);
    }

    long highestSequence(String incarnation) {
        return all().stream()
                .filter(one -> one.headers().getOrDefault("ce_id", "").startsWith(incarnation))
                .filter(one -> one.key().contains("/"))
                .mapToLong(one -> Long.parseLong(one.headers().getOrDefault("ce_sequence", "0")))
                .max()
                .orElse(0);
    }

    private static Seen read(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        }
        try {
            byte @Nullable [] value = record.value();
            return new Seen(
                    record.key(),
                    value == null
                            ? null
                            : EventCodec.decode(headers.getOrDefault("ce_type", ""), value),
                    headers,
                    record.offset(),
                    Instant.ofEpochMilli(record.timestamp()));
        } catch (EventCodec.Unreadable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void close() {
        consumer.close();
    }
}
