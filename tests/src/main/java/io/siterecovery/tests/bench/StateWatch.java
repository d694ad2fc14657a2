package io.siterecovery.tests.bench;

import io.siterecovery.events.EventCodec;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.view.TenantView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Follows a site's topic into the failover side's view and notes when each score arrived there. */
final class StateWatch implements AutoCloseable {

    private static final String CLUSTER = "bench";
    private static final long PATIENCE_SECONDS = 60;

    private final KafkaConsumer<String, byte[]> consumer;
    private final TenantView view = new TenantView(change -> {});
    private final Map<String, Integer> scores = new HashMap<>();
    private final Map<Integer, Long> arrived = new HashMap<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private long firstNanos;
    private long unparsed = -1;

    StateWatch(Map<String, String> client, String topic) {
        consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>copyOf(client),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partition = List.of(new TopicPartition(topic, 0));
        consumer.assign(partition);
        consumer.seekToBeginning(partition);
        Thread.ofPlatform().daemon().name("state-watch").start(this::read);
    }

    /** When the first state of a resource was there, by the clock of {@code nanoTime}. */
    synchronized long awaitFirst() throws InterruptedException, TimeoutException {
        until(() -> firstNanos != 0, "a first record");
        return firstNanos;
    }

    synchronized void awaitStates(int number) throws InterruptedException, TimeoutException {
        until(() -> scores.size() >= number, number + " resources");
    }

    synchronized void awaitScores(Map<String, Integer> last)
            throws InterruptedException, TimeoutException {
        until(() -> scores.entrySet().containsAll(last.entrySet()), "the last state of each");
    }

    /** When each score was in the view; one that was overtaken by the next is not in it. */
    synchronized Map<Integer, Long> arrived() {
        return Map.copyOf(arrived);
    }

    /** How many resources are not what they were last said to be. */
    synchronized long wrong(Map<String, Integer> last) {
        return last.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(scores.get(entry.getKey())))
                .count();
    }

    /** Lines that the agent could not use; -1 before its first beat. */
    synchronized long unparsed() {
        return unparsed;
    }

    private void until(BooleanSupplier fits, String what)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!fits.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("waited in vain for " + what);
            }
            wait(left);
        }
    }

    private void read() {
        try {
            while (true) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    take(record);
                }
            }
        } catch (WakeupException closing) {
            consumer.close();
            ended.complete(null);
        }
    }

    private synchronized void take(ConsumerRecord<String, byte[]> record) {
        String type =
                new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8);
        try {
            switch (EventCodec.decode(type, record.value())) {
                case DrbdResourceState state -> {
                    view.applyDrbd(
                            CLUSTER,
                            state.node(),
                            state.resource(),
                            new RoutedDrbdState(
                                    CLUSTER,
                                    CLUSTER,
                                    record.offset(),
                                    Instant.ofEpochMilli(record.timestamp()),
                                    state));
                    long now = System.nanoTime();
                    firstNanos = firstNanos == 0 ? now : firstNanos;
                    Integer score = state.promotionScore();
                    scores.put(state.resource(), score == null ? -1 : score);
                    if (score != null) {
                        arrived.putIfAbsent(score, now);
                    }
                    notifyAll();
                }
                case AgentBeat beat -> {
                    Long lines = beat.unparsedLines();
                    unparsed = lines == null ? 0 : lines;
                }
                default -> throw new IllegalStateException("unexpected " + type);
            }
        } catch (EventCodec.Unreadable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
        ended.completeOnTimeout(null, 5, TimeUnit.SECONDS).join();
    }
}
