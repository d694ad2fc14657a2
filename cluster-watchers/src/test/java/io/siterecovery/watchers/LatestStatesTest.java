package io.siterecovery.watchers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.platform.EventReader;
import io.siterecovery.platform.EventWriter;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Subscription;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class LatestStatesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Where the topic ended when it was read back. */
    private static final long TERM = 40;

    private record Write(
            String key, @Nullable Record data, @Nullable Long term, Promise<Long> answer) {
        @Override
        public String toString() {
            return data instanceof ReachabilityFact fact ? key + "=" + fact.detail() : "-" + key;
        }
    }

    private final List<Write> writes = new CopyOnWriteArrayList<>();
    private final List<String> overwritten = new ArrayList<>();
    private Handler<ReceivedEvent> records = event -> {};
    private LatestStates states;

    @BeforeEach
    void start(Vertx vertx) {
        states = new LatestStates(outlet(vertx), "dr-prod.clusters", overwritten::add);
    }

    @Test
    void what_is_equal_to_the_last_is_not_sent_again() {
        put("k", "1");
        put("k", "1");
        put("k", "2");
        put("k", "1");
        assertThat(written()).containsExactly("k=1", "k=2", "k=1");
    }

    @Test
    void a_tombstone_is_sent_once_and_only_for_what_is_there() {
        states.remove("k", "/");
        put("k", "1");
        states.remove("k", "/");
        states.remove("k", "/");
        put("k", "1");
        assertThat(written()).containsExactly("k=1", "-k", "k=1");
        assertThat(states.has("k")).isTrue();
    }

    @Test
    void a_record_that_failed_is_sent_again_while_it_is_the_latest_of_its_key() {
        put("k", "1");
        put("other", "1");
        put("other", "2");
        writes.get(0).answer().fail("no broker");
        writes.get(1).answer().fail("no broker");
        writes.get(2).answer().complete(1L);
        await().atMost(PATIENCE).until(() -> writes.size() == 4);
        assertThat(written()).containsExactly("k=1", "other=1", "other=2", "k=1");
    }

    @Test
    void a_record_that_was_overtaken_while_it_waited_is_not_sent_again() {
        put("k", "1");
        put("z", "1");
        writes.get(0).answer().fail("no broker");
        writes.get(1).answer().fail("no broker");
        put("k", "2");
        writes.get(2).answer().complete(1L);
        await().atMost(PATIENCE).until(() -> writes.size() == 4);
        assertThat(written()).containsExactly("k=1", "z=1", "k=2", "z=1");
    }

    @Test
    void settled_waits_for_what_was_sent_before_and_not_for_what_came_after() {
        assertThat(states.settled().isComplete()).isTrue();
        put("a", "1");
        put("b", "1");
        Future<Void> settled = states.settled();
        put("c", "1");
        writes.get(1).answer().complete(2L);
        assertThat(settled.isComplete()).isFalse();
        writes.get(0).answer().complete(1L);
        assertThat(settled.succeeded()).isTrue();
    }

    @Test
    void settled_waits_for_a_record_that_failed_until_it_is_there() {
        put("a", "1");
        Future<Void> settled = states.settled();
        writes.get(0).answer().fail("no broker");
        await().atMost(PATIENCE).until(() -> writes.size() == 2);
        assertThat(settled.isComplete()).isFalse();
        writes.get(1).answer().complete(1L);
        assertThat(settled.succeeded()).isTrue();
    }

    @Test
    void what_an_earlier_writer_says_over_our_word_is_said_again_and_nobody_elses() {
        states.readBack((key, data) -> {});
        put("k", "2");
        record("k", "2", "instance-1", TERM);
        record("k", "3", "later-1", TERM + 1);
        record("k", "2", "earlier-2", 3L);
        assertThat(overwritten).isEmpty();

        record("k", "old", "earlier-3", 3L);
        record("other", "old", "before-there-were-terms-7", null);
        record("k", null, "earlier-4", 3L);
        assertThat(overwritten).containsExactly("k", "other", "k");
        put("k", "2");
        states.remove("other", "/");
        assertThat(written()).containsExactly("k=2", "k=2", "-other");
        assertThat(writes).extracting(Write::term).containsOnly(TERM);
    }

    /** Two that began at the same end of the topic do not correct one another for ever. */
    @Test
    void of_two_writers_of_one_term_one_gives_way() {
        states.readBack((key, data) -> {});
        put("k", "mine");
        record("k", "other", "instance-2nd-1", TERM);
        assertThat(overwritten).isEmpty();
        record("k", "other", "a-lesser-one-1", TERM);
        assertThat(overwritten).containsExactly("k");
    }

    @Test
    void nothing_is_corrected_after_the_end() {
        states.readBack((key, data) -> {});
        put("k", "mine");
        states.close();
        record("k", "old", "earlier-1", 3L);
        assertThat(overwritten).isEmpty();
    }

    /** A record of the topic; one without a text is a tombstone. */
    private void record(String key, @Nullable String detail, String id, @Nullable Long term) {
        Map<String, String> headers = new HashMap<>(Map.of("ce_id", id));
        if (term != null) {
            headers.put("ce_term", term.toString());
        }
        Record data = detail == null ? null : fact(detail);
        records.handle(new ReceivedEvent("dr-prod.clusters", key, 0, Instant.EPOCH, data, headers));
    }

    private static ReachabilityFact fact(String detail) {
        return new ReachabilityFact(true, true, Instant.EPOCH, "", detail);
    }

    /** Whose reader has read as far as it can. */
    private record ReadUpTo(long position) implements Subscription {

        @Override
        public Future<Void> caughtUp() {
            return Future.succeededFuture();
        }

        @Override
        public void close() {}
    }

    private void put(String key, String detail) {
        states.put(key, fact(detail), "/");
    }

    private List<String> written() {
        return writes.stream().map(Write::toString).toList();
    }

    private LatestStates.Outlet outlet(Vertx vertx) {
        EventWriter writer =
                new EventWriter() {
                    @Override
                    public Future<Long> publish(
                            String topic, String key, @Nullable Record data, EventHeaders headers) {
                        Write write = new Write(key, data, headers.term(), Promise.promise());
                        writes.add(write);
                        return write.answer().future();
                    }

                    @Override
                    public Future<Long> endOffset(String topic) {
                        return Future.succeededFuture(0L);
                    }
                };
        EventReader reader =
                (topic, tenant, handler) -> {
                    records = handler;
                    return new ReadUpTo(TERM);
                };
        return new LatestStates.Outlet(
                vertx, reader, writer, Clock.systemUTC(), "instance", "prod");
    }
}
