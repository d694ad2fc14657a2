package io.siterecovery.platform;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands records from the reader's context to the subscriber's, in order and one at a time, also
 * when the handler awaits something in between.
 */
final class TopicSubscription implements Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSubscription.class);
    private static final int FULL = 1_000;
    private static final int ROOM = 250;

    /** After so many records other work of the context gets its turn. */
    private static final int BURST = 100;

    private final String topic;
    private final @Nullable String tenant;
    private final Context context;
    private final Handler<ReceivedEvent> handler;
    private final Runnable hasRoomAgain;
    private final Promise<Void> caughtUp = Promise.promise();
    private final Queue<Item> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();
    private long offered = -1;
    private volatile long position;
    private volatile long goal = Long.MAX_VALUE;
    private volatile boolean closed;

    TopicSubscription(
            String topic,
            @Nullable String tenant,
            Context context,
            Handler<ReceivedEvent> handler,
            Runnable hasRoomAgain) {
        this.topic = topic;
        this.tenant = tenant;
        this.context = context;
        this.handler = handler;
        this.hasRoomAgain = hasRoomAgain;
    }

    @Override
    public Future<Void> caughtUp() {
        return caughtUp.future();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void close() {
        closed = true;
        caughtUp.tryFail("closed");
        hasRoomAgain.run();
    }

    String topic() {
        return topic;
    }

    @Nullable String tenant() {
        return tenant;
    }

    boolean isClosed() {
        return closed;
    }

    /** Records that wait for the subscriber. */
    int depth() {
        return closed ? 0 : queued.get();
    }

    boolean isFull() {
        return queued.get() >= FULL;
    }

    boolean hasRoom() {
        return queued.get() <= ROOM;
    }

    /** What was in the topic when this subscription was made. */
    void caughtUpAt(long first, long end) {
        goal = first >= end ? 0 : end;
        context.runOnContext(now -> checkGoal());
    }

    /** On the reader's context, as the two below. */
    void offer(ReceivedEvent event) {
        add(new Item(event.offset(), event));
    }

    /** Passes a record by that nobody can read. */
    void skip(long offset) {
        add(new Item(offset, null));
    }

    void startOver() {
        offered = -1;
    }

    private void add(Item item) {
        if (closed || item.offset() <= offered) {
            return;
        }
        offered = item.offset();
        queue.add(item);
        queued.incrementAndGet();
        drainSoon();
    }

    private void drainSoon() {
        if (draining.compareAndSet(false, true)) {
            context.runOnContext(now -> drain());
        }
    }

    private void drain() {
        for (int i = 0; i < BURST; i++) {
            Item item = queue.poll();
            if (item == null) {
                break;
            }
            boolean wasFull = queued.getAndDecrement() == ROOM + 1;
            handle(item.event());
            position = item.offset() + 1;
            checkGoal();
            if (wasFull) {
                hasRoomAgain.run();
            }
        }
        draining.set(false);
        if (!queue.isEmpty()) {
            drainSoon();
        }
    }

    private void handle(@Nullable ReceivedEvent event) {
        if (closed || event == null) {
            return;
        }
        try {
            handler.handle(event);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("tenant", tenant)
                    .addKeyValue("topic", topic)
                    .addKeyValue("offset", event.offset())
                    .setCause(e)
                    .log("handler failed; the next records go on");
        }
    }

    private void checkGoal() {
        if (position >= goal) {
            caughtUp.tryComplete();
        }
    }

    /** A record, or only its place. */
    private record Item(long offset, @Nullable ReceivedEvent event) {}
}
