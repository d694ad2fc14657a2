package io.siterecovery.sandbox.kubernetes.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes' strategic merge: like a merge patch, but the well-known lists of built-in kinds merge
 * by a key. Any other list (node taints among them) is replaced, as the Go types say.
 */
public final class StrategicMerge {
    /** Field name of a list → the field that tells its elements apart. */
    private static final Map<String, String> MERGE_KEYS =
            Map.ofEntries(
                    Map.entry("containers", "name"),
                    Map.entry("initContainers", "name"),
                    Map.entry("ephemeralContainers", "name"),
                    Map.entry("env", "name"),
                    Map.entry("volumes", "name"),
                    Map.entry("volumeMounts", "mountPath"),
                    Map.entry("volumeDevices", "devicePath"),
                    Map.entry("imagePullSecrets", "name"),
                    Map.entry("secrets", "name"),
                    Map.entry("resourceClaims", "name"),
                    Map.entry("hostAliases", "ip"),
                    Map.entry("podIPs", "ip"),
                    Map.entry("topologySpreadConstraints", "topologyKey"),
                    Map.entry("conditions", "type"),
                    Map.entry("addresses", "type"),
                    Map.entry("validations", "expression"),
                    Map.entry("variables", "name"),
                    Map.entry("matchConditions", "name"),
                    Map.entry("ownerReferences", "uid"));

    private static final Set<String> MERGED_SETS = Set.of("finalizers", "podCIDRs");
    private static final String DIRECTIVE = "$patch";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final String RETAIN = "$retainKeys";

    private StrategicMerge() {}

    /** Changes the target in place. */
    public static ObjectNode apply(ObjectNode target, ObjectNode patch) throws PatchFailure {
        String directive = Json.text(patch, DIRECTIVE);
        if (directive.equals("replace")) {
            ObjectNode replacement = patch.deepCopy();
            replacement.remove(DIRECTIVE);
            return replacement;
        }
        if (directive.equals("delete")) {
            return Json.object();
        }
        if (patch.get(RETAIN) instanceof ArrayNode retained) {
            target.retain(Json.strings(retained));
        }
        for (Map.Entry<String, JsonNode> change : patch.properties()) {
            String field = change.getKey();
            if (field.startsWith(DELETE_FROM)) {
                removeFromSet(target, field.substring(DELETE_FROM.length()), change.getValue());
            } else if (!field.startsWith("$")) {
                merge(target, field, change.getValue());
            }
        }
        return target;
    }

    private static void merge(ObjectNode target, String field, JsonNode value) throws PatchFailure {
        if (value.isNull()) {
            target.remove(field);
        } else if (value instanceof ObjectNode object) {
            if (Json.text(object, DIRECTIVE).equals("delete")) {
                target.remove(field);
                return;
            }
            ObjectNode child =
                    target.get(field) instanceof ObjectNode existing ? existing : Json.object();
            target.set(field, apply(child, object));
        } else if (value instanceof ArrayNode list) {
            mergeList(target, field, list);
        } else {
            target.set(field, value.deepCopy());
        }
    }

    private static void mergeList(ObjectNode target, String field, ArrayNode list)
            throws PatchFailure {
        if (MERGED_SETS.contains(field)) {
            ArrayNode merged =
                    target.get(field) instanceof ArrayNode existing ? existing : Json.array();
            List<String> known = Json.strings(merged);
            list.forEach(
                    element -> {
                        if (!known.contains(element.asText())) {
                            merged.add(element);
                        }
                    });
            target.set(field, merged);
            return;
        }
        String key = mergeKey(field, list);
        if (key == null) {
            target.set(field, list.deepCopy());
            return;
        }
        List<JsonNode> merged = new ArrayList<>();
        if (target.get(field) instanceof ArrayNode existing && !replacesAll(list)) {
            existing.forEach(merged::add);
        }
        for (JsonNode element : list) {
            mergeElement(merged, key, element);
        }
        target.set(field, Json.array().addAll(merged));
    }

    private static void mergeElement(List<JsonNode> merged, String key, JsonNode element)
            throws PatchFailure {
        if (!(element instanceof ObjectNode change)) {
            throw PatchFailure.malformed("a list merged by " + key + " holds objects");
        }
        String directive = Json.text(change, DIRECTIVE);
        if (directive.equals("replace") && change.size() == 1) {
            return;
        }
        if (!change.has(key)) {
            throw PatchFailure.malformed("map: does not contain declared merge key: " + key);
        }
        int index = indexOf(merged, key, change.path(key));
        if (directive.equals("delete")) {
            if (index >= 0) {
                merged.remove(index);
            }
        } else if (index >= 0 && merged.get(index) instanceof ObjectNode existing) {
            merged.set(index, apply(existing, change));
        } else {
            merged.add(apply(Json.object(), change));
        }
    }

    /** A list of which one element is only {@code $patch: replace} replaces the whole list. */
    private static boolean replacesAll(ArrayNode list) {
        for (JsonNode element : list) {
            if (element.size() == 1 && Json.text(element, DIRECTIVE).equals("replace")) {
                return true;
            }
        }
        return false;
    }

    private static int indexOf(List<JsonNode> elements, String key, JsonNode wanted) {
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i).path(key).equals(wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable String mergeKey(String field, ArrayNode list) {
        if (field.equals("ports")) {
            return list.path(0).has("containerPort") ? "containerPort" : "port";
        }
        return MERGE_KEYS.get(field);
    }

    private static void removeFromSet(ObjectNode target, String field, JsonNode removed) {
        if (target.get(field) instanceof ArrayNode existing) {
            List<String> gone = Json.strings(removed);
            ArrayNode kept = Json.array();
            existing.forEach(
                    element -> {
                        if (!gone.contains(element.asText())) {
                            kept.add(element);
                        }
                    });
            target.set(field, kept);
        }
    }
}
