package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.auth.AccessRequest;
import io.siterecovery.sandbox.kubernetes.auth.RoleAuthorizer;
import io.siterecovery.sandbox.kubernetes.json.Json;

/** Nobody gives away more than they hold: neither in a role nor through a binding. */
record RoleGuard(RoleAuthorizer authorizer) {
    private static final String GROUP = "rbac.authorization.k8s.io";

    void check(Call call, ObjectNode object) {
        if (!call.resource().group().equals(GROUP) || call.user().isMaster()) {
            return;
        }
        boolean binding = call.resource().plural().endsWith("bindings");
        String verb = binding ? "bind" : "escalate";
        JsonNode role = binding ? authorizer.referred(object) : object;
        if (!allowedBy(verb, call, object, binding)
                && !authorizer.holdsAll(call.user(), call.namespace(), role)) {
            throw ApiError.forbidden(
                    call.resource(),
                    Json.text(object, "metadata", "name"),
                    "user \"%s\" (groups=%s) is attempting to grant RBAC permissions not currently held"
                            .formatted(call.user().name(), Json.arrayOf(call.user().groups())));
        }
    }

    private boolean allowedBy(String verb, Call call, ObjectNode object, boolean binding) {
        JsonNode ref = object.path("roleRef");
        String plural =
                !binding
                        ? call.resource().plural()
                        : Json.text(ref, "kind").equals("ClusterRole") ? "clusterroles" : "roles";
        String name = binding ? Json.text(ref, "name") : call.name();
        return authorizer.allows(
                call.user(),
                new AccessRequest(verb, GROUP, plural, "", call.namespace(), name, ""));
    }
}
