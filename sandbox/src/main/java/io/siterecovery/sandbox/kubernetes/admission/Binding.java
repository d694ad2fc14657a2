package io.siterecovery.sandbox.kubernetes.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;

/** One ValidatingAdmissionPolicyBinding. */
record Binding(
        String name,
        String policyName,
        List<String> actions,
        ResourceMatch match,
        JsonNode paramRef) {

    static Binding parse(JsonNode binding) {
        JsonNode spec = binding.path("spec");
        return new Binding(
                Json.text(binding, "metadata", "name"),
                Json.text(spec, "policyName"),
                Json.strings(spec.path("validationActions")),
                new ResourceMatch(spec.path("matchResources")),
                spec.path("paramRef"));
    }

    boolean denies() {
        return actions.contains("Deny");
    }

    boolean warns() {
        return actions.contains("Warn");
    }

    /** Whether a write passes when its parameter is not there. */
    boolean allowsWithoutParam() {
        return Json.text(paramRef, "parameterNotFoundAction").equals("Allow");
    }
}
