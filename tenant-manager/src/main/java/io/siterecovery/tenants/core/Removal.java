package io.siterecovery.tenants.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Whether a deployment may go, and what would be hurt if it did. */
public final class Removal {

    /**
     * What stands in the way, by name; empty if nothing does.
     *
     * @param ownerships the GroupOwnerships of the deployment
     * @param failovers its Failovers
     * @param primary name of its primary cluster
     */
    public static List<String> blockers(
            List<JsonNode> ownerships, List<JsonNode> failovers, String primary) {
        List<String> blockers = new ArrayList<>();
        for (JsonNode ownership : ownerships) {
            JsonNode spec = ownership.path("spec");
            String group = spec.path("namespace").asText() + "/" + spec.path("group").asText();
            String at = spec.path("holder").path("at").asText("");
            if (spec.path("holder").has("moving")) {
                blockers.add("group " + group + " is being moved");
            } else if (!at.isEmpty() && !at.equals(primary)) {
                blockers.add("group " + group + " is failed over to " + at);
            }
        }
        for (JsonNode failover : failovers) {
            if ("InProgress".equals(failover.at("/status/status").asText())) {
                blockers.add(
                        "Failover " + failover.at("/metadata/name").asText() + " is under way");
            }
        }
        return blockers;
    }

    private Removal() {}
}
