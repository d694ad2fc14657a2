package io.siterecovery.agent;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Puts all records of a node into one partition, so that whoever reads a beat has read every record
 * that was acknowledged before it.
 */
public final class NodePartitioner implements Partitioner {

    @Override
    public int partition(
            String topic,
            Object key,
            byte[] keyBytes,
            @Nullable Object value,
            byte @Nullable [] valueBytes,
            Cluster cluster) {
        String text = key.toString();
        int slash = text.indexOf('/');
        byte[] node =
                (slash < 0 ? text : text.substring(0, slash)).getBytes(StandardCharsets.UTF_8);
        return Utils.toPositive(Utils.murmur2(node)) % cluster.partitionCountForTopic(topic);
    }

    @Override
    public void configure(Map<String, ?> configs) {}

    @Override
    public void close() {}
}
