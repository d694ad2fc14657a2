package io.siterecovery.tenants.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One thing that the control plane must be allowed on a workload cluster.
 *
 * @param name of the only object it is about; empty: of all
 */
public record NeededRight(String group, String resource, String verb, String name) {

    /** Everything that a ClusterRole grants: what is asked for is what the manifest says. */
    public static List<NeededRight> of(JsonNode clusterRole) {
        List<NeededRight> rights = new ArrayList<>();
        for (JsonNode rule : clusterRole.path("rules")) {
            JsonNode names = rule.path("resourceNames");
            for (JsonNode group : rule.path("apiGroups")) {
                for (JsonNode resource : rule.path("resources")) {
                    for (JsonNode verb : rule.path("verbs")) {
                        rights.add(
                                new NeededRight(
                                        group.asText(),
                                        resource.asText(),
                                        verb.asText(),
                                        names.isEmpty() ? "" : names.get(0).asText()));
                    }
                }
            }
        }
        return List.copyOf(rights);
    }

    @Override
    public String toString() {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
    }
}
