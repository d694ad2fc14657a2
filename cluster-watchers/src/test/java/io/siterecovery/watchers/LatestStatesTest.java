package io.siterecovery.watchers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.platform.EventReader;
import io.siterecovery.platform.EventWriter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class LatestStatesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private record Write(String key, @Nullable Record data, Promise<Long> answer) {
        @Override
        public String toString() {
            return data instanceof ReachabilityFact fact ? key + "=" + fact.detail() : "-" + key;
        }
    }

    private final List<Write> writes = new CopyOnWriteArrayList<>();
    private LatestStates states;

    @BeforeEach
    void start(Vertx vertx) {
        states = new LatestStates(outlet(vertx), "dr-prod.clusters");
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

    private void put(String key, String detail) {
        states.put(key, new ReachabilityFact(true, true, Instant.EPOCH, "", detail), "/");
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
                        Write write = new Write(key, data, Promise.promise());
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
                    throw new IllegalStateException("nothing is read here");
                };
        return new LatestStates.Outlet(
                vertx, reader, writer, Clock.systemUTC(), "instance", "prod");
    }
}
