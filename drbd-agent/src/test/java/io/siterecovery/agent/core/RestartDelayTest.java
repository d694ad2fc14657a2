package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RestartDelayTest {

    private static final Instant T = Instant.parse("2026-11-20T22:50:00Z");

    private final RestartDelay delay = new RestartDelay(RestartDelay.LONGEST);

    @Test
    void it_doubles_up_to_a_limit() {
        delay.started(T);
        Duration before = Duration.ZERO;
        for (int i = 0; i < 10; i++) {
            Duration next = delay.next(T);
            assertThat(next).isGreaterThanOrEqualTo(before);
            before = next;
        }
        assertThat(before).isEqualTo(RestartDelay.LONGEST);
    }

    @Test
    void a_child_that_had_lasted_is_started_again_at_once() {
        delay.started(T);
        for (int i = 0; i < 10; i++) {
            delay.next(T);
        }
        assertThat(delay.next(T.plus(RestartDelay.STABLE).plusMillis(1)))
                .isEqualTo(RestartDelay.FIRST);
    }

    @Test
    void one_start_may_be_at_once_or_late_without_changing_the_next() {
        delay.started(T);
        delay.none();
        assertThat(delay.next(T)).isZero();
        delay.longest();
        assertThat(delay.next(T)).isEqualTo(RestartDelay.LONGEST);
        assertThat(delay.next(T)).isEqualTo(RestartDelay.FIRST);
    }
}
