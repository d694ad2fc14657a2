package io.siterecovery.sandbox.kubernetes.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;

/** What is wrong with one field, worded as the real API server words it. */
public record FieldError(String reason, String field, String message) {
    public static FieldError required(String field, String detail) {
        return new FieldError(
                "FieldValueRequired",
                field,
                detail.isEmpty() ? "Required value" : "Required value: " + detail);
    }

    public static FieldError invalid(String field, String shownValue, String detail) {
        return new FieldError(
                "FieldValueInvalid", field, "Invalid value: " + shownValue + ": " + detail);
    }

    public static FieldError wrongType(String field, String shownValue, String detail) {
        return new FieldError(
                "FieldValueTypeInvalid", field, "Invalid value: " + shownValue + ": " + detail);
    }

    public static FieldError notSupported(String field, JsonNode value, List<String> supported) {
        String quoted = String.join(", ", supported.stream().map(FieldError::quoted).toList());
        return new FieldError(
                "FieldValueNotSupported",
                field,
                "Unsupported value: " + shown(value) + ": supported values: " + quoted);
    }

    public static FieldError forbidden(String field, String detail) {
        return new FieldError("FieldValueForbidden", field, "Forbidden: " + detail);
    }

    public static FieldError duplicate(String field, String shownValue) {
        return new FieldError("FieldValueDuplicate", field, "Duplicate value: " + shownValue);
    }

    public static FieldError tooLong(String field, long maximum) {
        return new FieldError(
                "FieldValueTooLong", field, "Too long: may not be more than " + maximum + " bytes");
    }

    public static FieldError tooMany(String field, long actual, long maximum) {
        return new FieldError(
                "FieldValueTooMany",
                field,
                "Too many: " + actual + ": must have at most " + maximum + " items");
    }

    /** A value as messages show it: texts quoted, numbers and booleans bare. */
    public static String shown(JsonNode value) {
        return value.isTextual() ? quoted(value.asText()) : new String(Json.bytes(value), UTF_8);
    }

    public static String quoted(String text) {
        return new String(Json.bytes(Json.object().textNode(text)), UTF_8);
    }

    @Override
    public String toString() {
        return field + ": " + message;
    }
}
