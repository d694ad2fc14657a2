package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FairShareTest {

    private static final Urgency LOW = Urgency.ofPriority(5);
    private static final Urgency HIGH = Urgency.ofPriority(1);

    private final FairShare<String> turns = new FairShare<>(4, 100);

    @Test
    void one_alone_has_all_places_and_the_rest_wait() {
        assertThat(arrive("a", 6)).containsExactly("a0", "a1", "a2", "a3");
        assertThat(turns.leave("a")).containsExactly("a4");
        assertThat(turns.leave("a")).containsExactly("a5");
        assertThat(turns.leave("a")).isEmpty();
    }

    @Test
    void a_newcomer_waits_for_nobody_however_many_are_inside() {
        arrive("a", 50);
        assertThat(arrive("b", 3)).containsExactly("b0", "b1");
    }

    @Test
    void who_has_more_than_its_share_gets_no_more_until_it_has_less() {
        arrive("a", 6);
        arrive("b", 1);
        assertThat(turns.leave("a")).isEmpty();
        assertThat(turns.leave("a")).isEmpty();
        assertThat(turns.leave("a")).containsExactly("a4");
    }

    @Test
    void who_has_nothing_to_do_leaves_its_share_to_the_others() {
        arrive("b", 1);
        assertThat(arrive("a", 6)).containsExactly("a0", "a1");
        assertThat(turns.leave("b")).containsExactly("a2", "a3");
    }

    @Test
    void who_never_leaves_keeps_nobody_out() {
        for (int hung = 0; hung < 10; hung++) {
            arrive("hung-" + hung, 100);
        }
        assertThat(arrive("a", 3)).containsExactly("a0");
        assertThat(turns.leave("a")).containsExactly("a1");
        assertThat(turns.leave("a")).containsExactly("a2");
    }

    @Test
    void the_urgent_overtake_and_equals_keep_their_order() {
        arrive("a", 4);
        turns.arrive("a", LOW, "low");
        turns.arrive("a", Urgency.TELLS, "tells");
        turns.arrive("a", HIGH, "first");
        turns.arrive("a", HIGH, "second");
        turns.arrive("a", Urgency.FIRST, "list");
        assertThat(leave("a", 5)).containsExactly("list", "first", "second", "low", "tells");
    }

    @Test
    void the_urgent_of_one_party_do_not_overtake_those_of_another() {
        arrive("a", 4);
        arrive("b", 2);
        turns.arrive("b", LOW, "of b");
        turns.arrive("a", HIGH, "of a");
        assertThat(turns.leave("b")).containsExactly("of b");
    }

    @Test
    void in_a_storm_all_parties_get_on_alike_and_places_are_few() {
        Map<String, Integer> done = new HashMap<>();
        List<String> inside = new ArrayList<>();
        for (String who : List.of("a", "b", "c", "d")) {
            inside.addAll(arrive(who, 100));
        }
        while (!inside.isEmpty()) {
            String who = inside.removeFirst().substring(0, 1);
            done.merge(who, 1, Integer::sum);
            inside.addAll(turns.leave(who));
            assertThat(inside.size()).isLessThan(10);
            int most = done.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
            int least =
                    List.of("a", "b", "c", "d").stream()
                            .mapToInt(w -> done.getOrDefault(w, 0))
                            .min()
                            .orElseThrow();
            assertThat(most - least).isLessThanOrEqualTo(8);
        }
        assertThat(done).hasSize(4).allSatisfy((_, n) -> assertThat(n).isEqualTo(100));
    }

    @Test
    void the_queue_of_a_party_has_an_end_and_it_is_its_own() {
        FairShare<String> few = new FairShare<>(1, 2);
        few.arrive("a", LOW, "inside");
        few.arrive("a", LOW, "1");
        assertThat(few.isFull("a")).isFalse();
        few.arrive("a", LOW, "2");
        assertThat(few.isFull("a")).isTrue();
        assertThat(few.isFull("b")).isFalse();
    }

    @Test
    void nobody_leaves_who_did_not_go_in() {
        assertThatThrownBy(() -> turns.leave("a")).hasMessageContaining("a");
    }

    private List<String> arrive(String who, int things) {
        List<String> admitted = new ArrayList<>();
        for (int i = 0; i < things; i++) {
            admitted.addAll(turns.arrive(who, Urgency.NORMAL, who + i));
        }
        return admitted;
    }

    private List<String> leave(String who, int times) {
        List<String> admitted = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            admitted.addAll(turns.leave(who));
        }
        return admitted;
    }
}
