package io.siterecovery.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a change of a JSON Schema breaks. Two promises are kept at once, since topics keep records
 * for good and readers are brought up to date when it suits them: a reader of the old schema can
 * read every new record, and a reader of the new schema every old one.
 *
 * <p>So all that may change is what both can pass over: a property may be added that need not be
 * there, where the old schema lets objects have properties that it does not name; and words for
 * people may change.
 */
final class SchemaChange {

    /** For people: no reader is bound by them. */
    private static final Set<String> ANNOTATIONS =
            Set.of("description", "examples", "title", "summary", "$comment", "$id", "$schema");

    private static final Set<String> COMPARED_BY_PART =
            Set.of(
                    "$ref",
                    "$defs",
                    "type",
                    "required",
                    "properties",
                    "additionalProperties",
                    "items",
                    "allOf");

    private final JsonNode oldDocument;
    private final JsonNode newDocument;
    private final List<String> breaks = new ArrayList<>();
    private final Set<String> underWay = new LinkedHashSet<>();

    private SchemaChange(JsonNode oldDocument, JsonNode newDocument) {
        this.oldDocument = oldDocument;
        this.newDocument = newDocument;
    }

    /**
     * @param oldDocument what references of the old schema lead into
     * @return one line for each break, with its path; empty if there is none
     */
    static List<String> breaks(
            String path,
            JsonNode oldDocument,
            JsonNode oldSchema,
            JsonNode newDocument,
            JsonNode newSchema) {
        SchemaChange change = new SchemaChange(oldDocument, newDocument);
        change.compare(path, oldSchema, newSchema);
        return change.breaks;
    }

    private void compare(String path, JsonNode oldSchema, JsonNode newSchema) {
        String pair = oldSchema.path("$ref").asText() + " " + newSchema.path("$ref").asText();
        if (!pair.isBlank() && !underWay.add(pair)) {
            return;
        }
        JsonNode before = resolved(oldDocument, oldSchema);
        JsonNode after = resolved(newDocument, newSchema);
        types(path, before, after);
        required(path, before, after);
        properties(path, before, after);
        content(path, "additionalProperties", "*", before, after);
        content(path, "items", "[]", before, after);
        allOf(path, before, after);
        everythingElse(path, before, after);
        underWay.remove(pair);
    }

    private void types(String path, JsonNode before, JsonNode after) {
        Set<String> old = words(before.path("type"));
        Set<String> now = words(after.path("type"));
        if (!old.equals(now)) {
            told(path, "was of type " + old + " and is of type " + now);
        }
    }

    private void required(String path, JsonNode before, JsonNode after) {
        Set<String> old = words(before.path("required"));
        Set<String> now = words(after.path("required"));
        for (String name : old) {
            if (!now.contains(name) && after.path("properties").has(name)) {
                told(path + "/" + name, "was always there and may be absent: old readers need it");
            }
        }
        for (String name : now) {
            if (old.contains(name)) {
                continue;
            }
            told(
                    path + "/" + name,
                    before.path("properties").has(name)
                            ? "could be absent and is required: records that are there lack it"
                            : "is new and required: records that are there lack it");
        }
    }

    private void properties(String path, JsonNode before, JsonNode after) {
        JsonNode old = before.path("properties");
        JsonNode now = after.path("properties");
        old.properties()
                .forEach(
                        property -> {
                            String name = property.getKey();
                            if (now.has(name)) {
                                compare(path + "/" + name, property.getValue(), now.path(name));
                            } else {
                                told(path + "/" + name, "is gone");
                            }
                        });
        JsonNode others = before.path("additionalProperties");
        now.fieldNames()
                .forEachRemaining(
                        name -> {
                            if (!old.has(name) && !others.isMissingNode()) {
                                told(
                                        path + "/" + name,
                                        "is new, and old readers have another use for names that"
                                                + " they do not know: "
                                                + others);
                            }
                        });
    }

    /** A schema for all that a map or a list holds; absent is not the same as any. */
    private void content(
            String path, String keyword, String step, JsonNode before, JsonNode after) {
        JsonNode old = before.path(keyword);
        JsonNode now = after.path(keyword);
        if (old.isObject() && now.isObject()) {
            compare(path + "/" + step, old, now);
        } else if (!old.equals(now)) {
            told(path, keyword + " was " + shown(old) + " and is " + shown(now));
        }
    }

    private void allOf(String path, JsonNode before, JsonNode after) {
        JsonNode old = before.path("allOf");
        JsonNode now = after.path("allOf");
        if (old.size() != now.size()) {
            told(path, "allOf had " + old.size() + " parts and has " + now.size());
            return;
        }
        for (int i = 0; i < old.size(); i++) {
            compare(path, old.get(i), now.get(i));
        }
    }

    /**
     * Limits, words, formats: narrower refuses records that are there, wider sends old readers what
     * they do not know. What this comparison has never heard of is not guessed at.
     */
    private void everythingElse(String path, JsonNode before, JsonNode after) {
        Set<String> keywords = new TreeSet<>();
        before.fieldNames().forEachRemaining(keywords::add);
        after.fieldNames().forEachRemaining(keywords::add);
        keywords.removeAll(ANNOTATIONS);
        keywords.removeAll(COMPARED_BY_PART);
        for (String keyword : keywords) {
            JsonNode old = before.path(keyword);
            JsonNode now = after.path(keyword);
            boolean same = keyword.equals("enum") ? words(old).equals(words(now)) : old.equals(now);
            if (!same) {
                told(path, keyword + " was " + shown(old) + " and is " + shown(now));
            } else if (!old.findParents("$ref").isEmpty()) {
                told(path, keyword + " with references cannot be compared");
            }
        }
    }

    private static JsonNode resolved(JsonNode document, JsonNode schema) {
        JsonNode resolved = schema;
        for (int hops = 0; resolved.has("$ref"); hops++) {
            String reference = resolved.path("$ref").asText();
            resolved = document.at(reference.substring(1));
            if (resolved.isMissingNode() || hops > 16) {
                throw new IllegalArgumentException("leads nowhere: " + reference);
            }
        }
        return resolved;
    }

    private static Set<String> words(JsonNode oneOrMany) {
        Set<String> words = new TreeSet<>();
        if (oneOrMany.isTextual()) {
            words.add(oneOrMany.asText());
        }
        oneOrMany.forEach(word -> words.add(word.isTextual() ? word.asText() : word.toString()));
        return words;
    }

    private static String shown(JsonNode value) {
        return value instanceof MissingNode ? "absent" : value.toString();
    }

    private void told(String path, String what) {
        breaks.add(path + ": " + what);
    }
}
