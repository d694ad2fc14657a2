package io.siterecovery.sandbox.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.cel.CelFailure;
import io.siterecovery.sandbox.kubernetes.cel.Expression;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One policy with one parameter against one write. */
final class Evaluation {
    /** Why a write is refused; {@code reason} is that of the Status. */
    record Denial(String reason, String message) {}

    private final Policy policy;
    private final Map<String, Object> inputs = new HashMap<>();

    Evaluation(
            Policy policy,
            Attributes write,
            JsonNode namespaceObject,
            @Nullable ObjectNode params) {
        this.policy = policy;
        inputs.put("object", Expression.value(write.object()));
        inputs.put("oldObject", Expression.value(write.before()));
        inputs.put("request", Expression.value(request(write)));
        inputs.put("params", Expression.value(params));
        inputs.put("namespaceObject", Expression.value(namespaceObject));
        inputs.put("variables", new Variables());
    }

    /** All faults, in the policy's order; none when a match condition does not hold. */
    List<Denial> run() {
        List<Denial> denials = new ArrayList<>();
        for (Map.Entry<String, Expression> condition : policy.conditions().entrySet()) {
            try {
                if (!condition.getValue().holds(inputs)) {
                    return List.of();
                }
            } catch (CelFailure e) {
                return policy.failsClosed() ? List.of(failed(condition.getValue(), e)) : List.of();
            }
        }
        for (Policy.Validation validation : policy.validations()) {
            try {
                if (!validation.expression().holds(inputs)) {
                    denials.add(new Denial(validation.reason(), message(validation)));
                }
            } catch (CelFailure e) {
                if (policy.failsClosed()) {
                    denials.add(failed(validation.expression(), e));
                }
            }
        }
        return denials;
    }

    private static Denial failed(Expression expression, CelFailure failure) {
        return new Denial(
                "Invalid",
                "expression '"
                        + expression.text()
                        + "' resulted in error: "
                        + failure.getMessage());
    }

    private String message(Policy.Validation validation) {
        Expression computed = validation.messageExpression();
        if (computed != null) {
            try {
                if (computed.evaluate(inputs) instanceof String text && !text.isBlank()) {
                    return text;
                }
            } catch (CelFailure e) {
                return fixedMessage(validation);
            }
        }
        return fixedMessage(validation);
    }

    private static String fixedMessage(Policy.Validation validation) {
        return validation.message().isEmpty()
                ? "failed expression: " + validation.expression().text()
                : validation.message();
    }

    private static ObjectNode request(Attributes write) {
        ApiResource resource = write.resource();
        ObjectNode request = Json.object();
        request.putObject("kind")
                .put("group", resource.group())
                .put("version", resource.version())
                .put("kind", resource.kind());
        request.putObject("resource")
                .put("group", resource.group())
                .put("version", resource.version())
                .put("resource", resource.plural());
        request.set("requestKind", request.path("kind").deepCopy());
        request.set("requestResource", request.path("resource").deepCopy());
        request.put("subResource", write.subresource())
                .put("requestSubResource", write.subresource())
                .put("name", write.name())
                .put("namespace", write.namespace())
                .put("operation", write.operation().name())
                .put("dryRun", write.dryRun());
        ObjectNode user = write.user().info();
        Json.child(user, "extra");
        request.set("userInfo", user);
        request.putObject("options");
        return request;
    }

    /** The policy's variables, each computed when first asked for: most are behind a condition. */
    private final class Variables extends AbstractMap<String, Object> {
        private final Map<String, Object> computed = new HashMap<>();

        @Override
        public boolean containsKey(Object name) {
            return policy.variables().containsKey(name);
        }

        @Override
        public @Nullable Object get(Object name) {
            Object known = computed.get(name);
            Expression expression = policy.variables().get(name);
            if (known != null || expression == null) {
                return known;
            }
            try {
                Object value = expression.evaluate(inputs);
                computed.put(name.toString(), value);
                return value;
            } catch (CelFailure e) {
                throw new IllegalStateException(
                        "composited variable \"" + name + "\" fails to evaluate: " + e.getMessage(),
                        e);
            }
        }

        @Override
        public Set<Map.Entry<String, Object>> entrySet() {
            Set<Map.Entry<String, Object>> entries = new HashSet<>();
            for (String name : policy.variables().keySet()) {
                Object value = get(name);
                if (value != null) {
                    entries.add(Map.entry(name, value));
                }
            }
            return entries;
        }
    }
}
