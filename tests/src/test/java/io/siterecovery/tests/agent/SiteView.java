package io.siterecovery.tests.agent;

import io.siterecovery.events.EventCodec;
import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.watchers.core.AgentProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What the failover side sees of one site's agents, with its own parts: the router's count of what
 * was read of each agent, the view, and the rule of which word counts.
 */
final class SiteView implements AutoCloseable {

    static final String CLUSTER = "cluster1";

    /** Three beats: an agent that is silent for longer says nothing that counts. */
    static final Duration THREE_BEATS = Duration.ofSeconds(3);

    private final String siteId;
    private final KafkaConsumer<String, byte[]> consumer;
    private final TenantView view = new TenantView(change -> {});
    private final Map<String, AgentProgress> agents = new HashMap<>();
    private final Map<String, RoutedBeat> beats = new TreeMap<>();
    private final Map<String, AgentBeat> lastBeats = new HashMap<>();

    SiteView(Map<String, String> client, String siteId) {
        this.siteId = siteId;
        consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>copyOf(client),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partition = List.of(new TopicPartition(Topics.siteDrbd(siteId), 0));
        consumer.assign(partition);
        consumer.seekToBeginning(partition);
    }

    /** A node's word on a resource, if there is one and it counts now. */
    Optional<DrbdResourceState> counting(String node, String resource) {
        read();
        return view.drbd(resource).stream()
                .filter(routed -> routed.state().node().equals(node))
                .map(this::report)
                .filter(report -> report.countsAt(Instant.now(), THREE_BEATS))
                .map(NodeReport::state)
                .findFirst();
    }

    Optional<AgentBeat> lastBeat(String node) {
        read();
        return Optional.ofNullable(lastBeats.get(node));
    }

    private NodeReport report(RoutedDrbdState routed) {
        String node = routed.state().node();
        return new NodeReport(
                new ClusterId(CLUSTER),
                siteId,
                node,
                routed.state(),
                view.beat(CLUSTER, node)
                        .<Beat>map(
                                beat ->
                                        new Beat.Heard(
                                                beat.incarnation(),
                                                beat.appendedAt(),
                                                beat.complete()))
                        .orElse(new Beat.Silent()),
                view.seenThrough(CLUSTER, node));
    }

    private void read() {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(20))) {
            String[] key = record.key().split("/", 2);
            AgentProgress progress = agents.computeIfAbsent(key[0], node -> new AgentProgress());
            Instant appended = Instant.ofEpochMilli(record.timestamp());
            if (record.value() == null) {
                if (key.length == 2) {
                    view.applyDrbd(CLUSTER, key[0], key[1], null);
                }
                continue;
            }
            Record said = decode(record);
            if (said instanceof DrbdResourceState state) {
                progress.read(state.incarnation(), state.sequence());
                view.applyDrbd(
                        CLUSTER,
                        key[0],
                        key[1],
                        new RoutedDrbdState(CLUSTER, siteId, record.offset(), appended, state));
            } else if (said instanceof AgentBeat beat) {
                // Not live: of a tombstone's place its id tells, which is not read here.
                beats.put(key[0], progress.beat(beat, record.offset(), appended, false));
                lastBeats.put(key[0], beat);
                view.applyBeats(new RoutedBeats(CLUSTER, siteId, beats));
            }
        }
    }

    private static Record decode(ConsumerRecord<String, byte[]> record) {
        String type =
                new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8);
        try {
            return EventCodec.decode(type, record.value());
        } catch (EventCodec.Unreadable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
