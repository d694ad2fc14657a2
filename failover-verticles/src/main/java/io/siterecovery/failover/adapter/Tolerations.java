package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceJson;
import java.util.Set;

/** What a VM's template tolerates. A merge patch replaces the list, so it is written whole. */
final class Tolerations {

    /** Those that the VM has, and one for each of these keys that has none yet. */
    static ArrayNode with(GenericKubernetesResource vm, Set<String> keys) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        JsonNode tree = ResourceJson.mapper().valueToTree(vm);
        tree.at("/spec/template/spec/tolerations").forEach(all::add);
        for (String key : keys) {
            if (!tolerated(all, key)) {
                all.addObject().put("key", key).put("operator", "Exists");
            }
        }
        return all;
    }

    private static boolean tolerated(ArrayNode all, String key) {
        for (JsonNode one : all) {
            boolean every = one.path("operator").asText().equals("Exists");
            if (every && one.path("key").asText(key).equals(key) && !one.hasNonNull("effect")) {
                return true;
            }
        }
        return false;
    }

    private Tolerations() {}
}
