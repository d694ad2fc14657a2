package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * One level of a structural schema.
 *
 * @param raw the schema as written, for the plain limits (minimum, maxLength …)
 * @param additional schema of the values of a map; null where only {@code properties} may appear
 */
public record SchemaNode(
        String type,
        JsonNode raw,
        Map<String, SchemaNode> properties,
        @Nullable SchemaNode additional,
        @Nullable SchemaNode items,
        List<String> required,
        List<JsonNode> enumValues,
        @Nullable Pattern pattern,
        boolean nullable,
        boolean preserveUnknown,
        boolean intOrString,
        boolean embeddedResource,
        List<CelRule> rules) {

    /** A schema that cannot be served, with the reason. */
    public static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient FieldError error;

        Unusable(FieldError error) {
            super(error.toString());
            this.error = error;
        }

        /** What is wrong, and where below the root of the schema. */
        public FieldError error() {
            return error;
        }
    }

    public static SchemaNode parse(JsonNode schema) throws Unusable {
        String type = Json.text(schema, "type");
        if (!type.isEmpty() && !type.equals("object")) {
            throw new Unusable(
                    FieldError.invalid(
                            "type", FieldError.quoted(type), "must be object at the root"));
        }
        return parse(schema, "");
    }

    private static SchemaNode parse(JsonNode schema, String path) throws Unusable {
        checkStructure(schema, path);
        Map<String, SchemaNode> properties = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            properties.put(
                    property.getKey(),
                    parse(property.getValue(), path + ".properties[" + property.getKey() + "]"));
        }
        JsonNode additional = schema.path("additionalProperties");
        JsonNode items = schema.path("items");
        List<JsonNode> enumValues = new ArrayList<>();
        schema.path("enum").forEach(enumValues::add);
        List<CelRule> rules = new ArrayList<>();
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            String at = path + ".x-kubernetes-validations[" + rules.size() + "]";
            rules.add(CelRule.parse(rule, at.startsWith(".") ? at.substring(1) : at));
        }
        boolean anyAdditional = additional.isBoolean() && additional.booleanValue();
        return new SchemaNode(
                Json.text(schema, "type"),
                schema,
                properties,
                additional.isObject()
                        ? parse(additional, path + ".additionalProperties")
                        : anyAdditional ? parse(PRESERVING, path) : null,
                items.isObject() ? parse(items, path + ".items") : null,
                Json.strings(schema.path("required")),
                enumValues,
                pattern(schema, path),
                schema.path("nullable").asBoolean(false),
                schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false),
                schema.path("x-kubernetes-int-or-string").asBoolean(false),
                schema.path("x-kubernetes-embedded-resource").asBoolean(false),
                rules);
    }

    /** What makes a schema structural: each level says what it holds. */
    private static void checkStructure(JsonNode schema, String path) throws Unusable {
        String type = Json.text(schema, "type");
        boolean free =
                schema.path("x-kubernetes-int-or-string").asBoolean(false)
                        || schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
        if (type.isEmpty() && !free && !path.isEmpty()) {
            throw new Unusable(
                    FieldError.required(
                            path.substring(1) + ".type",
                            "must not be empty for specified object fields"));
        }
        if (type.equals("array") && !schema.path("items").isObject()) {
            throw new Unusable(
                    FieldError.required(path.substring(1) + ".items", "must be specified"));
        }
    }

    /** The schema of a field, if it is one that may appear. */
    public @Nullable SchemaNode field(String name) {
        SchemaNode property = properties.get(name);
        return property == null ? additional : property;
    }

    private static final JsonNode PRESERVING =
            Json.object().put("x-kubernetes-preserve-unknown-fields", true);

    private static @Nullable Pattern pattern(JsonNode schema, String path) throws Unusable {
        String text = Json.text(schema, "pattern");
        try {
            return text.isEmpty() ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new Unusable(
                    FieldError.invalid(
                            (path + ".pattern").substring(1),
                            FieldError.quoted(text),
                            "must be a valid regular expression, but isn't: "
                                    + e.getDescription()));
        }
    }
}
