package io.siterecovery.platform;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.kafka.admin.KafkaAdminClient;
import io.vertx.kafka.admin.OffsetSpec;
import io.vertx.kafka.client.common.TopicPartition;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Where topics begin and end; answered beside the consumer, which would have to wait for it. */
final class TopicOffsets {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final KafkaAdminClient admin;

    /** Offsets of the first record and of the one that comes next. */
    record Range(long first, long end) {}

    TopicOffsets(Vertx vertx, Configuration.Kafka kafka) {
        this.vertx = vertx;
        this.admin = KafkaAdminClient.create(vertx, KafkaSettings.admin(kafka));
    }

    Future<Long> end(String topic) {
        return offset(topic, OffsetSpec.LATEST);
    }

    /** Asks until the broker answers and the topic exists, but not beyond the patience. */
    Future<Range> range(String topic, Duration patience) {
        return Future.all(offset(topic, OffsetSpec.EARLIEST), offset(topic, OffsetSpec.LATEST))
                .map(both -> new Range(both.resultAt(0), both.resultAt(1)))
                .recover(
                        failure ->
                                patience.isPositive()
                                        ? vertx.timer(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                                                .compose(
                                                        fired ->
                                                                range(topic, patience.minus(RETRY)))
                                        : Future.failedFuture(failure));
    }

    /** Whether brokers answer. */
    Future<Void> reachable() {
        return admin.describeCluster().mapEmpty();
    }

    Future<Void> close() {
        return admin.close();
    }

    private Future<Long> offset(String topic, OffsetSpec where) {
        TopicPartition partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, where))
                .map(
                        offsets -> {
                            var found = offsets.get(partition);
                            if (found == null) {
                                throw new IllegalStateException("no offset of " + topic);
                            }
                            return found.getOffset();
                        });
    }
}
