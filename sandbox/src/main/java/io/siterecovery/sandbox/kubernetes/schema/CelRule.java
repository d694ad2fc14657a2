package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.cel.CelFailure;
import io.siterecovery.sandbox.kubernetes.cel.Expression;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One entry of {@code x-kubernetes-validations}. */
record CelRule(
        Expression rule,
        @Nullable Expression messageExpression,
        String message,
        String reason,
        String fieldPath,
        boolean isAboutChange,
        boolean oldSelfOptional) {
    private static final Set<String> VARIABLES = Set.of("self", "oldSelf");

    static CelRule parse(JsonNode rule, String path) throws SchemaNode.Unusable {
        String messageExpression = Json.text(rule, "messageExpression");
        try {
            Expression compiled = Expression.compile(Json.text(rule, "rule"), VARIABLES);
            return new CelRule(
                    compiled,
                    messageExpression.isEmpty()
                            ? null
                            : Expression.compile(messageExpression, VARIABLES),
                    Json.text(rule, "message"),
                    Json.text(rule, "reason"),
                    Json.text(rule, "fieldPath"),
                    compiled.mentions("oldSelf"),
                    rule.path("optionalOldSelf").asBoolean(false));
        } catch (CelFailure e) {
            throw new SchemaNode.Unusable(
                    FieldError.invalid(
                            path + ".rule",
                            FieldError.shown(rule),
                            String.valueOf(e.getMessage())));
        }
    }

    /** A rule about a change says nothing about a value that was not there before. */
    @Nullable FieldError check(
            String path, String type, JsonNode self, @Nullable JsonNode oldSelf) {
        if (isAboutChange && oldSelf == null && !oldSelfOptional) {
            return null;
        }
        Map<String, Object> variables = new HashMap<>();
        variables.put("self", Expression.value(self));
        variables.put("oldSelf", Expression.value(oldSelf));
        if (oldSelfOptional) {
            variables.put(
                    "oldSelf",
                    oldSelf == null ? Optional.empty() : Optional.of(Expression.value(oldSelf)));
        }
        try {
            return rule.holds(variables) ? null : error(path, type, variables);
        } catch (CelFailure e) {
            return FieldError.invalid(
                    path, FieldError.quoted(type), e.getMessage() + " evaluating rule: " + shown());
        }
    }

    private FieldError error(String path, String type, Map<String, Object> variables) {
        String field = path + fieldPath;
        String text = message(variables);
        return switch (reason) {
            case "FieldValueForbidden" -> FieldError.forbidden(field, text);
            case "FieldValueRequired" -> FieldError.required(field, text);
            case "FieldValueDuplicate" -> FieldError.duplicate(field, FieldError.quoted(type));
            default -> FieldError.invalid(field, FieldError.quoted(type), text);
        };
    }

    private String message(Map<String, Object> variables) {
        Expression computed = messageExpression;
        if (computed != null) {
            try {
                if (computed.evaluate(variables) instanceof String text && !text.isBlank()) {
                    return text;
                }
            } catch (CelFailure e) {
                // The real API server, too, falls back to the fixed message.
                return shown();
            }
        }
        return shown();
    }

    private String shown() {
        return message.isEmpty() ? "failed rule: " + rule.text() : message;
    }
}
