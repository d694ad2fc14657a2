package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.databind.JsonNode;
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

        Unusable(String message) {
            super(message);
        }
    }

    public static SchemaNode parse(JsonNode schema) throws Unusable {
        Map<String, SchemaNode> properties = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            properties.put(property.getKey(), parse(property.getValue()));
        }
        JsonNode additional = schema.path("additionalProperties");
        JsonNode items = schema.path("items");
        List<JsonNode> enumValues = new ArrayList<>();
        schema.path("enum").forEach(enumValues::add);
        List<CelRule> rules = new ArrayList<>();
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            rules.add(CelRule.parse(rule));
        }
        boolean anyAdditional = additional.isBoolean() && additional.booleanValue();
        return new SchemaNode(
                Json.text(schema, "type"),
                schema,
                properties,
                additional.isObject()
                        ? parse(additional)
                        : anyAdditional ? parse(PRESERVING) : null,
                items.isObject() ? parse(items) : null,
                Json.strings(schema.path("required")),
                enumValues,
                pattern(schema),
                schema.path("nullable").asBoolean(false),
                schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(false),
                schema.path("x-kubernetes-int-or-string").asBoolean(false),
                schema.path("x-kubernetes-embedded-resource").asBoolean(false),
                rules);
    }

    /** The schema of a field, if it is one that may appear. */
    public @Nullable SchemaNode field(String name) {
        SchemaNode property = properties.get(name);
        return property == null ? additional : property;
    }

    private static final JsonNode PRESERVING =
            Json.object().put("x-kubernetes-preserve-unknown-fields", true);

    private static @Nullable Pattern pattern(JsonNode schema) throws Unusable {
        String text = Json.text(schema, "pattern");
        try {
            return text.isEmpty() ? null : Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new Unusable("pattern " + text + ": " + e.getDescription());
        }
    }
}
