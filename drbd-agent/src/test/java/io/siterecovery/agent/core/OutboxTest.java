package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.agent.core.Outbox.Sending;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private static final Instant T = Instant.parse("2026-11-20T22:50:00Z");

    private final Outbox outbox = new Outbox("i");

    @Test
    void only_the_latest_state_waits_and_one_of_a_resource_is_on_its_way() {
        put("a", 1);
        Sending first = outbox.take(T).getFirst();
        put("a", 2);
        put("a", 3);
        assertThat(outbox.take(T)).isEmpty();
        outbox.acknowledged(first);
        assertThat(outbox.take(T)).extracting(OutboxTest::score).containsExactly(3);
    }

    @Test
    void a_sequence_counts_as_acknowledged_only_when_all_before_it_are() {
        put("a", 1);
        put("b", 1);
        List<Sending> sent = outbox.take(T);
        outbox.acknowledged(sent.get(1));
        assertThat(outbox.acknowledgedUpTo()).isZero();
        outbox.acknowledged(sent.get(0));
        assertThat(outbox.acknowledgedUpTo()).isEqualTo(2);
    }

    @Test
    void what_failed_waits_again_under_a_new_sequence_and_holds_the_acknowledged_one_back() {
        put("a", 1);
        outbox.failed(outbox.take(T).getFirst());
        put("b", 1);
        List<Sending> again = outbox.take(T);
        assertThat(again).extracting(Sending::sequence).containsExactly(2L, 3L);
        outbox.acknowledged(sending(again, "b"));
        assertThat(outbox.acknowledgedUpTo()).isZero();
        outbox.acknowledged(sending(again, "a"));
        assertThat(outbox.acknowledgedUpTo()).isEqualTo(3);
    }

    @Test
    void a_newer_state_replaces_the_one_that_failed() {
        put("a", 1);
        Sending first = outbox.take(T).getFirst();
        put("a", 2);
        outbox.failed(first);
        assertThat(outbox.take(T)).extracting(OutboxTest::score).containsExactly(2);
    }

    @Test
    void the_age_of_a_change_is_that_of_its_first_sight() {
        put("a", 1);
        outbox.put("a", Optional.of(state("a", 2)), T.plusSeconds(5));
        assertThat(outbox.oldestUnsettled()).contains(T);
        Sending sent = outbox.take(T).getFirst();
        assertThat(outbox.oldestUnsettled()).contains(T);
        outbox.failed(sent);
        assertThat(outbox.oldestUnsettled()).contains(T);
        outbox.take(T).forEach(outbox::acknowledged);
        assertThat(outbox.oldestUnsettled()).isEmpty();
    }

    @Test
    void a_new_incarnation_starts_at_one_and_owes_nothing_of_the_old() {
        put("a", 1);
        put("b", 1);
        List<Sending> old = outbox.take(T);
        put("a", 2);
        outbox.restart("j");
        assertThat(outbox.acknowledgedUpTo()).isZero();
        assertThat(outbox.oldestUnsettled()).isEmpty();
        put("a", 3);
        assertThat(outbox.take(T)).isEmpty();
        old.forEach(outbox::failed);
        List<Sending> sent = outbox.take(T);
        assertThat(sent).extracting(OutboxTest::score).containsExactly(3);
        assertThat(sent.getFirst().sequence()).isEqualTo(1);
        assertThat(sent.getFirst().incarnation()).isEqualTo("j");
    }

    /**
     * Any order of changes, answers and restarts: what Kafka holds grows newer, and is the last.
     */
    @RepeatedTest(50)
    void no_older_state_follows_a_newer_one(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Map<String, Integer> latest = new HashMap<>();
        Map<String, Integer> kafka = new HashMap<>();
        List<Sending> onTheWay = new ArrayList<>();
        for (int step = 1; step <= 2000; step++) {
            String resource = "r" + random.nextInt(5);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    put(resource, step);
                    latest.put(resource, step);
                }
                case 2 -> onTheWay.addAll(outbox.take(T));
                default -> {
                    if (!onTheWay.isEmpty()) {
                        answer(onTheWay.removeFirst(), random.nextInt(3) > 0, kafka);
                    }
                }
            }
            assertThat(onTheWay).hasSizeLessThanOrEqualTo(5);
        }
        for (int round = 0; round < 3; round++) {
            onTheWay.addAll(outbox.take(T));
            onTheWay.forEach(sending -> answer(sending, true, kafka));
            onTheWay.clear();
        }
        assertThat(kafka).isEqualTo(latest);
        assertThat(outbox.oldestUnsettled()).isEmpty();
    }

    private void answer(Sending sending, boolean arrives, Map<String, Integer> kafka) {
        if (arrives) {
            Integer before = kafka.put(sending.resource(), score(sending));
            assertThat(before == null ? 0 : before).isLessThanOrEqualTo(score(sending));
            outbox.acknowledged(sending);
        } else {
            outbox.failed(sending);
        }
    }

    private void put(String resource, int score) {
        outbox.put(resource, Optional.of(state(resource, score)), T);
    }

    private static Sending sending(List<Sending> all, String resource) {
        return all.stream()
                .filter(sending -> sending.resource().equals(resource))
                .findFirst()
                .orElseThrow();
    }

    private static int score(Sending sending) {
        DrbdResourceState state = sending.state();
        Integer score = state == null ? null : state.promotionScore();
        return score == null ? -1 : score;
    }

    private static DrbdResourceState state(String resource, int score) {
        return new DrbdResourceState(
                "n",
                resource,
                "i",
                0,
                Instant.EPOCH,
                Word.of(Role.SECONDARY),
                List.of(),
                null,
                null,
                score,
                List.of(),
                List.of());
    }
}
