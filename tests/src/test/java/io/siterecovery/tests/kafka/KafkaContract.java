package io.siterecovery.tests.kafka;

import static io.siterecovery.tests.kafka.Records.consumer;
import static io.siterecovery.tests.kafka.Records.partitionOf;
import static io.siterecovery.tests.kafka.Records.producer;
import static io.siterecovery.tests.kafka.Records.read;
import static io.siterecovery.tests.kafka.Records.valuesOf;
import static io.siterecovery.tests.kafka.Records.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What we rely on in Kafka, on whatever broker a subclass starts: each promise that the product
 * builds on is a test here.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KafkaContract {

    /** A broker with SCRAM-SHA-512, rights that are denied unless given, and this super user. */
    interface Broker extends AutoCloseable {
        Map<String, String> superUser();

        Map<String, String> client(String user, String password);

        @Override
        void close();
    }

    private Broker broker;
    private Admin admin;
    private Access access;

    abstract Broker start() throws Exception;

    @BeforeAll
    void open() throws Exception {
        broker = start();
        admin = Admin.create(Map.<String, Object>copyOf(broker.superUser()));
        access = new Access(admin);
    }

    @AfterAll
    void shut() throws Exception {
        if (admin != null) {
            admin.close(Duration.ofSeconds(1));
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void compaction_keeps_the_last_value_of_a_key_and_forgets_later_that_one_is_gone()
            throws Exception {
        access.cleanOften();
        topic(
                "compacted",
                1,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "segment.ms",
                        "100",
                        "min.cleanable.dirty.ratio",
                        "0.001",
                        "delete.retention.ms",
                        "2500"));
        try (var producer = producer(broker.superUser())) {
            for (int i = 0; i < 50; i++) {
                write(producer, "compacted", "stays", "value " + i);
                write(producer, "compacted", "goes", "value " + i);
            }
            write(producer, "compacted", "goes", null);
            List<List<ConsumerRecord<String, String>>> seen = new ArrayList<>();
            soon().until(
                            () -> {
                                // A segment is closed, and so compacted, when another is begun.
                                write(producer, "compacted", "next", "segment");
                                seen.add(readAll("compacted"));
                                return valuesOf("goes", seen.getLast()).isEmpty();
                            });
            assertThat(valuesOf("stays", seen.getLast())).containsExactly("value 49");
            // In between the key was there without a value, for those who read late.
            assertThat(seen)
                    .anySatisfy(
                            all ->
                                    assertThat(valuesOf("goes", all))
                                            .hasSize(1)
                                            .containsOnlyNulls());
        }
    }

    @Test
    void order_holds_in_a_key_and_an_idempotent_producer_writes_once() throws Exception {
        topic("ordered", 3, Map.of());
        List<RecordMetadata> written = new ArrayList<>();
        try (var producer = producer(broker.superUser())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                sent.add(
                        producer.send(new ProducerRecord<>("ordered", "key " + i % 5, "" + i / 5)));
            }
            for (Future<RecordMetadata> one : sent) {
                written.add(one.get(20, TimeUnit.SECONDS));
            }
        }
        List<ConsumerRecord<String, String>> all = readAll("ordered");
        assertThat(all).hasSize(600);
        for (int key = 0; key < 5; key++) {
            String name = "key " + key;
            assertThat(all)
                    .filteredOn(record -> record.key().equals(name))
                    .extracting(ConsumerRecord::partition)
                    .containsOnly(partitionOf(name, all));
            assertThat(valuesOf(name, all))
                    .isEqualTo(IntStream.range(0, 120).mapToObj(String::valueOf).toList());
        }
        // The broker numbers the producer's records: that is how it knows one that comes again.
        var partition = new TopicPartition("ordered", written.getFirst().partition());
        long inIt = written.stream().filter(m -> m.partition() == partition.partition()).count();
        assertThat(get(admin.describeProducers(Set.of(partition)).partitionResult(partition)))
                .extracting(state -> state.activeProducers().getFirst().lastSequence())
                .isEqualTo((int) inIt - 1);
    }

    @Test
    void a_record_is_dated_by_the_broker_whatever_its_writer_says() throws Exception {
        topic("dated", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        Instant before = Instant.now();
        try (var producer = producer(broker.superUser())) {
            producer.send(new ProducerRecord<>("dated", null, 1L, "key", "value"))
                    .get(20, TimeUnit.SECONDS);
        }
        ConsumerRecord<String, String> record = readAll("dated").getFirst();
        assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(Instant.ofEpochMilli(record.timestamp()))
                .isBetween(before.minusSeconds(5), Instant.now().plusSeconds(5));
    }

    @Test
    void the_ends_of_a_topic_are_told_exactly() throws Exception {
        topic("ends", 1, Map.of());
        var partition = new TopicPartition("ends", 0);
        assertThat(end(partition)).isZero();
        try (var producer = producer(broker.superUser());
                var consumer = consumer(broker.superUser(), null)) {
            for (int i = 1; i <= 20; i++) {
                write(producer, "ends", "key", "value");
                // What was acknowledged is in the end at once, for the admin and for a consumer.
                assertThat(end(partition)).isEqualTo(i);
                assertThat(consumer.endOffsets(Set.of(partition))).containsValue((long) i);
            }
            assertThat(consumer.beginningOffsets(Set.of(partition))).containsValue(0L);
        }
    }

    @Test
    void a_user_logs_in_with_its_present_password_only() throws Exception {
        access.user("carol", "first");
        soon().until(() -> canLogIn("carol", "first"));
        assertThat(canLogIn("carol", "second")).isFalse();
        assertThat(canLogIn("nobody", "first")).isFalse();

        access.user("carol", "second");
        soon().until(() -> canLogIn("carol", "second"));
        assertThat(canLogIn("carol", "first")).isFalse();

        get(
                admin.alterUserScramCredentials(
                                List.of(new UserScramCredentialDeletion("carol", Access.MECHANISM)))
                        .all());
        soon().until(() -> !canLogIn("carol", "second"));
    }

    @Test
    void a_reader_sees_the_topics_of_its_prefix_and_writes_nothing() throws Exception {
        for (String name : List.of("dr-a.clusters", "dr-b.clusters", "dr-ab.clusters", "dr-a")) {
            topic(name, 1, Map.of());
        }
        Map<String, String> reader = user("dr-a.reader", "secret");
        access.allow("dr-a.reader", ResourceType.TOPIC, "dr-a.", AclOperation.READ);
        access.allow("dr-a.reader", ResourceType.GROUP, "dr-a.", AclOperation.READ);
        try (var producer = producer(broker.superUser())) {
            write(producer, "dr-a.clusters", "key", "value");
        }
        soon().until(() -> read(reader, "dr-a.clusters", "dr-a.reader").size() == 1);

        // One that is not there is refused like one that is: names cannot be guessed.
        for (String name : List.of("dr-b.clusters", "dr-ab.clusters", "dr-a", "dr-b.no-such")) {
            assertThatThrownBy(() -> read(reader, name, null))
                    .as(name)
                    .isInstanceOf(TopicAuthorizationException.class);
        }
        assertThatThrownBy(() -> read(reader, "dr-a.clusters", "dr-b.reader"))
                .isInstanceOf(GroupAuthorizationException.class);
        try (Admin asReader = Admin.create(Map.<String, Object>copyOf(reader))) {
            assertThat(get(asReader.listTopics().names())).containsExactly("dr-a.clusters");
        }
        for (boolean idempotent : new boolean[] {true, false}) {
            try (var producer = producer(reader, idempotent)) {
                assertThatThrownBy(() -> write(producer, "dr-a.clusters", "key", "forged"))
                        .hasRootCauseInstanceOf(AuthorizationException.class);
            }
        }
        assertThat(readAll("dr-a.clusters")).hasSize(1);
    }

    @Test
    void a_writer_of_a_prefix_needs_no_other_right_to_write_once() throws Exception {
        topic("site-1.drbd", 1, Map.of());
        topic("site-11.drbd", 1, Map.of());
        Map<String, String> agent = user("site-1.agent", "secret");
        access.allow("site-1.agent", ResourceType.TOPIC, "site-1.", AclOperation.WRITE);
        soon().ignoreExceptions()
                .until(
                        () -> {
                            try (var producer = producer(agent)) {
                                return write(producer, "site-1.drbd", "key", "value").hasOffset();
                            }
                        });
        try (var producer = producer(agent)) {
            assertThatThrownBy(() -> write(producer, "site-11.drbd", "key", "forged"))
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
        assertThatThrownBy(() -> read(agent, "site-1.drbd", null))
                .isInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void quotas_of_a_user_can_be_set_read_and_taken_back() throws Exception {
        user("dr-q.reader", "secret");
        var entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "dr-q.reader"));
        Map<String, Double> wished =
                Map.of(
                        "consumer_byte_rate",
                        1_048_576.0,
                        "producer_byte_rate",
                        524_288.0,
                        "request_percentage",
                        25.0);
        quotas(entity, wished);
        soon().until(() -> wished.equals(quotas("dr-q.reader").get(entity)));
        Map<String, @Nullable Double> none = new HashMap<>();
        wished.keySet().forEach(name -> none.put(name, null));
        quotas(entity, none);
        soon().until(() -> quotas("dr-q.reader").isEmpty());
    }

    private void quotas(ClientQuotaEntity entity, Map<String, ? extends @Nullable Double> wished)
            throws Exception {
        var operations =
                wished.entrySet().stream()
                        .map(one -> new ClientQuotaAlteration.Op(one.getKey(), one.getValue()))
                        .toList();
        get(admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, operations))).all());
    }

    private Map<ClientQuotaEntity, Map<String, Double>> quotas(String user) throws Exception {
        var filter =
                ClientQuotaFilter.containsOnly(
                        List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, user)));
        return get(admin.describeClientQuotas(filter).entities());
    }

    private void topic(String name, int partitions, Map<String, String> settings) throws Exception {
        get(
                admin.createTopics(
                                List.of(
                                        new NewTopic(
                                                        name,
                                                        Optional.of(partitions),
                                                        Optional.of((short) 1))
                                                .configs(settings)))
                        .all());
        soon().ignoreExceptions()
                .until(
                        () ->
                                get(admin.describeTopics(List.of(name)).allTopicNames())
                                        .values()
                                        .stream()
                                        .flatMap(topic -> topic.partitions().stream())
                                        .allMatch(one -> one.leader() != null));
    }

    private Map<String, String> user(String name, String password) throws Exception {
        access.user(name, password);
        soon().until(() -> canLogIn(name, password));
        return broker.client(name, password);
    }

    private boolean canLogIn(String user, String password) throws Exception {
        try (Admin asUser =
                Admin.create(Map.<String, Object>copyOf(broker.client(user, password)))) {
            get(asUser.describeCluster().nodes());
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SaslAuthenticationException) {
                return false;
            }
            throw e;
        }
    }

    private long end(TopicPartition partition) throws Exception {
        return get(admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition))
                .offset();
    }

    private List<ConsumerRecord<String, String>> readAll(String topic) {
        return read(broker.superUser(), topic, null);
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50));
    }

    static <T> T get(KafkaFuture<T> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }
}
