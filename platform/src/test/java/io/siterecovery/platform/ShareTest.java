package io.siterecovery.platform;

import static io.siterecovery.platform.Isolation.DEDICATED;
import static io.siterecovery.platform.Isolation.POOLED;
import static io.siterecovery.platform.Isolation.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.platform.Share.Mode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShareTest {

    private static final int PARTITIONS = 16;
    private static final Set<Integer> ALL =
            IntStream.range(0, PARTITIONS).boxed().collect(Collectors.toSet());
    private static final Mode EVERYBODY = new Mode.Pooled();
    private static final Mode PROD_ONLY = new Mode.Dedicated("prod");

    /** Another library, or another release of ours, must find the same. */
    @ParameterizedTest
    @CsvSource({
        "prod,16,7",
        "staging,16,15",
        "tenant-1,16,11",
        "kühl,16,15",
        "prod,1,0",
        "prod,7,5"
    })
    void the_partition_of_a_name_never_changes(String name, int partitions, int expected) {
        assertThat(Share.partitionOf(name, partitions)).isEqualTo(expected);
    }

    @Test
    void many_deployments_are_spread_over_all_partitions() {
        Set<Integer> used = new HashSet<>();
        IntStream.range(0, 200)
                .forEach(i -> used.add(Share.partitionOf("tenant-" + i, PARTITIONS)));
        assertThat(used).isEqualTo(ALL);
    }

    @Test
    void every_deployment_is_covered_by_exactly_one_of_those_who_hold_the_partitions() {
        List<Share> shares =
                List.of(
                        new Share(EVERYBODY, PARTITIONS, Set.of(0, 3, 6, 9, 12, 15)),
                        new Share(EVERYBODY, PARTITIONS, Set.of(1, 4, 7, 10, 13)),
                        new Share(EVERYBODY, PARTITIONS, Set.of(2, 5, 8, 11, 14)),
                        new Share(EVERYBODY, PARTITIONS, Set.of()));
        for (int i = 0; i < 200; i++) {
            String name = "tenant-" + i;
            assertThat(shares).filteredOn(share -> share.covers(name, POOLED)).hasSize(1);
        }
    }

    @Test
    void nothing_is_covered_before_the_share_is_known() {
        assertThat(Share.nothing(EVERYBODY).covers("prod", POOLED)).isFalse();
        assertThat(Share.nothing(PROD_ONLY).covers("prod", DEDICATED)).isFalse();
    }

    @Test
    void pooled_and_dedicated_instances_never_cover_the_same() {
        Share pool = new Share(EVERYBODY, PARTITIONS, ALL);
        Share own = new Share(PROD_ONLY, PARTITIONS, ALL);
        assertThat(pool.covers("prod", POOLED)).isTrue();
        assertThat(own.covers("prod", POOLED)).isFalse();
        assertThat(pool.covers("prod", DEDICATED)).isFalse();
        assertThat(own.covers("prod", DEDICATED)).isTrue();
        assertThat(own.covers("staging", DEDICATED)).isFalse();
        assertThat(own.covers("prod", UNKNOWN)).isFalse();
        assertThat(EVERYBODY.group()).isEqualTo("site-recovery.control-plane");
        assertThat(PROD_ONLY.group()).isEqualTo("site-recovery.dr-prod");
    }

    /** The pool has to do with it, so as to say what is wrong with it. */
    @Test
    void a_word_that_nobody_knows_is_a_matter_of_the_pool() {
        assertThat(new Share(EVERYBODY, PARTITIONS, ALL).covers("prod", UNKNOWN)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "pooled")
    void deployments_are_pooled_unless_their_label_says_otherwise(String label) {
        assertThat(Isolation.of(label)).isEqualTo(POOLED);
    }

    @ParameterizedTest
    @CsvSource({"dedicated,DEDICATED", "Dedicated,UNKNOWN", "'',UNKNOWN", "shared,UNKNOWN"})
    void other_labels(String label, Isolation expected) {
        assertThat(Isolation.of(label)).isEqualTo(expected);
    }
}
