package io.siterecovery.sandbox.kubernetes.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RFC 6902. All operations succeed, or the patch fails as a whole. */
public final class JsonPatch {
    private static final int MAX_OPERATIONS = 10_000;

    private JsonPatch() {}

    public static JsonNode apply(JsonNode target, JsonNode patch) throws PatchFailure {
        if (!patch.isArray()) {
            throw PatchFailure.malformed("a JSON patch is an array of operations");
        }
        if (patch.size() > MAX_OPERATIONS) {
            throw PatchFailure.malformed(
                    "The allowed maximum operations in a JSON patch is " + MAX_OPERATIONS);
        }
        JsonNode result = target;
        for (JsonNode operation : patch) {
            result = step(result, operation);
        }
        return result;
    }

    private static JsonNode step(JsonNode root, JsonNode operation) throws PatchFailure {
        String op = Json.text(operation, "op");
        List<String> path = pointer(operation, "path");
        return switch (op) {
            case "add" -> add(root, path, value(operation).deepCopy());
            case "remove" -> remove(root, path);
            case "replace" -> {
                if (find(root, path) == null) {
                    throw missing("replace", path);
                }
                yield set(root, path, value(operation).deepCopy());
            }
            case "move" -> {
                List<String> from = pointer(operation, "from");
                JsonNode moved = existing(root, from, "move");
                yield add(remove(root, from), path, moved);
            }
            case "copy" ->
                    add(root, path, existing(root, pointer(operation, "from"), "copy").deepCopy());
            case "test" -> test(root, path, value(operation));
            default -> throw PatchFailure.malformed("Unexpected kind: " + op);
        };
    }

    private static JsonNode test(JsonNode root, List<String> path, JsonNode wanted)
            throws PatchFailure {
        JsonNode found = find(root, path);
        boolean equal = found == null ? wanted.isNull() : found.equals(wanted);
        if (!equal) {
            throw PatchFailure.doesNotFit("testing value " + shown(path) + " failed: test failed");
        }
        return root;
    }

    private static JsonNode add(JsonNode root, List<String> path, JsonNode value)
            throws PatchFailure {
        if (path.isEmpty()) {
            return value;
        }
        JsonNode parent = existing(root, path.subList(0, path.size() - 1), "add");
        String last = path.getLast();
        if (parent instanceof ObjectNode object) {
            object.set(last, value);
        } else if (parent instanceof ArrayNode array) {
            int index = last.equals("-") ? array.size() : index(last);
            if (index > array.size()) {
                throw missing("add", path);
            }
            array.insert(index, value);
        } else {
            throw missing("add", path);
        }
        return root;
    }

    private static JsonNode set(JsonNode root, List<String> path, JsonNode value)
            throws PatchFailure {
        if (path.isEmpty()) {
            return value;
        }
        JsonNode parent = existing(root, path.subList(0, path.size() - 1), "replace");
        if (parent instanceof ObjectNode object) {
            object.set(path.getLast(), value);
        } else if (parent instanceof ArrayNode array) {
            array.set(index(path.getLast()), value);
        }
        return root;
    }

    private static JsonNode remove(JsonNode root, List<String> path) throws PatchFailure {
        if (path.isEmpty() || find(root, path) == null) {
            throw missing("remove", path);
        }
        JsonNode parent = existing(root, path.subList(0, path.size() - 1), "remove");
        if (parent instanceof ObjectNode object) {
            object.remove(path.getLast());
        } else if (parent instanceof ArrayNode array) {
            array.remove(index(path.getLast()));
        }
        return root;
    }

    private static JsonNode existing(JsonNode root, List<String> path, String op)
            throws PatchFailure {
        JsonNode found = find(root, path);
        if (found == null) {
            throw missing(op, path);
        }
        return found;
    }

    private static @Nullable JsonNode find(JsonNode root, List<String> path) throws PatchFailure {
        @Nullable JsonNode found = root;
        for (String step : path) {
            if (found instanceof ObjectNode object) {
                found = object.get(step);
            } else if (found instanceof ArrayNode array) {
                found = step.equals("-") ? null : array.get(index(step));
            } else {
                return null;
            }
        }
        return found;
    }

    private static int index(String step) throws PatchFailure {
        try {
            int index = Integer.parseInt(step);
            if (index < 0) {
                throw PatchFailure.doesNotFit("Unable to access invalid index: " + step);
            }
            return index;
        } catch (NumberFormatException e) {
            throw PatchFailure.doesNotFit("Unable to access invalid index: " + step);
        }
    }

    private static JsonNode value(JsonNode operation) throws PatchFailure {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw PatchFailure.malformed("operation without a value");
        }
        return value;
    }

    private static List<String> pointer(JsonNode operation, String field) throws PatchFailure {
        JsonNode node = operation.path(field);
        if (!node.isTextual() || !(node.asText().isEmpty() || node.asText().startsWith("/"))) {
            throw PatchFailure.malformed("operation without a valid " + field);
        }
        List<String> steps = new ArrayList<>();
        if (!node.asText().isEmpty()) {
            for (String step : node.asText().substring(1).split("/", -1)) {
                steps.add(step.replace("~1", "/").replace("~0", "~"));
            }
        }
        return steps;
    }

    private static PatchFailure missing(String op, List<String> path) {
        return PatchFailure.doesNotFit(
                op + " operation does not apply: doc is missing path: " + shown(path));
    }

    private static String shown(List<String> path) {
        return "/" + String.join("/", path);
    }
}
