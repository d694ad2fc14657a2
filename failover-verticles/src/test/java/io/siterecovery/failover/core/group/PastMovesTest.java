package io.siterecovery.failover.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PastMovesTest {

    @Test
    void one_that_was_never_moved_has_no_estimate() {
        assertThat(PastMoves.NONE.estimate()).isEmpty();
    }

    @Test
    void estimates_are_the_groups_own_past() {
        List<Duration> took =
                IntStream.rangeClosed(1, 20).mapToObj(s -> Duration.ofSeconds(10L * s)).toList();
        assertThat(new PastMoves(took.reversed()).estimate())
                .contains("100 s, 95 % within 4 min (from 20 past moves)");
        assertThat(new PastMoves(List.of(Duration.ofMillis(180))).estimate())
                .contains("1 s, 95 % within 1 s (from 1 past move)");
    }
}
