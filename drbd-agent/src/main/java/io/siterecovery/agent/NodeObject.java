package io.siterecovery.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The Kubernetes Node of this agent as it was read, and what has to change in it. Other taints and
 * annotations stay as they are; the write fails if anything of the node changed in between.
 */
record NodeObject(JsonNode json) {

    static final String TAINT = "siterecovery.trilio.io/not-ready";
    static final String PRIMARIES = "siterecovery.trilio.io/drbd-primaries";
    static final String RELEASE = "siterecovery.trilio.io/drbd-release";
    private static final String NO_SCHEDULE = "NoSchedule";

    /** Resources that were Primary here when that was last known. */
    Set<String> primaries() {
        return names(annotation(PRIMARIES));
    }

    /** Resources that the hub or a human let go; {@code *} for all. */
    Set<String> released() {
        return names(annotation(RELEASE));
    }

    String uid() {
        return json.at("/metadata/uid").asText("");
    }

    boolean tainted() {
        for (JsonNode taint : json.at("/spec/taints")) {
            if (isOurs(taint)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A JSON patch, or nothing if all is so already.
     *
     * @param primaries absent: that is left as it is
     * @param held resources of which a release still means something
     */
    Optional<ArrayNode> patch(boolean closed, Optional<Set<String>> primaries, Set<String> held) {
        ArrayNode operations = JsonNodeFactory.instance.arrayNode();
        operation(operations, "test", "/metadata/resourceVersion")
                .set("value", json.at("/metadata/resourceVersion"));
        if (closed != tainted()) {
            operation(operations, "add", "/spec/taints").set("value", taints(closed));
        }
        ObjectNode annotations = annotations();
        primaries.ifPresent(names -> annotate(annotations, PRIMARIES, names));
        Set<String> meaningful = released();
        if (meaningful.removeIf(
                name -> !held.contains(name) && (!name.equals("*") || held.isEmpty()))) {
            annotate(annotations, RELEASE, meaningful);
        }
        if (!annotations.equals(annotations())) {
            operation(operations, "add", "/metadata/annotations").set("value", annotations);
        }
        return operations.size() > 1 ? Optional.of(operations) : Optional.empty();
    }

    private ArrayNode taints(boolean closed) {
        ArrayNode taints = JsonNodeFactory.instance.arrayNode();
        for (JsonNode taint : json.at("/spec/taints")) {
            if (!isOurs(taint)) {
                taints.add(taint);
            }
        }
        if (closed) {
            taints.addObject().put("key", TAINT).put("effect", NO_SCHEDULE);
        }
        return taints;
    }

    private ObjectNode annotations() {
        return json.at("/metadata/annotations") instanceof ObjectNode annotations
                ? annotations.deepCopy()
                : JsonNodeFactory.instance.objectNode();
    }

    private static void annotate(ObjectNode annotations, String key, Set<String> names) {
        if (names.isEmpty()) {
            annotations.remove(key);
        } else {
            annotations.put(key, String.join(",", names));
        }
    }

    private String annotation(String key) {
        return json.path("metadata").path("annotations").path(key).asText("");
    }

    private static ObjectNode operation(ArrayNode operations, String op, String path) {
        return operations.addObject().put("op", op).put("path", path);
    }

    private static boolean isOurs(JsonNode taint) {
        return taint.path("key").asText("").equals(TAINT)
                && taint.path("effect").asText("").equals(NO_SCHEDULE);
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        for (String name : text.split(",", -1)) {
            if (!name.isBlank()) {
                names.add(name.strip());
            }
        }
        return names;
    }
}
