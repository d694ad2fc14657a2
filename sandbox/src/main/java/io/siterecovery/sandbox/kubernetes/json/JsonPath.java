package io.siterecovery.sandbox.kubernetes.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of Kubernetes' JSONPath that printer columns use: fields, indexes, {@code [*]} and
 * {@code [?(@.field=="value")]}.
 */
public final class JsonPath {
    private static final Pattern STEP =
            Pattern.compile(
                    "\\.?((?:[^.\\[\\\\]|\\\\.)+)"
                            + "|\\[(?:(\\*)|(-?\\d+)|['\"]([^'\"]*)['\"]"
                            + "|\\?\\(\\s*@\\.([^=!\\s]+)\\s*(==|!=)\\s*['\"]?([^'\")]*)['\"]?\\s*\\))\\]");

    private final List<Step> steps;

    private JsonPath(List<Step> steps) {
        this.steps = steps;
    }

    private interface Step {
        void follow(JsonNode from, List<JsonNode> found);
    }

    /** Anything that is not understood makes a path that finds nothing. */
    public static JsonPath parse(String text) {
        String path =
                text.startsWith("{") && text.endsWith("}")
                        ? text.substring(1, text.length() - 1)
                        : text;
        path = path.startsWith("$") ? path.substring(1) : path;
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        int end = 0;
        while (end < path.length() && matcher.find(end) && matcher.start() == end) {
            steps.add(step(matcher));
            end = matcher.end();
        }
        if (end < path.length()) {
            steps.add((from, found) -> {});
        }
        return new JsonPath(steps);
    }

    public List<JsonNode> find(JsonNode root) {
        List<JsonNode> found = List.of(root);
        for (Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            found.forEach(node -> step.follow(node, next));
            found = next;
        }
        return found;
    }

    private static Step step(Matcher matcher) {
        if (matcher.group(1) != null) {
            String name = matcher.group(1).replace("\\", "");
            return name.equals("*") ? JsonPath::all : field(name);
        }
        if (matcher.group(2) != null) {
            return JsonPath::all;
        }
        if (matcher.group(3) != null) {
            int index = Integer.parseInt(matcher.group(3));
            return (from, found) -> add(from.path(index < 0 ? from.size() + index : index), found);
        }
        if (matcher.group(4) != null) {
            return field(matcher.group(4));
        }
        return filter(matcher.group(5), matcher.group(6).equals("=="), matcher.group(7));
    }

    private static Step field(String name) {
        return (from, found) -> add(from.path(name), found);
    }

    private static Step filter(String field, boolean equal, String value) {
        JsonPath path = parse("." + field);
        return (from, found) ->
                from.forEach(
                        element -> {
                            List<JsonNode> values = path.find(element);
                            boolean same =
                                    !values.isEmpty() && values.getFirst().asText().equals(value);
                            if (same == equal) {
                                found.add(element);
                            }
                        });
    }

    private static void all(JsonNode from, List<JsonNode> found) {
        from.forEach(found::add);
    }

    private static void add(JsonNode node, List<JsonNode> found) {
        if (!node.isMissingNode()) {
            found.add(node);
        }
    }
}
