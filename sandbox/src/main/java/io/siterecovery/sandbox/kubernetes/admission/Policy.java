package io.siterecovery.sandbox.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.cel.CelFailure;
import io.siterecovery.sandbox.kubernetes.cel.Expression;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One compiled ValidatingAdmissionPolicy. */
record Policy(
        String name,
        boolean failsClosed,
        String paramApiVersion,
        String paramKind,
        ResourceMatch match,
        Map<String, Expression> conditions,
        Map<String, Expression> variables,
        List<Validation> validations) {

    private static final Set<String> INPUTS =
            Set.of("object", "oldObject", "request", "params", "namespaceObject", "variables");

    /** One line of {@code validations}. */
    record Validation(
            Expression expression,
            @Nullable Expression messageExpression,
            String message,
            String reason) {}

    boolean hasParams() {
        return !paramKind.isEmpty();
    }

    /** Compiles the policy; what does not compile is added to {@code errors} and left out. */
    static Policy parse(JsonNode policy, List<FieldError> errors) {
        JsonNode spec = policy.path("spec");
        Map<String, Expression> conditions = new LinkedHashMap<>();
        Map<String, Expression> variables = new LinkedHashMap<>();
        named(spec, "matchConditions", conditions, errors);
        named(spec, "variables", variables, errors);
        List<Validation> validations = new ArrayList<>();
        int index = 0;
        for (JsonNode validation : spec.path("validations")) {
            String at = "spec.validations[" + index++ + "]";
            Expression expression = compile(validation, "expression", at, errors);
            Expression message =
                    validation.has("messageExpression")
                            ? compile(validation, "messageExpression", at, errors)
                            : null;
            if (expression != null) {
                validations.add(
                        new Validation(
                                expression,
                                message,
                                Json.text(validation, "message"),
                                Json.text(validation, "reason")));
            }
        }
        return new Policy(
                Json.text(policy, "metadata", "name"),
                !Json.text(spec, "failurePolicy").equals("Ignore"),
                Json.text(spec, "paramKind", "apiVersion"),
                Json.text(spec, "paramKind", "kind"),
                new ResourceMatch(spec.path("matchConstraints")),
                conditions,
                variables,
                validations);
    }

    private static void named(
            JsonNode spec, String field, Map<String, Expression> into, List<FieldError> errors) {
        int index = 0;
        for (JsonNode entry : spec.path(field)) {
            Expression expression =
                    compile(entry, "expression", "spec." + field + "[" + index++ + "]", errors);
            if (expression != null) {
                into.put(Json.text(entry, "name"), expression);
            }
        }
    }

    private static @Nullable Expression compile(
            JsonNode holder, String field, String path, List<FieldError> errors) {
        String text = Json.text(holder, field);
        if (text.isBlank()) {
            errors.add(FieldError.required(path + "." + field, field + " is not specified"));
            return null;
        }
        try {
            return Expression.compile(text, INPUTS);
        } catch (CelFailure e) {
            errors.add(
                    FieldError.invalid(
                            path + "." + field,
                            FieldError.quoted(text),
                            String.valueOf(e.getMessage())));
            return null;
        }
    }
}
