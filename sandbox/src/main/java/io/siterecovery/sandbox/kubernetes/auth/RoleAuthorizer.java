package io.siterecovery.sandbox.kubernetes.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who may do what, by the roles and bindings in the store as of the last write to them. */
public final class RoleAuthorizer {
    private static final String GROUP = ".rbac.authorization.k8s.io";

    private final ObjectStore store;
    private final ObjectTable roles;
    private final ObjectTable clusterRoles;
    private final ObjectTable bindings;
    private final ObjectTable clusterBindings;
    private volatile Grants grants = new Grants(List.of(-1L), Map.of());

    /** Rules that a binding gives to its subjects. */
    private record Grant(List<Subject> subjects, List<Rule> rules) {}

    private record Subject(String kind, String namespace, String name) {
        boolean is(User user) {
            return switch (kind) {
                case "User" -> name.equals(user.name());
                case "Group" -> user.groups().contains(name);
                case "ServiceAccount" ->
                        user.name().equals(ServiceAccountTokens.userName(namespace, name));
                default -> false;
            };
        }
    }

    /** By namespace; those for everywhere under "". */
    private record Grants(List<Long> asOf, Map<String, List<Grant>> byNamespace) {}

    public RoleAuthorizer(ObjectStore store) {
        this.store = store;
        roles = store.table("roles" + GROUP, List.of());
        clusterRoles = store.table("clusterroles" + GROUP, List.of());
        bindings = store.table("rolebindings" + GROUP, List.of());
        clusterBindings = store.table("clusterrolebindings" + GROUP, List.of());
    }

    public boolean allows(User user, AccessRequest wanted) {
        return user.isMaster()
                || rulesOf(user, wanted.namespace()).anyMatch(rule -> rule.allows(wanted));
    }

    /** Whether the user holds all that the rules of this role would give. */
    public boolean holdsAll(User user, String namespace, JsonNode role) {
        if (user.isMaster()) {
            return true;
        }
        List<Rule> held = rulesOf(user, namespace).toList();
        return Rule.of(role).stream()
                .flatMap(rule -> rule.pieces().stream())
                .allMatch(piece -> held.stream().anyMatch(rule -> rule.includes(piece)));
    }

    /** The role that a binding refers to; an empty object if there is none. */
    public ObjectNode referred(JsonNode binding) {
        JsonNode ref = binding.path("roleRef");
        boolean everywhere = Json.text(ref, "kind").equals("ClusterRole");
        Stored role =
                store.get(
                        everywhere ? clusterRoles : roles,
                        everywhere ? "" : Json.text(binding, "metadata", "namespace"),
                        Json.text(ref, "name"));
        return role == null ? Json.object() : role.copy();
    }

    /** The status of a SelfSubjectRulesReview. */
    public ObjectNode rules(User user, String namespace) {
        ObjectNode status = Json.object();
        var resources = status.putArray("resourceRules");
        var paths = status.putArray("nonResourceRules");
        Stream<Rule> rules =
                user.isMaster()
                        ? Rule.of(BootstrapRoles.EVERYTHING).stream()
                        : rulesOf(user, namespace);
        rules.forEach(rule -> (rule.isAboutPaths() ? paths : resources).add(rule.toJson()));
        return status.put("incomplete", false);
    }

    private Stream<Rule> rulesOf(User user, String namespace) {
        Map<String, List<Grant>> all = current().byNamespace();
        Stream<Grant> everywhere = all.getOrDefault("", List.of()).stream();
        Stream<Grant> here =
                namespace.isEmpty() ? Stream.of() : all.getOrDefault(namespace, List.of()).stream();
        return Stream.concat(everywhere, here)
                .filter(grant -> grant.subjects().stream().anyMatch(s -> s.is(user)))
                .flatMap(grant -> grant.rules().stream());
    }

    private Grants current() {
        Grants known = grants;
        List<Long> now =
                Stream.of(roles, clusterRoles, bindings, clusterBindings)
                        .map(ObjectTable::lastChange)
                        .toList();
        if (known.asOf().equals(now)) {
            return known;
        }
        Map<String, List<Grant>> byNamespace = new HashMap<>();
        for (ObjectTable table : List.of(bindings, clusterBindings)) {
            for (Stored stored : store.list(table, "").objects()) {
                ObjectNode binding = stored.copy();
                byNamespace
                        .computeIfAbsent(stored.namespace(), n -> new ArrayList<>())
                        .add(new Grant(subjects(binding), Rule.of(referred(binding))));
            }
        }
        Grants fresh = new Grants(now, byNamespace);
        grants = fresh;
        return fresh;
    }

    private static List<Subject> subjects(JsonNode binding) {
        List<Subject> subjects = new ArrayList<>();
        for (JsonNode subject : binding.path("subjects")) {
            subjects.add(
                    new Subject(
                            Json.text(subject, "kind"),
                            Json.text(subject, "namespace"),
                            Json.text(subject, "name")));
        }
        return subjects;
    }
}
