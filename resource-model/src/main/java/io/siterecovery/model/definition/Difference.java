package io.siterecovery.model.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A field that is not the same in two definitions.
 *
 * @param path {@code spec.template.spec.networks[lan].multus}; list elements by their name, else by
 *     number
 * @param wanted as text for people; empty: absent
 * @param found as text for people; empty: absent
 */
public record Difference(String path, String wanted, String found) {

    private static final int LONGEST = 60;

    /** Whole objects in which these fields are, as in a Secret, are told by name only. */
    private static final Set<String> CONFIDENTIAL = Set.of("data", "stringData", "binaryData");

    /** All of them, in the order of the wanted one's fields, then the other's. */
    public static List<Difference> between(JsonNode wanted, JsonNode found) {
        List<Difference> differences = new ArrayList<>();
        compare("", wanted, found, differences);
        return List.copyOf(differences);
    }

    /**
     * The merge patch (RFC 7386) that makes one of the other; an empty object if they are the same.
     */
    public static ObjectNode patch(JsonNode wanted, JsonNode found) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        for (String name : names(wanted, found)) {
            JsonNode want = wanted.path(name);
            JsonNode have = found.path(name);
            if (want.isMissingNode()) {
                patch.putNull(name);
            } else if (want.isObject() && have.isObject()) {
                ObjectNode inner = patch(want, have);
                if (!inner.isEmpty()) {
                    patch.set(name, inner);
                }
            } else if (!want.equals(have)) {
                patch.set(name, want.deepCopy());
            }
        }
        return patch;
    }

    private static void compare(
            String path, JsonNode wanted, JsonNode found, List<Difference> differences) {
        if (wanted.isObject() && found.isObject()) {
            for (String name : names(wanted, found)) {
                compare(
                        path.isEmpty() ? name : path + "." + name,
                        wanted.path(name),
                        found.path(name),
                        differences);
            }
        } else if (wanted.isArray() && found.isArray()) {
            elements(path, wanted, found, differences);
        } else if (!wanted.equals(found)) {
            boolean hidden = CONFIDENTIAL.contains(path.split("\\.", 2)[0]);
            differences.add(
                    new Difference(path, hidden ? "" : text(wanted), hidden ? "" : text(found)));
        }
    }

    private static void elements(
            String path, JsonNode wanted, JsonNode found, List<Difference> differences) {
        boolean named = allNamed(wanted) && allNamed(found);
        Set<String> keys = new LinkedHashSet<>(keys(wanted, named));
        keys.addAll(keys(found, named));
        for (String key : keys) {
            compare(
                    path + "[" + key + "]",
                    element(wanted, key, named),
                    element(found, key, named),
                    differences);
        }
        boolean sameElements = keys.size() == wanted.size() && keys.size() == found.size();
        if (named && sameElements && !keys(wanted, true).equals(keys(found, true))) {
            differences.add(
                    new Difference(
                            path,
                            String.join(", ", keys(wanted, true)),
                            String.join(", ", keys(found, true))));
        }
    }

    private static boolean allNamed(JsonNode list) {
        for (JsonNode element : list) {
            if (!element.path("name").isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static List<String> keys(JsonNode list, boolean named) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            keys.add(named ? list.get(i).path("name").asText() : String.valueOf(i));
        }
        return keys;
    }

    private static JsonNode element(JsonNode list, String key, boolean named) {
        if (!named) {
            return list.path(Integer.parseInt(key));
        }
        for (JsonNode element : list) {
            if (element.path("name").asText().equals(key)) {
                return element;
            }
        }
        return list.path(list.size());
    }

    private static Set<String> names(JsonNode wanted, JsonNode found) {
        Set<String> names = new LinkedHashSet<>();
        wanted.fieldNames().forEachRemaining(names::add);
        found.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String text(JsonNode value) {
        if (value.isMissingNode()) {
            return "";
        }
        String text = value.isTextual() ? value.asText() : value.toString();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }

    @Override
    public String toString() {
        if (wanted.isEmpty() && found.isEmpty()) {
            return path + " differs";
        }
        if (found.isEmpty()) {
            return path + " is missing (" + wanted + ")";
        }
        return wanted.isEmpty()
                ? path + " is there and should not be (" + found + ")"
                : path + " is " + found + " and should be " + wanted;
    }
}
