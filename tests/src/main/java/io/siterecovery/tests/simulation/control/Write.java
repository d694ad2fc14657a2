package io.siterecovery.tests.simulation.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.tests.simulation.world.ObjectKey;
import java.util.ArrayList;
import java.util.List;

/** A write that the control plane is about to send. */
public record Write(ObjectKey key, String verb, JsonNode body) {

    private static final int LONGEST = 300;

    /** What of it a reader of the story wants to know. */
    public String shown() {
        String what =
                switch (key.kind().kind()) {
                    case "VirtualMachine" -> virtualMachine();
                    case "GroupOwnership" -> ownership(part("/spec", "spec"));
                    case "Failover" -> failover(part("/status", "status"));
                    case "ProtectionGroup" -> group();
                    case "ConfigMap" -> fence();
                    case "Event" ->
                            body.path("reason").asText() + ": " + body.path("message").asText();
                    case "Lease", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding" ->
                            "";
                    default -> body.toString();
                };
        String text = verb + " " + key + " " + what;
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    private String virtualMachine() {
        JsonNode spec = body.path("spec");
        return "claim "
                + body.at("/metadata/annotations").path(ApiGroups.CLAIM).asText()
                + (spec.isMissingNode() ? "" : ", power " + spec)
                + " (version "
                + body.at("/metadata/resourceVersion").asText()
                + ")";
    }

    private static String ownership(JsonNode spec) {
        return "holder "
                + spec.path("holder")
                + " epoch "
                + spec.path("epoch")
                + " by "
                + spec.path("instance").path("id").asText()
                + "/"
                + spec.path("instance").path("term")
                + (spec.hasNonNull("operation")
                        ? " for " + spec.path("operationName").asText()
                        : "");
    }

    private String failover(JsonNode status) {
        return status.isMissingNode()
                ? body.toString()
                : status.path("step").asText(status.path("state").asText())
                        + ": "
                        + status.path("message").asText();
    }

    private String group() {
        JsonNode status = part("/status", "status");
        if (status.isMissingNode()) {
            return body.toString();
        }
        return status.path("state").asText()
                + " "
                + status.path("currentState").asText()
                + " "
                + status.path("replicationHealth").asText();
    }

    private String fence() {
        if (body.isObject()) {
            return body.path("data").toString();
        }
        List<String> changes = new ArrayList<>();
        for (JsonNode operation : body) {
            String op = operation.path("op").asText();
            if (!op.equals("test")) {
                changes.add(
                        op
                                + " "
                                + operation.path("path").asText()
                                + " "
                                + operation.path("value").asText());
            }
        }
        return String.join(", ", changes);
    }

    /** A part of the object, whether it is created or patched. */
    private JsonNode part(String path, String field) {
        if (body.isObject()) {
            return body.path(field);
        }
        for (JsonNode operation : body) {
            if (operation.path("path").asText().equals(path)) {
                return operation.path("value");
            }
        }
        return body.path("none");
    }
}
