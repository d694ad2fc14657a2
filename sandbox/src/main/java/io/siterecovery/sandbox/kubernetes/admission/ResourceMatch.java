package io.siterecovery.sandbox.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import java.util.Map;

/** The {@code matchConstraints} of a policy or {@code matchResources} of a binding. */
record ResourceMatch(JsonNode match) {

    /** A match without rules takes everything, as a binding without matchResources does. */
    boolean matches(Attributes write, JsonNode namespaceObject) {
        JsonNode rules = match.path("resourceRules");
        if (rules.size() > 0 && !any(rules, write)) {
            return false;
        }
        if (any(match.path("excludeResourceRules"), write)) {
            return false;
        }
        return selects(match.path("objectSelector"), write.subject())
                && (namespaceObject.isMissingNode()
                        || selects(match.path("namespaceSelector"), namespaceObject));
    }

    private static boolean any(JsonNode rules, Attributes write) {
        for (JsonNode rule : rules) {
            if (matchesRule(rule, write)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesRule(JsonNode rule, Attributes write) {
        ApiResource resource = write.resource();
        String scope = Json.text(rule, "scope");
        boolean inScope =
                scope.isEmpty()
                        || scope.equals("*")
                        || scope.equals(resource.namespaced() ? "Namespaced" : "Cluster");
        JsonNode names = rule.path("resourceNames");
        // Under matchPolicy Equivalent (the default) any version of the resource is the same thing.
        boolean anyVersion = rule.path("apiVersions").size() > 0;
        return inScope
                && anyVersion
                && has(rule.path("apiGroups"), resource.group())
                && has(rule.path("operations"), write.operation().name())
                && hasResource(rule.path("resources"), resource.plural(), write.subresource())
                && (names.isEmpty() || Json.strings(names).contains(write.name()));
    }

    private static boolean has(JsonNode values, String wanted) {
        List<String> texts = Json.strings(values);
        return texts.contains("*") || texts.contains(wanted);
    }

    private static boolean hasResource(JsonNode values, String plural, String subresource) {
        List<String> texts = Json.strings(values);
        if (subresource.isEmpty()) {
            return texts.contains("*") || texts.contains("*/*") || texts.contains(plural);
        }
        return texts.contains("*/*")
                || texts.contains(plural + "/*")
                || texts.contains("*/" + subresource)
                || texts.contains(plural + "/" + subresource);
    }

    private static boolean selects(JsonNode selector, JsonNode object) {
        Map<String, String> labels = Json.stringMap(object.path("metadata").path("labels"));
        for (Map.Entry<String, JsonNode> wanted : selector.path("matchLabels").properties()) {
            if (!wanted.getValue().asText().equals(labels.get(wanted.getKey()))) {
                return false;
            }
        }
        for (JsonNode expression : selector.path("matchExpressions")) {
            String value = labels.get(Json.text(expression, "key"));
            List<String> values = Json.strings(expression.path("values"));
            boolean holds =
                    switch (Json.text(expression, "operator")) {
                        case "In" -> value != null && values.contains(value);
                        case "NotIn" -> value == null || !values.contains(value);
                        case "Exists" -> value != null;
                        case "DoesNotExist" -> value == null;
                        default -> false;
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }
}
