package io.siterecovery.failover.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.core.group.PastMoves;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.model.ResourceKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How long the planned failovers took that are kept in {@code dr-<d>} as the audit trail. */
final class PastFailovers {

    private record Move(GroupId group, Duration took) {}

    private final Map<String, Move> moves = new HashMap<>();
    private final Map<GroupId, Map<String, Duration>> byGroup = new HashMap<>();

    void moved(FactKey key, @Nullable ClusterFact fact) {
        if (!key.cluster().equals(FactKey.QUORUM)
                || !key.kind().equals(ResourceKind.FAILOVER.qualified())) {
            return;
        }
        Move before = moves.remove(key.name());
        if (before != null) {
            byGroup.getOrDefault(before.group(), Map.of()).remove(key.name());
        }
        if (fact instanceof CustomResourceFact failover && counts(failover)) {
            GroupId group = GroupId.parse(failover.status().at("/operation/group").asText());
            Move move = new Move(group, took(failover.status().path("durations")));
            moves.put(key.name(), move);
            byGroup.computeIfAbsent(group, _ -> new HashMap<>()).put(key.name(), move.took());
        }
    }

    PastMoves of(GroupId group) {
        Map<String, Duration> took = byGroup.getOrDefault(group, Map.of());
        return took.isEmpty() ? PastMoves.NONE : new PastMoves(List.copyOf(took.values()));
    }

    private static boolean counts(CustomResourceFact failover) {
        JsonNode status = failover.status();
        return status.path("state").asText().equals("Completed")
                && status.at("/operation/group").asText().contains("/")
                && !failover.spec().path("dryRun").asBoolean()
                && !failover.spec().path("failoverType").asText().equals("emergency")
                && !status.path("durations").path("StoppingVMs").isMissingNode();
    }

    private static Duration took(JsonNode durations) {
        double seconds = 0;
        for (JsonNode step : durations) {
            seconds += step.asDouble();
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
