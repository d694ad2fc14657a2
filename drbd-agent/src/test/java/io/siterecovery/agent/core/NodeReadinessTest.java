package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.agent.core.NodeReadiness.Warning;
import io.siterecovery.agent.core.NodeReadiness.Wish;
import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeReadinessTest {

    private static final Instant T = Instant.parse("2026-11-20T22:50:00Z");
    private static final Instant LIMIT = T.plusSeconds(120);
    private static final Role PRIMARY = Role.PRIMARY;
    private static final Role SECONDARY = Role.SECONDARY;
    private static final ConnectionState CONNECTED = ConnectionState.CONNECTED;
    private static final ConnectionState CONNECTING = ConnectionState.CONNECTING;

    private final NodeReadiness node = new NodeReadiness(T, Duration.ofMinutes(2));

    @Test
    void it_is_closed_from_the_first_moment() {
        assertThat(node.decide(T).closed()).isTrue();
        assertThat(node.decide(T).primaries()).as("nothing is known yet").isEmpty();
    }

    @Test
    void it_opens_when_every_resource_is_connected() {
        begin(Set.of(), "r0", "r1");
        look(T, state("r0", SECONDARY, CONNECTED), state("r1", SECONDARY, CONNECTING));
        assertThat(node.decide(T).closed()).isTrue();
        look(T, state("r0", SECONDARY, CONNECTED), state("r1", SECONDARY, CONNECTED));
        assertThat(node.decide(T)).isEqualTo(new Wish(false, some(), none()));
    }

    @Test
    void it_stays_closed_until_the_stream_has_told_everything() {
        begin(Set.of(), "r0");
        node.look(false, List.of(), T);
        assertThat(node.decide(T).closed()).isTrue();
    }

    @Test
    void a_resource_that_is_still_to_come_up_is_waited_for() {
        begin(Set.of(), "r0", "r1");
        look(T, state("r0", SECONDARY, CONNECTED));
        assertThat(node.decide(T.plusSeconds(60)).closed()).isTrue();
    }

    @Test
    void without_a_memory_of_what_was_there_it_waits_until_nothing_appears_any_more() {
        node.nodeRead(Set.of(), Set.of());
        look(T, state("r0", SECONDARY, CONNECTED));
        assertThat(node.decide(T).closed()).isTrue();
        look(
                T.plusSeconds(9),
                state("r0", SECONDARY, CONNECTED),
                state("r1", SECONDARY, CONNECTED));
        assertThat(node.decide(T.plusSeconds(10)).closed()).isTrue();
        assertThat(node.decide(T.plusSeconds(19)).closed()).isFalse();
    }

    @Test
    void at_the_limit_it_opens_with_a_warning_that_names_what_is_missing() {
        begin(Set.of(), "r0", "r9");
        look(T, state("r0", SECONDARY, CONNECTING));
        assertThat(node.decide(LIMIT.minusMillis(1)).closed()).isTrue();
        Wish wish = node.decide(LIMIT);
        assertThat(wish.closed()).isFalse();
        assertThat(wish.warning())
                .contains(
                        new Warning(
                                false,
                                Map.of(
                                        "r0", "bravo is Connecting",
                                        "r9", "is not configured")));
        assertThat(node.decide(LIMIT).warning()).as("said once").isEmpty();
    }

    @Test
    void without_drbd_it_opens_at_the_limit() {
        begin(Set.of());
        node.look(false, List.of(), T);
        Wish wish = node.decide(LIMIT);
        assertThat(wish.closed()).isFalse();
        assertThat(wish.warning().orElseThrow().reasons()).containsKey("");
    }

    @Test
    void it_never_opens_by_itself_while_a_former_primary_has_met_no_peer() {
        begin(Set.of("r0"), "r0");
        look(T, state("r0", SECONDARY, CONNECTING));
        Wish wish = node.decide(LIMIT);
        assertThat(wish.closed()).isTrue();
        assertThat(wish.warning()).contains(new Warning(true, Map.of("r0", "bravo is Connecting")));
        assertThat(wish.primaries()).as("remembered further").contains(Set.of("r0"));
        Wish later = node.decide(T.plus(Duration.ofDays(30)));
        assertThat(later.closed()).isTrue();
        assertThat(later.warning()).isEmpty();
        assertThat(node.held()).containsExactly("r0");
    }

    @Test
    void a_former_primary_that_is_not_configured_any_more_is_held_too() {
        begin(Set.of("r0"));
        look(T);
        assertThat(node.decide(LIMIT).closed()).isTrue();
    }

    @Test
    void a_peer_that_was_met_lets_it_go_even_if_it_is_gone_again() {
        begin(Set.of("r0"), "r0");
        look(T, state("r0", SECONDARY, CONNECTED));
        look(T, state("r0", SECONDARY, CONNECTING));
        assertThat(node.decide(T).closed()).isTrue();
        assertThat(node.decide(T).primaries()).contains(Set.of());
        assertThat(node.decide(LIMIT).closed()).isFalse();
    }

    @Test
    void a_human_lets_it_go() {
        begin(Set.of("r0", "r1"), "r0", "r1");
        look(T, state("r0", SECONDARY, CONNECTING), state("r1", SECONDARY, CONNECTING));
        node.decide(LIMIT);
        node.nodeRead(Set.of("r0", "r1"), Set.of("r0"));
        assertThat(node.decide(LIMIT).closed()).isTrue();
        assertThat(node.decide(LIMIT).primaries()).contains(Set.of("r1"));
        node.nodeRead(Set.of("r1"), Set.of("r1"));
        assertThat(node.decide(LIMIT).closed()).isFalse();
    }

    @Test
    void all_can_be_let_go_at_once() {
        begin(Set.of("r0", "r1"));
        look(T);
        node.nodeRead(Set.of(), Set.of("*"));
        assertThat(node.decide(LIMIT).closed()).isFalse();
    }

    @Test
    void a_resource_without_any_peer_is_waited_for_only_until_the_limit() {
        begin(Set.of("r0"), "r0");
        look(T, state("r0", SECONDARY));
        assertThat(node.decide(T).closed()).isTrue();
        assertThat(node.decide(LIMIT).closed()).isFalse();
    }

    @Test
    void it_remembers_who_is_primary_now_also_when_it_is_open() {
        begin(Set.of(), "r0");
        look(T, state("r0", PRIMARY, CONNECTED));
        assertThat(node.decide(T)).isEqualTo(new Wish(false, some("r0"), none()));
        look(T, state("r0", SECONDARY, CONNECTED));
        assertThat(node.decide(T).primaries()).contains(Set.of());
    }

    @Test
    void what_was_not_said_of_a_role_changes_nothing_of_the_memory() {
        begin(Set.of(), "r0");
        look(T, state("r0", PRIMARY, CONNECTED));
        DrbdResourceState silent = state("r0", SECONDARY, CONNECTED);
        look(
                T,
                new DrbdResourceState(
                        "n",
                        "r0",
                        "i",
                        0,
                        T,
                        new Word.NotSaid<>(),
                        List.of(),
                        null,
                        null,
                        null,
                        List.of(),
                        silent.peers()));
        assertThat(node.decide(T).primaries()).contains(Set.of("r0"));
    }

    @Test
    void nothing_is_decided_before_the_node_was_read() {
        look(T, state("r0", PRIMARY, CONNECTED));
        assertThat(node.decide(LIMIT)).isEqualTo(new Wish(true, none(), none()));
    }

    private void begin(Set<String> primaries, String... expected) {
        node.nodeRead(primaries, Set.of());
        node.expect(Set.of(expected));
    }

    private void look(Instant now, DrbdResourceState... states) {
        node.look(true, List.of(states), now);
    }

    private static Optional<Set<String>> some(String... names) {
        return Optional.of(Set.of(names));
    }

    private static <T> Optional<T> none() {
        return Optional.empty();
    }

    private static DrbdResourceState state(String name, Role role, ConnectionState... peers) {
        return new DrbdResourceState(
                "n",
                name,
                "i",
                0,
                T,
                Word.of(role),
                List.of(),
                null,
                null,
                null,
                List.of(),
                Arrays.stream(peers)
                        .map(
                                connection ->
                                        new Peer(
                                                "bravo",
                                                1,
                                                Word.of(connection),
                                                Word.of(SECONDARY),
                                                null,
                                                List.of()))
                        .toList());
    }
}
