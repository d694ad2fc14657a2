package io.siterecovery.platform;

import io.siterecovery.events.Topics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's place in the consumer group that shares the deployments out: Kafka says which are
 * ours, and what it takes back is stopped before anybody else gets it. While no broker answers,
 * what we have stays ours.
 *
 * <p>A consumer wants one thread that never does anything else: it has its own.
 */
final class Sharing {

    private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    /** Others wait for what is stopping here, so not for ever. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

    /** A farewell queues behind a request to join, which is answered at the others' next beat. */
    private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(3);

    /** Told of each change. */
    interface Listener {

        /** Completes when what is not in the share has stopped. */
        Future<Void> changed(Share share);
    }

    private final Listener listener;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::stay, "sharing");
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final Promise<Void> left = Promise.promise();
    private final Set<Integer> held = new HashSet<>();
    private volatile Share share;
    private volatile boolean member;
    private String failure = "";

    Sharing(Configuration.Kafka kafka, Share.Mode mode, Listener listener) {
        this.listener = listener;
        this.share = Share.nothing(mode);
        this.consumer =
                new KafkaConsumer<>(
                        Map.copyOf(KafkaSettings.member(kafka, mode.group())),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Gives everything back, so that others need not wait for a session to run out. */
    Future<Void> leave() {
        leaving.countDown();
        if (thread.getState() == Thread.State.NEW) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            return Future.succeededFuture();
        }
        consumer.wakeup();
        return left.future();
    }

    Share share() {
        return share;
    }

    Optional<String> notReady() {
        return member
                ? Optional.empty()
                : Optional.of(
                        "not yet told which deployments are this instance's (topic "
                                + Topics.TENANTS
                                + ", group "
                                + share.mode().group()
                                + ")");
    }

    private void stay() {
        try {
            consumer.subscribe(List.of(Topics.TENANTS), new Turns());
            while (leaving.getCount() > 0) {
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            try {
                consumer.close(CloseOptions.timeout(LEAVE_PATIENCE));
            } finally {
                left.complete();
            }
        }
    }

    private void step() throws InterruptedException {
        try {
            consumer.poll(POLL);
            if (member) {
                // Asked of what the client knows already; it may have become more.
                var _ = publish(consumer.partitionsFor(Topics.TENANTS, POLL).size());
            }
            failure = "";
        } catch (WakeupException e) {
            // We leave.
        } catch (RuntimeException e) {
            failed(e);
            var _ = leaving.await(AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void failed(RuntimeException e) {
        String said = e.getClass().getSimpleName() + ": " + e.getMessage();
        if (!said.equals(failure)) {
            failure = said;
            LOG.atWarn()
                    .addKeyValue("reason", said)
                    .log("cannot ask Kafka which deployments are ours; what runs goes on");
        }
    }

    private final class Turns implements ConsumerRebalanceListener {

        /** Who holds them is all we want to know: what is in them is not read. */
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            held.addAll(numbers(partitions));
            member = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            held.removeAll(numbers(partitions));
            try {
                publish(share.partitions()).await(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                LOG.atWarn().log("others get deployments that are still stopping here");
            }
        }

        /** They are somebody else's already: nobody waits for us. */
        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            held.removeAll(numbers(partitions));
            member = false;
            var _ = publish(share.partitions());
        }
    }

    private Future<Void> publish(int partitions) {
        Share now = new Share(share.mode(), partitions, held);
        if (now.equals(share)) {
            return Future.succeededFuture();
        }
        share = now;
        LOG.atInfo()
                .addKeyValue("consumerGroup", now.mode().group())
                .addKeyValue("held", new TreeSet<>(now.held()))
                .addKeyValue("of", partitions)
                .log("share of the deployments changed");
        return listener.changed(now);
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
        Set<Integer> numbers = new HashSet<>();
        partitions.forEach(p -> numbers.add(p.partition()));
        return numbers;
    }
}
