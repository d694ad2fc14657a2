package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class GateTest {

    private final Gate gate = new Gate(2, 3);
    private final List<String> sent = new ArrayList<>();

    @Test
    void waiting_calls_go_when_others_are_answered() {
        var first = new CompletableFuture<String>();
        var second = new CompletableFuture<String>();
        var third = new CompletableFuture<String>();
        var _ = pass("a", "1", first);
        var _ = pass("a", "2", second);
        var waiting = pass("a", "3", third);
        assertThat(sent).containsExactly("1", "2");
        first.complete("done");
        assertThat(sent).containsExactly("1", "2", "3");
        third.complete("answer");
        assertThat(waiting).isCompletedWithValue("answer");
    }

    @Test
    void a_silent_server_keeps_nobody_waiting_for_more_than_one_deadline() {
        var first = new CompletableFuture<String>();
        var _ = pass("a", "1", first);
        var _ = pass("a", "2", new CompletableFuture<>());
        var waiting = pass("a", "3", new CompletableFuture<>());
        var other = pass("a", "4", new CompletableFuture<>());
        first.completeExceptionally(new TimeoutException());
        assertThat(waiting).isCompletedExceptionally();
        assertThat(other).isCompletedExceptionally();
        assertThat(sent).containsExactly("1", "2");
    }

    @Test
    void one_slow_call_among_answers_takes_nobody_with_it() {
        var slow = new CompletableFuture<String>();
        var quick = new CompletableFuture<String>();
        var _ = pass("a", "slow", slow);
        var _ = pass("a", "quick", quick);
        var waiting = pass("a", "3", new CompletableFuture<>());
        var _ = pass("a", "4", new CompletableFuture<>());
        quick.complete("done");
        slow.completeExceptionally(new TimeoutException());
        assertThat(waiting).isNotDone();
        assertThat(sent).containsExactly("slow", "quick", "3", "4");
    }

    @Test
    void the_silence_that_one_party_meets_is_its_own() {
        var first = new CompletableFuture<String>();
        var _ = pass("a", "1", first);
        var _ = pass("a", "2", new CompletableFuture<>());
        var _ = pass("b", "b1", new CompletableFuture<>());
        var waiting = pass("b", "b2", new CompletableFuture<>());
        first.completeExceptionally(new TimeoutException());
        assertThat(waiting).isNotDone();
    }

    @Test
    void one_that_is_cancelled_before_its_turn_is_never_sent() {
        var first = new CompletableFuture<String>();
        var _ = pass("a", "1", first);
        var _ = pass("a", "2", new CompletableFuture<>());
        pass("a", "3", new CompletableFuture<>()).cancel(true);
        var _ = pass("a", "4", new CompletableFuture<>());
        first.complete("done");
        assertThat(sent).containsExactly("1", "2", "4");
    }

    @Test
    void more_than_may_wait_are_refused() {
        for (int call = 0; call < 5; call++) {
            assertThat(pass("a", "call", new CompletableFuture<>())).isNotDone();
        }
        assertThatThrownBy(() -> pass("a", "one more", new CompletableFuture<>()).join())
                .hasMessageContaining("too many calls are waiting");
        assertThat(pass("b", "another's", new CompletableFuture<>())).isNotDone();
    }

    private CompletableFuture<String> pass(
            String who, String name, CompletableFuture<String> answer) {
        return gate.pass(
                who,
                Urgency.NORMAL,
                () -> {
                    sent.add(name);
                    return answer;
                });
    }
}
