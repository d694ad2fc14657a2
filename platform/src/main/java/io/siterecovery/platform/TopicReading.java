package io.siterecovery.platform;

import io.vertx.kafka.client.common.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** How far one topic has been read, and for whom. Belongs to the reader's context. */
final class TopicReading {

    private final TopicPartition partition;
    // Counted by whoever asks for metrics, on another thread.
    private final List<TopicSubscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Meters meters;
    private long lastRead = -1;
    private long parkedUpTo = -1;
    private boolean paused;
    private boolean refused;

    TopicReading(String topic, Meters meters) {
        this.partition = new TopicPartition(topic, 0);
        this.meters = meters;
        meters.gauge(
                Metric.QUEUE_DEPTH,
                Map.of(),
                () -> subscriptions.stream().mapToInt(TopicSubscription::depth).sum());
    }

    /** The series of this topic; closed when nobody reads it. */
    Meters meters() {
        return meters;
    }

    TopicPartition partition() {
        return partition;
    }

    List<TopicSubscription> subscriptions() {
        return subscriptions;
    }

    @Nullable String tenant() {
        for (TopicSubscription subscription : subscriptions) {
            if (subscription.tenant() != null) {
                return subscription.tenant();
            }
        }
        return null;
    }

    /** It will be read from the start for a new subscription; the others skip what they have. */
    void rewound() {
        lastRead = -1;
    }

    /** Whether offsets went back without our asking: this is another topic of the same name. */
    boolean startsOver(long offset) {
        boolean over = offset <= lastRead;
        lastRead = offset;
        if (over) {
            subscriptions.forEach(TopicSubscription::startOver);
        }
        return over;
    }

    void deliver(ReceivedEvent event) {
        subscriptions.forEach(subscription -> subscription.offer(event));
    }

    /** Nobody gets this record, and nobody waits for it. */
    void skip(long offset) {
        subscriptions.forEach(subscription -> subscription.skip(offset));
    }

    /** Whether the record is to be parked: it is read again for each new subscription. */
    boolean park(long offset) {
        boolean first = offset > parkedUpTo;
        parkedUpTo = Math.max(parkedUpTo, offset);
        return first;
    }

    boolean refused() {
        return refused;
    }

    void refuse(boolean value) {
        refused = value;
        // Leaving the assignment forgets both the pause and the position.
        paused = false;
        lastRead = -1;
    }

    boolean shouldPause() {
        if (paused || subscriptions.stream().noneMatch(TopicSubscription::isFull)) {
            return false;
        }
        paused = true;
        return true;
    }

    boolean shouldResume() {
        if (!paused || !subscriptions.stream().allMatch(TopicSubscription::hasRoom)) {
            return false;
        }
        paused = false;
        return true;
    }
}
