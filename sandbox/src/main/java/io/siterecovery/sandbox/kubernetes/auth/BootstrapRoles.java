package io.siterecovery.sandbox.kubernetes.auth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;

/** The roles that every API server has from the start, as far as people use them by name. */
public final class BootstrapRoles {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final List<String> READ = List.of("get", "list", "watch");
    private static final List<String> WRITE =
            List.of(
                    "get",
                    "list",
                    "watch",
                    "create",
                    "delete",
                    "deletecollection",
                    "patch",
                    "update");
    private static final List<String> WORKLOADS =
            List.of(
                    "configmaps",
                    "events",
                    "persistentvolumeclaims",
                    "persistentvolumeclaims/status",
                    "pods",
                    "pods/status",
                    "serviceaccounts",
                    "services");

    static final ObjectNode EVERYTHING =
            role(
                    "cluster-admin",
                    rule(List.of("*"), List.of("*"), List.of("*")),
                    paths(List.of("*"), List.of("*")));

    private BootstrapRoles() {}

    /** Cluster roles first, then their bindings. */
    public static List<ObjectNode> objects() {
        return List.of(
                EVERYTHING.deepCopy(),
                role(
                        "admin",
                        rule(WRITE, List.of(""), WORKLOADS),
                        rule(WRITE, List.of(""), List.of("secrets")),
                        rule(WRITE, List.of("apps"), List.of("deployments")),
                        rule(WRITE, List.of(GROUP), List.of("roles", "rolebindings"))),
                role(
                        "edit",
                        rule(WRITE, List.of(""), WORKLOADS),
                        rule(WRITE, List.of(""), List.of("secrets")),
                        rule(WRITE, List.of("apps"), List.of("deployments"))),
                role(
                        "view",
                        rule(READ, List.of(""), WORKLOADS),
                        rule(READ, List.of(""), List.of("namespaces")),
                        rule(READ, List.of("apps"), List.of("deployments"))),
                role(
                        "system:basic-user",
                        rule(
                                List.of("create"),
                                List.of("authorization.k8s.io"),
                                List.of("selfsubjectaccessreviews", "selfsubjectrulesreviews")),
                        rule(
                                List.of("create"),
                                List.of("authentication.k8s.io"),
                                List.of("selfsubjectreviews"))),
                role(
                        "system:discovery",
                        paths(
                                List.of("get"),
                                List.of(
                                        "/api",
                                        "/api/*",
                                        "/apis",
                                        "/apis/*",
                                        "/healthz",
                                        "/livez",
                                        "/openapi",
                                        "/openapi/*",
                                        "/readyz",
                                        "/version",
                                        "/version/"))),
                role(
                        "system:public-info-viewer",
                        paths(
                                List.of("get"),
                                List.of("/healthz", "/livez", "/readyz", "/version", "/version/"))),
                role(
                        "system:auth-delegator",
                        rule(
                                List.of("create"),
                                List.of("authentication.k8s.io"),
                                List.of("tokenreviews")),
                        rule(
                                List.of("create"),
                                List.of("authorization.k8s.io"),
                                List.of("subjectaccessreviews"))),
                binding("cluster-admin", User.MASTERS),
                binding("system:basic-user", User.AUTHENTICATED),
                binding("system:discovery", User.AUTHENTICATED),
                binding("system:public-info-viewer", User.AUTHENTICATED, "system:unauthenticated"));
    }

    private static ObjectNode role(String name, ObjectNode... rules) {
        ObjectNode role = object("ClusterRole", name);
        var list = role.putArray("rules");
        List.of(rules).forEach(list::add);
        return role;
    }

    private static ObjectNode rule(
            List<String> verbs, List<String> groups, List<String> resources) {
        return new Rule(verbs, groups, resources, List.of(), List.of()).toJson();
    }

    private static ObjectNode paths(List<String> verbs, List<String> paths) {
        return new Rule(verbs, List.of(), List.of(), List.of(), paths).toJson();
    }

    private static ObjectNode binding(String role, String... groups) {
        ObjectNode binding = object("ClusterRoleBinding", role);
        binding.putObject("roleRef")
                .put("apiGroup", GROUP)
                .put("kind", "ClusterRole")
                .put("name", role);
        var subjects = binding.putArray("subjects");
        for (String group : groups) {
            subjects.addObject().put("apiGroup", GROUP).put("kind", "Group").put("name", group);
        }
        return binding;
    }

    private static ObjectNode object(String kind, String name) {
        ObjectNode object = Json.object().put("apiVersion", GROUP + "/v1").put("kind", kind);
        ObjectNode meta = object.putObject("metadata").put("name", name);
        meta.putObject("labels").put("kubernetes.io/bootstrapping", "rbac-defaults");
        return object;
    }
}
