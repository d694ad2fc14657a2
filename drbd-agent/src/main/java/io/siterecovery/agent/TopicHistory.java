package io.siterecovery.agent;

import io.siterecovery.events.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What agents have left in the site's topic, this node's earlier lives among them. It is read once,
 * at start: what was destroyed while no agent looked would otherwise stay there for ever.
 */
final class TopicHistory {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int FETCH_BYTES = 256 << 10;

    /** How reading went. */
    sealed interface Result {
        /**
         * @param nodes what is left of each node
         */
        record Read(Map<String, Left> nodes) implements Result {}

        /** The agent's credential may not read the topic. */
        record Refused(String reason) implements Result {}

        record Failed(String reason) implements Result {}
    }

    /**
     * @param resources of which there is a state
     * @param lastWord when the broker appended the latest record
     */
    record Left(Set<String> resources, boolean beat, Instant lastWord) {}

    private final Map<String, Set<String>> resources = new HashMap<>();
    private final Set<String> beats = new TreeSet<>();
    private final Map<String, Instant> lastWords = new HashMap<>();

    /** Blocks until the topic has been read to the end that it had when this began. */
    static Result read(AgentConfig config) {
        Map<String, Object> settings = new HashMap<>(config.kafka());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "drbd-agent-" + config.node() + "-history");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis() - 1000);
        settings.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        settings.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            return new TopicHistory().read(consumer, Topics.siteDrbd(config.siteId()));
        } catch (AuthorizationException e) {
            return new Result.Refused(String.valueOf(e.getMessage()));
        } catch (KafkaException e) {
            return new Result.Failed(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private Result read(KafkaConsumer<String, byte[]> consumer, String topic) {
        TopicPartition partition = new TopicPartition(topic, SiteTopic.PARTITION);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (consumer.position(partition) < end) {
            if (System.nanoTime() > deadline) {
                return new Result.Failed("not read to its end within " + LONGEST);
            }
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                note(record);
            }
        }
        Map<String, Left> nodes = new TreeMap<>();
        lastWords.forEach(
                (node, at) ->
                        nodes.put(
                                node,
                                new Left(
                                        resources.getOrDefault(node, Set.of()),
                                        beats.contains(node),
                                        at)));
        return new Result.Read(nodes);
    }

    private void note(ConsumerRecord<String, byte[]> record) {
        String key = record.key();
        if (key == null) {
            return;
        }
        int slash = key.indexOf('/');
        boolean gone = record.serializedValueSize() < 0;
        String node = slash < 0 ? key : key.substring(0, slash);
        lastWords.merge(
                node,
                Instant.ofEpochMilli(record.timestamp()),
                (one, other) -> one.isAfter(other) ? one : other);
        Set<String> known =
                slash < 0 ? beats : resources.computeIfAbsent(node, none -> new TreeSet<>());
        String what = slash < 0 ? node : key.substring(slash + 1);
        if (gone) {
            known.remove(what);
        } else {
            known.add(what);
        }
    }
}
