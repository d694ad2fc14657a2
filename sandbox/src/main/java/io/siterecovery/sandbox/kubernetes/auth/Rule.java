package io.siterecovery.sandbox.kubernetes.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.List;

/** One rule of a Role or ClusterRole. */
record Rule(
        List<String> verbs,
        List<String> groups,
        List<String> resources,
        List<String> names,
        List<String> paths) {
    private static final String ALL = "*";

    static List<Rule> of(JsonNode role) {
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : role.path("rules")) {
            rules.add(
                    new Rule(
                            Json.strings(rule.path("verbs")),
                            Json.strings(rule.path("apiGroups")),
                            Json.strings(rule.path("resources")),
                            Json.strings(rule.path("resourceNames")),
                            Json.strings(rule.path("nonResourceURLs"))));
        }
        return rules;
    }

    boolean allows(AccessRequest wanted) {
        if (!has(verbs, wanted.verb())) {
            return false;
        }
        if (!wanted.isResource()) {
            return paths.stream().anyMatch(path -> covers(path, wanted.path()));
        }
        return has(groups, wanted.group())
                && (has(resources, wanted.qualified())
                        || (!wanted.subresource().isEmpty()
                                && resources.contains("*/" + wanted.subresource())))
                && (names.isEmpty() || names.contains(wanted.name()));
    }

    /** What the rule allows, in pieces that no single rule has to cover together. */
    List<Rule> pieces() {
        List<Rule> pieces = new ArrayList<>();
        for (String verb : verbs) {
            paths.forEach(path -> pieces.add(piece(verb, List.of(), List.of(), "", path)));
            for (String group : groups) {
                for (String resource : resources) {
                    List<String> each = names.isEmpty() ? List.of("") : names;
                    each.forEach(
                            name ->
                                    pieces.add(
                                            piece(
                                                    verb,
                                                    List.of(group),
                                                    List.of(resource),
                                                    name,
                                                    "")));
                }
            }
        }
        return pieces;
    }

    private static Rule piece(
            String verb, List<String> groups, List<String> resources, String name, String path) {
        return new Rule(
                List.of(verb),
                groups,
                resources,
                name.isEmpty() ? List.of() : List.of(name),
                path.isEmpty() ? List.of() : List.of(path));
    }

    /** Whether this rule allows all that the piece does. */
    boolean includes(Rule piece) {
        if (!has(verbs, piece.verbs.getFirst())) {
            return false;
        }
        if (!piece.paths.isEmpty()) {
            return paths.stream().anyMatch(path -> covers(path, piece.paths.getFirst()));
        }
        return has(groups, piece.groups.getFirst())
                && has(resources, piece.resources.getFirst())
                && (names.isEmpty() || (!piece.names.isEmpty() && names.containsAll(piece.names)));
    }

    ObjectNode toJson() {
        ObjectNode rule = Json.object();
        rule.set("verbs", Json.arrayOf(verbs));
        if (paths.isEmpty()) {
            rule.set("apiGroups", Json.arrayOf(groups));
            rule.set("resources", Json.arrayOf(resources));
            if (!names.isEmpty()) {
                rule.set("resourceNames", Json.arrayOf(names));
            }
        } else {
            rule.set("nonResourceURLs", Json.arrayOf(paths));
        }
        return rule;
    }

    boolean isAboutPaths() {
        return !paths.isEmpty();
    }

    private static boolean has(List<String> values, String wanted) {
        return values.contains(ALL) || values.contains(wanted);
    }

    private static boolean covers(String pattern, String path) {
        return pattern.equals(path)
                || (pattern.endsWith(ALL)
                        && path.startsWith(pattern.substring(0, pattern.length() - 1)));
    }
}
