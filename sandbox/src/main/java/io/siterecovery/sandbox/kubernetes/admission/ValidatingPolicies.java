package io.siterecovery.sandbox.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiCatalog;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Selector;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges writes by the ValidatingAdmissionPolicies in the store. A policy acts from the next write
 * on (the real API server takes about a second), a changed parameter as well (there, too).
 */
public final class ValidatingPolicies {
    private static final String GROUP = "admissionregistration.k8s.io";

    private final ObjectStore store;
    private final ObjectTable policies;
    private final ObjectTable bindings;
    private final ObjectTable namespaces;
    private final Supplier<ApiCatalog> catalog;
    private volatile Compiled compiled = new Compiled(-1, -1, List.of());

    private record Rule(Policy policy, Binding binding) {}

    private record Compiled(long policiesAt, long bindingsAt, List<Rule> rules) {}

    public ValidatingPolicies(
            ObjectStore store,
            ObjectTable policies,
            ObjectTable bindings,
            ObjectTable namespaces,
            Supplier<ApiCatalog> catalog) {
        this.store = store;
        this.policies = policies;
        this.bindings = bindings;
        this.namespaces = namespaces;
        this.catalog = catalog;
    }

    /** What is wrong with a policy that somebody wants to store. */
    public static List<FieldError> faults(ObjectNode policy) {
        List<FieldError> errors = new ArrayList<>();
        Policy.parse(policy, errors);
        return errors;
    }

    /** Refuses the write with an {@link ApiError}, or lets it pass with these warnings. */
    public List<String> judge(Attributes write) {
        List<Rule> rules = current().rules();
        // Policies cannot lock their own repair out.
        if (rules.isEmpty() || write.resource().group().equals(GROUP)) {
            return List.of();
        }
        JsonNode namespaceObject = namespaceOf(write);
        List<String> warnings = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.policy().match().matches(write, namespaceObject)
                    && rule.binding().match().matches(write, namespaceObject)) {
                apply(rule, write, namespaceObject, warnings);
            }
        }
        return warnings;
    }

    private void apply(
            Rule rule, Attributes write, JsonNode namespaceObject, List<String> warnings) {
        for (Evaluation.Denial denial : denials(rule, write, namespaceObject)) {
            String text =
                    "ValidatingAdmissionPolicy '"
                            + rule.policy().name()
                            + "' with binding '"
                            + rule.binding().name()
                            + "' denied request: "
                            + denial.message();
            if (rule.binding().denies()) {
                throw refusal(write, denial, text);
            }
            if (rule.binding().warns()) {
                warnings.add(
                        "Validation failed for ValidatingAdmissionPolicy '"
                                + rule.policy().name()
                                + "' with binding '"
                                + rule.binding().name()
                                + "': "
                                + denial.message());
            }
        }
    }

    private List<Evaluation.Denial> denials(Rule rule, Attributes write, JsonNode namespaceObject) {
        if (!rule.policy().hasParams()) {
            return new Evaluation(rule.policy(), write, namespaceObject, null).run();
        }
        List<ObjectNode> params = params(rule, write);
        if (params == null) {
            return misconfigured(
                    rule,
                    "failed to configure binding: failed to find resource referenced by paramKind: '"
                            + rule.policy().paramApiVersion()
                            + ", Kind="
                            + rule.policy().paramKind()
                            + "'");
        }
        if (params.isEmpty()) {
            return rule.binding().allowsWithoutParam()
                    ? List.of()
                    : misconfigured(
                            rule,
                            "failed to configure binding: no params found for policy binding with"
                                    + " `Deny` parameterNotFoundAction");
        }
        List<Evaluation.Denial> all = new ArrayList<>();
        for (ObjectNode param : params) {
            all.addAll(new Evaluation(rule.policy(), write, namespaceObject, param).run());
        }
        return all;
    }

    private static List<Evaluation.Denial> misconfigured(Rule rule, String why) {
        return rule.policy().failsClosed()
                ? List.of(new Evaluation.Denial("Invalid", why))
                : List.of();
    }

    /** The parameter objects of the binding; null when there is no such kind. */
    private @Nullable List<ObjectNode> params(Rule rule, Attributes write) {
        ApiResource kind =
                catalog.get().findKind(rule.policy().paramApiVersion(), rule.policy().paramKind());
        if (kind == null) {
            return null;
        }
        JsonNode ref = rule.binding().paramRef();
        String explicit = Json.text(ref, "namespace");
        String namespace = kind.scope(explicit.isEmpty() ? write.namespace() : explicit);
        ObjectTable table = store.table(kind.table(), kind.selectableFields());
        List<ObjectNode> found = new ArrayList<>();
        if (ref.has("name")) {
            Stored param = store.get(table, namespace, Json.text(ref, "name"));
            if (param != null) {
                found.add(param.copy());
            }
        } else {
            Map<String, String> labels = Json.stringMap(ref.path("selector").path("matchLabels"));
            String selector =
                    String.join(
                            ",",
                            labels.entrySet().stream()
                                    .map(e -> e.getKey() + "=" + e.getValue())
                                    .toList());
            var matches = Selector.parse(kind, selector, null);
            store.list(table, namespace).objects().stream()
                    .filter(matches)
                    .forEach(param -> found.add(param.copy()));
        }
        return found;
    }

    private static ApiError refusal(Attributes write, Evaluation.Denial denial, String text) {
        ApiError forbidden = ApiError.forbidden(write.resource(), write.name(), text);
        forbidden.details().putArray("causes").addObject().put("message", text);
        return switch (denial.reason()) {
            case "Forbidden" -> forbidden;
            case "Unauthorized" -> forbidden.withReason(401, "Unauthorized");
            case "RequestEntityTooLarge" -> forbidden.withReason(413, "RequestEntityTooLarge");
            default -> forbidden.withReason(422, "Invalid");
        };
    }

    private JsonNode namespaceOf(Attributes write) {
        if (write.resource().plural().equals("namespaces")) {
            return write.subject();
        }
        Stored namespace =
                write.namespace().isEmpty() ? null : store.get(namespaces, "", write.namespace());
        return namespace == null ? MissingNode.getInstance() : namespace.copy();
    }

    private Compiled current() {
        Compiled known = compiled;
        long policiesAt = policies.lastChange();
        long bindingsAt = bindings.lastChange();
        if (known.policiesAt() == policiesAt && known.bindingsAt() == bindingsAt) {
            return known;
        }
        List<Rule> rules = new ArrayList<>();
        for (Stored stored : store.list(bindings, "").objects()) {
            Binding binding = Binding.parse(stored.copy());
            Stored policy = store.get(policies, "", binding.policyName());
            if (policy != null) {
                rules.add(new Rule(Policy.parse(policy.copy(), new ArrayList<>()), binding));
            }
        }
        Compiled fresh = new Compiled(policiesAt, bindingsAt, List.copyOf(rules));
        compiled = fresh;
        return fresh;
    }
}
