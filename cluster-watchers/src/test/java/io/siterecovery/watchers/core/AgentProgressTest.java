package io.siterecovery.watchers.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.AgentBeat;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentProgressTest {

    private final AgentProgress agent = new AgentProgress();

    @Test
    void a_beat_is_complete_when_all_that_it_speaks_for_was_read() {
        agent.read("i", 1);
        agent.read("i", 2);
        assertThat(beat("i", 2, true, true)).isTrue();
        assertThat(beat("i", 3, true, true)).isFalse();
        agent.read("i", 3);
        assertThat(beat("i", 3, true, true)).isTrue();
    }

    @Test
    void a_stream_that_has_not_passed_its_dump_is_not_complete() {
        agent.read("i", 1);
        assertThat(beat("i", 1, false, true)).isFalse();
    }

    @Test
    void a_number_that_was_never_used_is_no_hole() {
        agent.read("i", 1);
        agent.read("i", 4);
        assertThat(beat("i", 4, true, true)).isTrue();
    }

    @Test
    void a_node_without_resources_is_complete() {
        assertThat(beat("i", 0, true, true)).isTrue();
    }

    @Test
    void a_new_incarnation_starts_from_nothing() {
        agent.read("i", 9);
        assertThat(beat("j", 2, true, true)).isFalse();
        agent.read("j", 1);
        agent.read("j", 2);
        assertThat(beat("j", 2, true, true)).isTrue();
    }

    @Test
    void what_compaction_dropped_in_the_past_is_not_waited_for() {
        assertThat(beat("i", 7, true, false)).isTrue();
        assertThat(beat("i", 7, true, true)).isTrue();
        assertThat(beat("i", 8, true, true)).isFalse();
    }

    private boolean beat(String incarnation, long sequence, boolean streamComplete, boolean live) {
        AgentBeat beat =
                new AgentBeat("n", incarnation, sequence, streamComplete, Instant.EPOCH, Map.of());
        return agent.beat(beat, 1, Instant.EPOCH, live).complete();
    }
}
