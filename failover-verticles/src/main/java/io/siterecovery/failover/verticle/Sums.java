package io.siterecovery.failover.verticle;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a deployment, counted.
 *
 * @param version of what was counted
 * @param since when the group that is furthest behind was last in sync; absent if all are
 */
record Sums(
        long version,
        Map<String, Integer> states,
        Map<String, Integer> healths,
        long bytes,
        @Nullable Instant since) {

    static final Sums NONE = new Sums(0, Map.of(), Map.of(), 0, null);

    static Sums of(long version, Collection<GroupFigures> copies) {
        Map<String, GroupFigures> groups = new HashMap<>();
        for (GroupFigures copy : copies) {
            groups.merge(
                    copy.group(), copy, (one, other) -> one.rank() < other.rank() ? other : one);
        }
        Map<String, Integer> states = new HashMap<>();
        Map<String, Integer> healths = new HashMap<>();
        long bytes = 0;
        Instant since = null;
        for (GroupFigures group : groups.values()) {
            states.merge(group.state(), 1, Integer::sum);
            healths.merge(group.health(), 1, Integer::sum);
            bytes += group.bytes();
            Instant behind = group.since();
            if (behind != null && (since == null || behind.isBefore(since))) {
                since = behind;
            }
        }
        return new Sums(version, Map.copyOf(states), Map.copyOf(healths), bytes, since);
    }
}
