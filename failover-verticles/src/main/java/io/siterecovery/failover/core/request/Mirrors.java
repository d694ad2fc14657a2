package io.siterecovery.failover.core.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A status as it is shown on the object that another one follows. */
final class Mirrors {

    /** Users see everything but what only the control plane reads. */
    static JsonNode ofFailover(JsonNode status, long generation) {
        JsonNode mirrored = ofTwin(status, generation);
        if (mirrored instanceof ObjectNode object) {
            object.remove("operation");
        }
        return mirrored;
    }

    static JsonNode ofTwin(JsonNode status, long generation) {
        if (!status.isObject() || status.isEmpty()) {
            return JsonNodeFactory.instance.objectNode();
        }
        ObjectNode copy = ((ObjectNode) status).deepCopy();
        // As a parser makes it: a long node never equals the int node that is read back.
        if (generation <= Integer.MAX_VALUE) {
            copy.put("observedGeneration", (int) generation);
        } else {
            copy.put("observedGeneration", generation);
        }
        return copy;
    }

    static boolean conditionSays(JsonNode status, String message) {
        for (JsonNode condition : status.path("conditions")) {
            if (message.equals(condition.path("message").asText())) {
                return true;
            }
        }
        return false;
    }

    private Mirrors() {}
}
