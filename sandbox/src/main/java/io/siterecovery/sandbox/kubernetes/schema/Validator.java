package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks a value against a structural schema; the messages are those of the real API server. */
final class Validator {
    private final List<FieldError> errors = new ArrayList<>();

    private Validator() {}

    /** Types and limits first; rules in CEL only on a value that has the right shape. */
    static List<FieldError> validate(SchemaNode schema, JsonNode value, @Nullable JsonNode before) {
        Validator validator = new Validator();
        validator.shape(schema, value, "");
        if (validator.errors.isEmpty()) {
            validator.rules(schema, value, before, "");
        }
        return validator.errors;
    }

    private void shape(SchemaNode schema, JsonNode value, String path) {
        if (value.isNull() && schema.nullable()) {
            return;
        }
        if (!hasType(schema, value)) {
            errors.add(
                    FieldError.wrongType(
                            path,
                            FieldError.quoted(typeOf(value)),
                            path
                                    + " in body must be of type "
                                    + (schema.intOrString() ? "integer,string" : schema.type())
                                    + ": "
                                    + FieldError.quoted(typeOf(value))));
            return;
        }
        if (!schema.enumValues().isEmpty() && !schema.enumValues().contains(value)) {
            errors.add(
                    FieldError.notSupported(
                            path,
                            value,
                            schema.enumValues().stream().map(JsonNode::asText).toList()));
        }
        if (value.isTextual()) {
            text(schema, value.asText(), path);
        } else if (value.isNumber()) {
            number(schema, value, path);
        } else if (value.isArray()) {
            list(schema, value, path);
        } else if (value.isObject()) {
            object(schema, value, path);
        }
    }

    private void object(SchemaNode schema, JsonNode value, String path) {
        for (String name : schema.required()) {
            if (!value.has(name)) {
                errors.add(FieldError.required(child(path, name), ""));
            }
        }
        atLeast(schema, "minProperties", value.size(), path, "\"\"", " properties");
        atMost(schema, "maxProperties", value.size(), path, "\"\"", " properties");
        value.properties()
                .forEach(
                        entry -> {
                            SchemaNode field = schema.field(entry.getKey());
                            if (field != null) {
                                shape(
                                        field,
                                        entry.getValue(),
                                        schema.properties().containsKey(entry.getKey())
                                                ? child(path, entry.getKey())
                                                : path + "." + entry.getKey());
                            }
                        });
    }

    private void list(SchemaNode schema, JsonNode value, String path) {
        atLeast(schema, "minItems", value.size(), path, Integer.toString(value.size()), " items");
        JsonNode maximum = schema.raw().path("maxItems");
        if (maximum.isNumber() && value.size() > maximum.longValue()) {
            errors.add(FieldError.tooMany(path, value.size(), maximum.longValue()));
        }
        SchemaNode items = schema.items();
        Set<JsonNode> seen = new HashSet<>();
        String listType = Json.text(schema.raw(), "x-kubernetes-list-type");
        for (int i = 0; i < value.size(); i++) {
            String at = path + "[" + i + "]";
            if (items != null) {
                shape(items, value.get(i), at);
            }
            JsonNode identity = identity(schema, listType, value.get(i));
            if (identity != null && !seen.add(identity)) {
                errors.add(FieldError.duplicate(at, FieldError.shown(identity)));
            }
        }
    }

    private static @Nullable JsonNode identity(
            SchemaNode schema, String listType, JsonNode element) {
        if (listType.equals("set")) {
            return element;
        }
        if (!listType.equals("map")) {
            return null;
        }
        var keys = Json.object();
        for (String key : Json.strings(schema.raw().path("x-kubernetes-list-map-keys"))) {
            keys.set(key, element.path(key).deepCopy());
        }
        return keys;
    }

    private void text(SchemaNode schema, String value, String path) {
        int length = value.codePointCount(0, value.length());
        // The first fault of a text is the only one that the real API server tells.
        int before = errors.size();
        atLeast(schema, "minLength", length, path, FieldError.quoted(value), " chars long");
        if (errors.size() > before) {
            return;
        }
        JsonNode maximum = schema.raw().path("maxLength");
        if (maximum.isNumber() && length > maximum.longValue()) {
            errors.add(FieldError.tooLong(path, maximum.longValue()));
            return;
        }
        Pattern pattern = schema.pattern();
        if (pattern != null && !pattern.matcher(value).find()) {
            errors.add(
                    FieldError.invalid(
                            path,
                            FieldError.quoted(value),
                            path + " in body should match '" + pattern.pattern() + "'"));
        }
        if (Json.text(schema.raw(), "format").equals("date-time") && !isDateTime(value)) {
            errors.add(
                    FieldError.invalid(
                            path,
                            FieldError.quoted(value),
                            path
                                    + " in body must be of type date-time: "
                                    + FieldError.quoted(value)));
        }
    }

    private void number(SchemaNode schema, JsonNode value, String path) {
        double number = value.doubleValue();
        JsonNode minimum = schema.raw().path("minimum");
        boolean openBelow = schema.raw().path("exclusiveMinimum").asBoolean(false);
        if (minimum.isNumber()
                && (openBelow ? number <= minimum.doubleValue() : number < minimum.doubleValue())) {
            outside(
                    value,
                    path,
                    openBelow ? "greater than " : "greater than or equal to ",
                    minimum);
        }
        JsonNode maximum = schema.raw().path("maximum");
        boolean openAbove = schema.raw().path("exclusiveMaximum").asBoolean(false);
        if (maximum.isNumber()
                && (openAbove ? number >= maximum.doubleValue() : number > maximum.doubleValue())) {
            outside(value, path, openAbove ? "less than " : "less than or equal to ", maximum);
        }
        JsonNode step = schema.raw().path("multipleOf");
        if (step.isNumber() && number % step.doubleValue() != 0) {
            outside(value, path, "a multiple of ", step);
        }
    }

    private void outside(JsonNode value, String path, String what, JsonNode limit) {
        errors.add(
                FieldError.invalid(
                        path,
                        value.asText(),
                        path + " in body should be " + what + limit.asText()));
    }

    private void atLeast(
            SchemaNode schema, String key, int actual, String path, String shown, String unit) {
        JsonNode limit = schema.raw().path(key);
        if (limit.isNumber() && actual < limit.longValue()) {
            sizeError(path, shown, "at least " + limit.asText() + unit);
        }
    }

    private void atMost(
            SchemaNode schema, String key, int actual, String path, String shown, String unit) {
        JsonNode limit = schema.raw().path(key);
        if (limit.isNumber() && actual > limit.longValue()) {
            sizeError(path, shown, "at most " + limit.asText() + unit);
        }
    }

    private void sizeError(String path, String shown, String limit) {
        boolean length = limit.endsWith("long");
        errors.add(
                FieldError.invalid(
                        path,
                        shown,
                        path + " in body should " + (length ? "be " : "have ") + limit));
    }

    private void rules(SchemaNode schema, JsonNode value, @Nullable JsonNode before, String path) {
        if (value.isNull()) {
            return;
        }
        for (CelRule rule : schema.rules()) {
            FieldError error = rule.check(path, schema.type(), value, before);
            if (error != null) {
                errors.add(error);
            }
        }
        if (value.isObject()) {
            value.properties()
                    .forEach(
                            entry -> {
                                SchemaNode field = schema.field(entry.getKey());
                                if (field != null) {
                                    rules(
                                            field,
                                            entry.getValue(),
                                            before == null ? null : before.get(entry.getKey()),
                                            child(path, entry.getKey()));
                                }
                            });
        }
        SchemaNode items = schema.items();
        if (value.isArray() && items != null) {
            for (int i = 0; i < value.size(); i++) {
                rules(items, value.get(i), partner(schema, value.get(i), before), at(path, i));
            }
        }
    }

    /** The element of the old list that is the same one by its keys; only keyed lists have one. */
    private static @Nullable JsonNode partner(
            SchemaNode schema, JsonNode element, @Nullable JsonNode before) {
        if (before == null || !Json.text(schema.raw(), "x-kubernetes-list-type").equals("map")) {
            return null;
        }
        JsonNode wanted = identity(schema, "map", element);
        for (JsonNode old : before) {
            JsonNode identity = identity(schema, "map", old);
            if (identity != null && identity.equals(wanted)) {
                return old;
            }
        }
        return null;
    }

    private static boolean hasType(SchemaNode schema, JsonNode value) {
        if (schema.intOrString()) {
            return value.isTextual() || value.isIntegralNumber();
        }
        return switch (schema.type()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" ->
                    value.isIntegralNumber() || (value.isNumber() && value.doubleValue() % 1 == 0);
            case "number" -> value.isNumber();
            default -> true;
        };
    }

    private static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT, POJO -> "object";
            case ARRAY -> "array";
            case STRING, BINARY -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case NULL, MISSING -> "null";
        };
    }

    private static boolean isDateTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private static String child(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String at(String path, int index) {
        return path + "[" + index + "]";
    }
}
