package io.siterecovery.tests.platform;

import static io.siterecovery.tests.platform.TwoSites.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.KafkaEvents;
import io.siterecovery.platform.Metric;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Subscription;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaEventsIT {

    private static final String TOPIC = Topics.clusters("prod");

    @TempDir Path dir;
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private EmbeddedKafka kafka;
    private Vertx vertx;
    private KafkaEvents events;

    @BeforeEach
    void start() {
        kafka = EmbeddedKafka.start(dir, 0);
        kafka.createTopic(TOPIC, true, 1);
        kafka.createTopic(Topics.poison("prod"), false, 1);
        vertx = Vertx.vertx();
        events = new KafkaEvents(vertx, settings(), metrics);
    }

    @AfterEach
    void stop() throws Exception {
        get(events.close());
        get(vertx.close());
        kafka.close();
    }

    @Test
    void reads_from_the_start_and_says_when_it_has_caught_up() throws Exception {
        for (int i = 0; i < 2_500; i++) {
            publish("k" + i, i);
        }
        get(publish("last", 0));

        List<String> keys = new CopyOnWriteArrayList<>();
        Subscription subscription = subscribe(event -> keys.add(event.key()));
        get(subscription.caughtUp());

        assertThat(keys).hasSize(2_501).endsWith("last");
        assertThat(subscription.position()).isEqualTo(2_501);
        assertThat(get(events.writer().endOffset(TOPIC))).isEqualTo(2_501);
    }

    @Test
    void an_empty_topic_is_caught_up_with() throws Exception {
        get(subscribe(event -> {}).caughtUp());
    }

    @Test
    void a_second_reader_gets_everything_and_the_first_gets_nothing_twice() throws Exception {
        List<Long> first = new CopyOnWriteArrayList<>();
        Subscription one = subscribe(event -> first.add(event.offset()));
        for (int i = 0; i < 700; i++) {
            publish("k" + i, i);
        }
        get(publish("last", 0));
        soon().until(() -> first.size() == 701);

        List<Long> second = new CopyOnWriteArrayList<>();
        get(subscribe(event -> second.add(event.offset())).caughtUp());
        get(publish("after", 1));
        soon().until(() -> first.size() == 702 && second.size() == 702);

        assertThat(first).isSorted().doesNotHaveDuplicates();
        assertThat(second).isSorted().doesNotHaveDuplicates();
        one.close();
        get(publish("later", 1));
        soon().until(() -> second.size() == 703);
        assertThat(first).hasSize(702);
    }

    @Test
    void a_slow_reader_of_one_topic_does_not_hold_up_another() throws Exception {
        String other = Topics.clusters("staging");
        kafka.createTopic(other, true, 1);
        List<Long> slow = new CopyOnWriteArrayList<>();
        var opened = io.vertx.core.Promise.<Void>promise();
        vertx.deployVerticle(
                        () ->
                                new io.vertx.core.VerticleBase() {
                                    @Override
                                    public Future<?> start() {
                                        events.reader()
                                                .subscribe(
                                                        TOPIC,
                                                        "prod",
                                                        event -> {
                                                            Future.await(opened.future());
                                                            slow.add(event.offset());
                                                        });
                                        return Future.succeededFuture();
                                    }
                                },
                        new io.vertx.core.DeploymentOptions()
                                .setThreadingModel(io.vertx.core.ThreadingModel.VIRTUAL_THREAD))
                .await(30, TimeUnit.SECONDS);
        for (int i = 0; i < 5_000; i++) {
            publish("k" + i, i);
        }
        List<Long> quick = new CopyOnWriteArrayList<>();
        events.reader().subscribe(other, "staging", event -> quick.add(event.offset()));
        get(events.writer().publish(other, "k", fact(1), headers("k")));
        soon().until(() -> quick.size() == 1);
        assertThat(slow).isEmpty();

        opened.complete();
        soon().until(() -> slow.size() == 5_000);
        assertThat(slow).isSorted();
    }

    @Test
    void poison_is_parked_with_its_reason_and_the_stream_goes_on() throws Exception {
        List<ReceivedEvent> parked = new CopyOnWriteArrayList<>();
        List<String> keys = new CopyOnWriteArrayList<>();
        Subscription subscription = subscribe(event -> keys.add(event.key()));
        get(publish("good", 1));
        try (KafkaProducer<String, String> stranger = stranger()) {
            var record = new ProducerRecord<>(TOPIC, "bad", "{\"reachable\":\"perhaps\"}");
            record.headers()
                    .add("ce_type", EventType.REACHABILITY.type().getBytes(StandardCharsets.UTF_8));
            stranger.send(record).get(20, TimeUnit.SECONDS);
            stranger.send(new ProducerRecord<>(TOPIC, "untyped", "{}")).get(20, TimeUnit.SECONDS);
        }
        get(publish("after", 1));
        soon().until(() -> keys.contains("after"));
        assertThat(keys).containsExactly("good", "after");
        soon().until(() -> subscription.position() == 4);
        soon().until(() -> get(events.writer().endOffset(Topics.poison("prod"))) == 2);
        assertThat(
                        metrics.get(Metric.POISON_RECORDS.meterName())
                                .tags("tenant", "prod", "topic", TOPIC)
                                .counter()
                                .count())
                .isEqualTo(2);

        get(subscribe(event -> {}).caughtUp());
        assertThat(get(events.writer().endOffset(Topics.poison("prod")))).isEqualTo(2);
        assertThat(parked).isEmpty();
    }

    @Test
    void the_series_of_a_topic_go_with_its_last_reader() throws Exception {
        Subscription one = subscribe(event -> {});
        Subscription other = subscribe(event -> {});
        get(one.caughtUp());
        get(other.caughtUp());
        one.close();
        get(publish("k", 1));
        soon().until(() -> other.position() == 1);
        assertThat(
                        metrics.get(Metric.QUEUE_DEPTH.meterName())
                                .tags("tenant", "prod", "topic", TOPIC)
                                .gauge()
                                .value())
                .isZero();
        other.close();
        soon().until(() -> metrics.find(Metric.QUEUE_DEPTH.meterName()).gauges().isEmpty());
    }

    @Test
    void nothing_is_lost_or_reordered_while_the_broker_is_away() throws Exception {
        Map<String, Boolean> last = new ConcurrentHashMap<>();
        List<Long> offsets = new CopyOnWriteArrayList<>();
        subscribe(
                event -> {
                    offsets.add(event.offset());
                    last.put(event.key(), ((ReachabilityFact) event.data()).complete());
                });
        get(publish("k", 0));
        int port = kafka.port();
        kafka.close();
        List<Future<Long>> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add(publish("k" + i % 10, i));
        }
        for (int i = 0; i < 10; i++) {
            sent.add(
                    events.writer()
                            .publish(
                                    TOPIC,
                                    "k" + i,
                                    new ReachabilityFact(true, true, Instant.EPOCH, "", "end"),
                                    headers("k" + i)));
        }
        kafka = EmbeddedKafka.start(dir, port);
        for (Future<Long> one : sent) {
            get(one);
        }
        soon().until(() -> offsets.size() >= 211);
        assertThat(offsets).isSorted().doesNotHaveDuplicates().hasSize(211);
        assertThat(last).hasSize(11);
        last.remove("k");
        assertThat(last.values()).containsOnly(true);
    }

    @Test
    void a_topic_that_does_not_exist_yet_holds_up_nobody() throws Exception {
        String later = Topics.clusters("later");
        List<String> keys = new CopyOnWriteArrayList<>();
        Subscription waiting =
                events.reader().subscribe(later, "later", event -> keys.add(event.key()));
        Future<Long> held = events.writer().publish(later, "early", fact(1), headers("early"));
        get(publish("k", 1));
        assertThat(held.isComplete()).isFalse();
        assertThat(waiting.caughtUp().isComplete()).isFalse();

        kafka.createTopic(later, true, 1);
        get(held);
        get(waiting.caughtUp());
        soon().until(() -> keys.contains("early"));
    }

    private Future<Long> publish(String key, int i) {
        return events.writer().publish(TOPIC, key, fact(i), headers(key));
    }

    private Subscription subscribe(io.vertx.core.Handler<ReceivedEvent> handler) {
        return events.reader().subscribe(TOPIC, "prod", handler);
    }

    private static ReachabilityFact fact(int i) {
        return new ReachabilityFact(true, false, Instant.EPOCH, "", "number " + i);
    }

    private static EventHeaders headers(String key) {
        return new EventHeaders(
                "id", EventType.REACHABILITY, "/test", key, Instant.EPOCH, "prod", null, null);
    }

    private Configuration.Kafka settings() {
        kafka.createUser("platform", "secret");
        kafka.allow(
                "platform",
                new org.apache.kafka.common.resource.ResourcePattern(
                        org.apache.kafka.common.resource.ResourceType.TOPIC,
                        "dr-",
                        org.apache.kafka.common.resource.PatternType.PREFIXED),
                org.apache.kafka.common.acl.AclOperation.READ,
                org.apache.kafka.common.acl.AclOperation.WRITE);
        return new Configuration.Kafka(
                kafka.bootstrap(),
                "SASL_PLAINTEXT",
                "platform",
                "secret",
                null,
                Duration.ofSeconds(60));
    }

    private KafkaProducer<String, String> stranger() {
        return new KafkaProducer<>(
                new HashMap<>(kafka.adminProperties()),
                new StringSerializer(),
                new StringSerializer());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
