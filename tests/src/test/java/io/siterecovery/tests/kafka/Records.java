package io.siterecovery.tests.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Writing and reading with the settings that the product uses. */
final class Records {

    /** From the first record to the present end; as a member of a group, if one is named. */
    static List<ConsumerRecord<String, String>> read(
            Map<String, String> client, String topic, @Nullable String group) {
        try (var consumer = consumer(client, group)) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(one -> new TopicPartition(topic, one.partition()))
                            .toList();
            consumer.assign(partitions);
            if (group != null) {
                consumer.committed(Set.copyOf(partitions));
            }
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> all = new ArrayList<>();
            Instant deadline = Instant.now().plusSeconds(20);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(Instant.now()).as("reading %s", topic).isBefore(deadline);
                consumer.poll(Duration.ofMillis(500)).forEach(all::add);
            }
            return all;
        }
    }

    static int partitionOf(String key, List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .filter(record -> record.key().equals(key))
                .findFirst()
                .orElseThrow()
                .partition();
    }

    static List<@Nullable String> valuesOf(
            String key, List<ConsumerRecord<String, String>> records) {
        List<@Nullable String> values = new ArrayList<>();
        for (ConsumerRecord<String, String> record : records) {
            if (record.key().equals(key)) {
                values.add(record.value());
            }
        }
        return values;
    }

    static RecordMetadata write(
            KafkaProducer<String, String> producer,
            String topic,
            String key,
            @Nullable String value)
            throws Exception {
        return producer.send(new ProducerRecord<>(topic, key, value)).get(20, TimeUnit.SECONDS);
    }

    static KafkaProducer<String, String> producer(Map<String, String> client) {
        return producer(client, true);
    }

    static KafkaProducer<String, String> producer(Map<String, String> client, boolean idempotent) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("acks", "all");
        settings.put("enable.idempotence", idempotent);
        settings.put("linger.ms", 0);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    static KafkaConsumer<String, String> consumer(
            Map<String, String> client, @Nullable String group) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("enable.auto.commit", false);
        settings.put("allow.auto.create.topics", false);
        settings.put("fetch.max.wait.ms", 50);
        settings.put("default.api.timeout.ms", 20_000);
        if (group != null) {
            settings.put("group.id", group);
        }
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private Records() {}
}
