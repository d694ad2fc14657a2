package io.siterecovery.tenants.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceJson;
import java.util.Map;
import java.util.Optional;

/** A deployment as the API shows it: never a credential. */
public final class DeploymentView {

    /**
     * @param zone absent while it is being made
     * @param order absent once it is made
     */
    public static ObjectNode of(
            String name, Optional<JsonNode> zone, Optional<DeploymentOrder> order, Terms terms) {
        ObjectNode view = ResourceJson.mapper().createObjectNode();
        view.put("name", name).put("namespace", Manifests.namespaceOf(name));
        if (zone.isPresent()) {
            ofZone(zone.get(), view);
        } else {
            view.put("phase", "Provisioning");
            view.put("message", "namespace, topics, users and rights are being made");
            order.ifPresent(o -> ofOrder(o, view));
        }
        view.put("isolation", terms.isolation()).put("protocol", terms.protocol());
        terms.allowedCidrs().forEach(view.putArray("allowedCidrs")::add);
        view.set("limits", ResourceJson.write(terms.limits()));
        return view;
    }

    private static void ofZone(JsonNode zone, ObjectNode view) {
        JsonNode status = zone.path("status");
        boolean going = zone.at("/metadata/deletionTimestamp").isTextual();
        view.put(
                "phase",
                going ? ZoneProgress.REMOVING : status.path("phase").asText("Provisioning"));
        message(status.path("conditions"), going).ifPresent(text -> view.put("message", text));
        JsonNode cordoned = zone.path("metadata").path("annotations").path(ApiGroups.CORDONED);
        if (cordoned.isTextual()) {
            view.put("cordoned", cordoned.asText());
        }
        ofSpec(zone.path("spec"), view);
        view.set("sites", status.path("sites").isArray() ? status.path("sites") : view.arrayNode());
        view.set(
                "conditions",
                status.path("conditions").isArray() ? status.path("conditions") : view.arrayNode());
    }

    private static void ofOrder(DeploymentOrder order, ObjectNode view) {
        ofSpec(ResourceJson.write(order.zone(Map.of())), view);
    }

    private static void ofSpec(JsonNode spec, ObjectNode view) {
        for (String field :
                new String[] {
                    "storageModel",
                    "failureResponse",
                    "automaticDelaySeconds",
                    "taintPolicy",
                    "namespaces",
                    "storageClassMappings",
                    "timeouts"
                }) {
            if (spec.has(field)) {
                view.set(field, spec.get(field));
            }
        }
        ObjectNode clusters = view.putObject("clusters");
        for (Role role : Role.values()) {
            clusters.set(role.word(), spec.path(role.word()).deepCopy());
        }
    }

    /** What does not hold, of what the phase is about. */
    private static Optional<String> message(JsonNode conditions, boolean going) {
        String wanted = going ? ZoneProgress.REMOVABLE : ZoneProgress.PREFLIGHT;
        for (JsonNode condition : conditions) {
            boolean about = condition.path("type").asText().equals(wanted);
            if (about && (going || condition.path("status").asText().equals("False"))) {
                return Optional.of(condition.path("message").asText());
            }
        }
        return Optional.empty();
    }

    private DeploymentView() {}
}
