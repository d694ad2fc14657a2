package io.siterecovery.sandbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path dir;
    private EmbeddedKafka kafka;

    @BeforeEach
    void start() {
        kafka = EmbeddedKafka.start(dir, 0);
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    @Test
    void a_user_writes_where_it_may_and_is_refused_elsewhere() throws Exception {
        kafka.createTopic("dr-prod.drbd", true, 1);
        kafka.createTopic("dr-staging.drbd", true, 1);
        kafka.createUser("prod", "secret \"of\" prod");
        kafka.allow("prod", prefix("dr-prod."), AclOperation.WRITE);

        Map<String, String> prod = kafka.clientProperties("prod", "secret \"of\" prod");
        send(prod, "dr-prod.drbd", "k", "v");

        assertThatThrownBy(() -> send(prod, "dr-staging.drbd", "k", "v"))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> read(prod, "dr-prod.drbd", 1))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void a_wrong_password_and_an_unknown_user_are_refused() {
        kafka.createUser("prod", "right");
        for (Map<String, String> client :
                List.of(
                        kafka.clientProperties("prod", "wrong"),
                        kafka.clientProperties("nobody", "right"))) {
            try (Admin admin = Admin.create(Map.<String, Object>copyOf(client))) {
                assertThatThrownBy(() -> admin.describeCluster().nodes().get(20, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(SaslAuthenticationException.class);
            }
        }
    }

    @Test
    void everything_survives_a_restart_on_the_same_folder_and_port() throws Exception {
        kafka.createTopic("t", false, 2);
        kafka.createUser("u", "p");
        kafka.allow("u", prefix("t"), AclOperation.WRITE, AclOperation.READ);
        send(kafka.clientProperties("u", "p"), "t", "k", "before");
        int port = kafka.port();

        try (KafkaProducer<String, String> survivor = producer(kafka.clientProperties("u", "p"))) {
            kafka.close();
            kafka = EmbeddedKafka.start(dir, port);

            assertThat(kafka.port()).isEqualTo(port);
            survivor.send(new ProducerRecord<>("t", "k", "after")).get(20, TimeUnit.SECONDS);
        }
        assertThat(read(kafka.clientProperties("u", "p"), "t", 2))
                .extracting(ConsumerRecord::value)
                .containsExactly("before", "after");
        kafka.createTopic("t", false, 2);
    }

    @Test
    void the_broker_dates_each_record_itself() throws Exception {
        kafka.createTopic("t", false, 1);
        Instant before = Instant.now();
        try (KafkaProducer<String, String> producer = producer(kafka.adminProperties())) {
            producer.send(new ProducerRecord<>("t", 0, 0L, "k", "v")).get(20, TimeUnit.SECONDS);
        }
        ConsumerRecord<String, String> record = read(kafka.adminProperties(), "t", 1).getFirst();
        assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(record.timestamp()).isGreaterThanOrEqualTo(before.toEpochMilli());
    }

    @Test
    void a_compacted_topic_is_compacted_and_no_topic_makes_itself() throws Exception {
        kafka.createTopic("facts", true, 3);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "facts");
        Map<ConfigResource, Config> configs =
                kafka.admin().describeConfigs(List.of(topic)).all().get(20, TimeUnit.SECONDS);
        assertThat(configs.values())
                .extracting(config -> config.get("cleanup.policy").value())
                .containsExactly("compact");

        try (KafkaProducer<String, String> producer =
                producer(kafka.adminProperties(), Map.of("max.block.ms", "1000"))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("none", "k", "v")).get())
                    .isNotNull();
        }
        assertThat(kafka.admin().listTopics().names().get(20, TimeUnit.SECONDS))
                .containsExactly("facts");
    }

    private static ResourcePattern prefix(String name) {
        return new ResourcePattern(ResourceType.TOPIC, name, PatternType.PREFIXED);
    }

    private static void send(Map<String, String> client, String topic, String key, String value)
            throws Exception {
        try (KafkaProducer<String, String> producer = producer(client)) {
            producer.send(new ProducerRecord<>(topic, key, value)).get(20, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<String, String> producer(Map<String, String> client) {
        return producer(client, Map.of());
    }

    private static KafkaProducer<String, String> producer(
            Map<String, String> client, Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.putAll(more);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static List<ConsumerRecord<String, String>> read(
            Map<String, String> client, String topic, int count) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>copyOf(client),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic, PATIENCE).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            Instant deadline = Instant.now().plus(PATIENCE);
            while (records.size() < count && Instant.now().isBefore(deadline)) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }
}
