package io.siterecovery.tenants.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.MalformedResource;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.AddressRules.Cidr;
import io.siterecovery.platform.Kubeconfig;
import io.siterecovery.platform.KubeconfigReader;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.tenants.adapter.Quorum;
import io.siterecovery.tenants.api.Callers.Caller;
import io.siterecovery.tenants.api.Problem.Kind;
import io.siterecovery.tenants.core.Access;
import io.siterecovery.tenants.core.DeploymentOrder;
import io.siterecovery.tenants.core.DeploymentView;
import io.siterecovery.tenants.core.KafkaPlan.Party;
import io.siterecovery.tenants.core.Limits;
import io.siterecovery.tenants.core.Manifests;
import io.siterecovery.tenants.core.Preflight;
import io.siterecovery.tenants.core.Preflight.Finding;
import io.siterecovery.tenants.core.Role;
import io.siterecovery.tenants.core.Terms;
import io.siterecovery.tenants.steward.ClusterChecks;
import io.siterecovery.tenants.steward.Deployments;
import io.siterecovery.tenants.steward.Steward;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What each operation of the contract does, for a caller who is known. What he may not see does not
 * exist; what he may see and not do is forbidden.
 */
final class DeploymentsApi {

    static final String ORDER_DIGEST = ApiGroups.PREFIX + "order-digest";
    static final String IDEMPOTENCY_KEY = ApiGroups.PREFIX + "idempotency-key";

    private static final List<String> GRANTED = List.of("isolation", "allowedCidrs", "limits");

    private final Steward steward;
    private final Quorum quorum;
    private final ClusterChecks checks;
    private final Callers callers;

    DeploymentsApi(Steward steward, Quorum quorum, ClusterChecks checks, Callers callers) {
        this.steward = steward;
        this.quorum = quorum;
        this.checks = checks;
        this.callers = callers;
    }

    /**
     * @param after the last name of the page before; null for the first
     */
    ObjectNode list(Caller caller, int limit, @Nullable String after) {
        boolean all = callers.may(caller, Access.LIST, Optional.empty());
        SortedSet<String> names = new TreeSet<>(deployments().names());
        ObjectNode page = ResourceJson.mapper().createObjectNode();
        var items = page.putArray("items");
        String last = "";
        for (String name : after == null ? names : names.tailSet(after + "\0")) {
            if (!all && !callers.may(caller, Access.VIEW, Optional.of(name))) {
                continue;
            }
            if (items.size() == limit) {
                page.put("continue", last);
                break;
            }
            items.add(view(name));
            last = name;
        }
        return page;
    }

    ObjectNode get(Caller caller, String name) {
        require(caller, Access.VIEW, name);
        return view(name);
    }

    /** Whether it is there: to be asked before anything else is done with it. */
    void require(Caller caller, Access access, String name) {
        boolean there =
                deployments().zone(name).isPresent() || deployments().order(name).isPresent();
        boolean visible = callers.may(caller, Access.VIEW, Optional.of(name));
        if (!there || !visible) {
            throw new Problem(Kind.NOT_FOUND, "there is no deployment " + name + " for you");
        }
        if (access != Access.VIEW && !callers.may(caller, access, Optional.of(name))) {
            throw new Problem(Kind.FORBIDDEN, "your roles do not allow this on " + name);
        }
    }

    void requireCreate(Caller caller) {
        if (!callers.may(caller, Access.CREATE, Optional.empty())) {
            throw new Problem(Kind.FORBIDDEN, "only platform administrators make deployments");
        }
    }

    ObjectNode create(JsonNode body, String idempotencyKey) {
        DeploymentOrder order = read(body, DeploymentOrder.class);
        String digest = digest(body);
        Optional<ObjectNode> known = known(order.name(), digest, idempotencyKey);
        if (known.isPresent()) {
            return known.get();
        }
        refuseUnusable(order);
        Optional<JsonNode> namespace =
                quorum.get(ResourceKind.NAMESPACE, "", Manifests.namespaceOf(order.name()));
        if (namespace.isPresent() && !isDeployments(namespace.get())) {
            throw new Problem(
                    Kind.EXISTS,
                    "the namespace "
                            + Manifests.namespaceOf(order.name())
                            + " exists and is no deployment's",
                    "/name",
                    List.of());
        }
        Map<String, String> marks = new HashMap<>();
        marks.put(ORDER_DIGEST, digest);
        if (!idempotencyKey.isEmpty()) {
            marks.put(IDEMPOTENCY_KEY, idempotencyKey);
        }
        steward.accept(order, marks);
        return view(order.name());
    }

    ObjectNode change(Caller caller, String name, JsonNode body) {
        JsonNode zone = zone(name);
        ObjectNode spec = body.deepCopy();
        JsonNode namespace = deployments().namespace(name).orElseThrow();
        Terms before = Steward.termsOf(namespace);
        Terms after = changed(before, spec);
        spec.remove(GRANTED);
        boolean asksForMore = GRANTED.stream().anyMatch(body::has);
        if (asksForMore && !callers.may(caller, Access.GRANT, Optional.of(name))) {
            throw new Problem(
                    Kind.FORBIDDEN,
                    String.join(", ", GRANTED) + " are the platform administrators' to change");
        }
        if (!after.equals(before)) {
            Manifests.Manifest made = Manifests.namespace(name, after);
            quorum.merge(ResourceKind.NAMESPACE, "", made.name(), made.object());
        }
        if (!spec.isEmpty()) {
            ObjectNode patch = KubernetesJson.mapper().createObjectNode();
            patch.set("spec", spec);
            quorum.merge(
                    ResourceKind.PROTECTION_ZONE,
                    Manifests.namespaceOf(name),
                    zone.at("/metadata/name").asText(),
                    patch);
        }
        return fresh(name);
    }

    ObjectNode remove(String name, boolean force) {
        Optional<JsonNode> zone = deployments().zone(name);
        if (zone.isEmpty()) {
            steward.withdraw(name);
            return view(name);
        }
        List<String> blockers = force ? List.of() : steward.blockers(name, zone.get());
        if (!blockers.isEmpty()) {
            throw new Problem(
                    Kind.IN_USE, "fail back or cancel first, or use ?force=true", null, blockers);
        }
        ObjectNode marks = KubernetesJson.mapper().createObjectNode();
        ObjectNode annotations = marks.withObject("/metadata/annotations");
        annotations.put(Steward.REMOVE_NAMESPACE, "true");
        if (force) {
            annotations.put(Steward.FORCE_REMOVAL, "true");
        }
        String namespace = Manifests.namespaceOf(name);
        String zoneName = zone.get().at("/metadata/name").asText();
        quorum.merge(ResourceKind.PROTECTION_ZONE, namespace, zoneName, marks);
        quorum.delete(ResourceKind.PROTECTION_ZONE, namespace, zoneName);
        ObjectNode view = fresh(name);
        view.put("phase", "Removing");
        return view;
    }

    ObjectNode preflight(String name) {
        JsonNode zone = zone(name);
        Terms terms = terms(name);
        Map<Role, List<Finding>> findings = checks.preflight(name, zone, terms);
        ObjectNode answer = ResourceJson.mapper().createObjectNode();
        answer.put("passed", findings.values().stream().allMatch(Preflight::passed));
        var clusters = answer.putArray("clusters");
        findings.forEach(
                (role, found) -> {
                    ObjectNode cluster = clusters.addObject();
                    cluster.put("name", zone.path("spec").path(role.word()).path("name").asText());
                    cluster.put("role", role.word());
                    var list = cluster.putArray("findings");
                    found.forEach(finding -> list.add(shown(finding)));
                });
        return answer;
    }

    ObjectNode rotate(String name, JsonNode body) {
        JsonNode zone = zone(name);
        String credential = body.path("credential").asText();
        for (Party party : Party.values()) {
            if (party.secret().equals(credential)) {
                steward.rotate(name, party);
                return view(name);
            }
        }
        Role role = credential.equals(Role.DR.kubeconfigSecret()) ? Role.DR : Role.PRIMARY;
        String kubeconfig = body.path("kubeconfig").asText("");
        refuseUnusable(kubeconfig, "/kubeconfig");
        List<String> faults =
                checks.tryOut(zone, role, kubeconfig, terms(name)).stream()
                        .filter(finding -> finding.outcome() == Preflight.Outcome.FAILED)
                        .filter(finding -> finding.check().isAboutCredential())
                        .map(finding -> finding.check().word() + ": " + finding.message())
                        .toList();
        if (!faults.isEmpty()) {
            throw new Problem(
                    Kind.REFUSED,
                    "the new kubeconfig is not good enough; the old one stays in use",
                    "/kubeconfig",
                    faults);
        }
        steward.replaceKubeconfig(name, role, kubeconfig);
        return fresh(name);
    }

    ObjectNode cordon(String name, JsonNode body) {
        JsonNode zone = zone(name);
        ObjectNode patch = KubernetesJson.mapper().createObjectNode();
        ObjectNode annotations = patch.withObject("/metadata/annotations");
        if (body.path("cordoned").asBoolean()) {
            annotations.put(ApiGroups.CORDONED, body.path("reason").asText("no reason given"));
        } else {
            annotations.putNull(ApiGroups.CORDONED);
        }
        quorum.merge(
                ResourceKind.PROTECTION_ZONE,
                Manifests.namespaceOf(name),
                zone.at("/metadata/name").asText(),
                patch);
        return fresh(name);
    }

    private Deployments deployments() {
        if (!steward.deployments().complete()) {
            throw new Problem(Kind.UNAVAILABLE, "the deployments have not been read yet");
        }
        return steward.deployments();
    }

    private Optional<ObjectNode> known(String name, String digest, String key) {
        for (String other :
                key.isEmpty() ? List.<String>of() : List.copyOf(deployments().names())) {
            if (!other.equals(name) && key.equals(mark(other, IDEMPOTENCY_KEY))) {
                throw new Problem(Kind.KEY_REUSED, "it was used for deployment " + other);
            }
        }
        boolean there =
                deployments().zone(name).isPresent() || deployments().order(name).isPresent();
        if (!there) {
            return Optional.empty();
        }
        if (digest.equals(mark(name, ORDER_DIGEST))) {
            return Optional.of(view(name));
        }
        if (!key.isEmpty() && key.equals(mark(name, IDEMPOTENCY_KEY))) {
            throw new Problem(Kind.KEY_REUSED, "with another body");
        }
        throw new Problem(
                Kind.EXISTS, "there is a deployment " + name + " already", "/name", List.of());
    }

    private String mark(String name, String annotation) {
        Optional<JsonNode> bearer =
                deployments().order(name).or(() -> deployments().namespace(name));
        return bearer.map(o -> o.path("metadata").path("annotations").path(annotation).asText(""))
                .orElse("");
    }

    private void refuseUnusable(DeploymentOrder order) {
        List<String> ranges = order.allowedCidrs() == null ? List.of() : order.allowedCidrs();
        for (int i = 0; i < ranges.size(); i++) {
            try {
                Cidr.parse(ranges.get(i));
            } catch (IllegalArgumentException e) {
                throw new Problem(
                        Kind.INVALID,
                        String.valueOf(e.getMessage()),
                        "/allowedCidrs/" + i,
                        List.of());
            }
        }
        String primary = order.clusters().primary().name();
        if (primary.equals(order.clusters().dr().name())) {
            throw new Problem(
                    Kind.INVALID,
                    "primary and dr are the same cluster, " + primary,
                    "/clusters/dr/name",
                    List.of());
        }
        for (Role role : Role.values()) {
            String pointer = "/clusters/" + role.word();
            if (order.clusters().of(role).name().equals("quorum")) {
                throw new Problem(
                        Kind.INVALID,
                        "the name quorum is the quorum cluster's",
                        pointer + "/name",
                        List.of());
            }
            String kubeconfig = order.clusters().of(role).kubeconfig();
            refuseUnusable(kubeconfig, pointer + "/kubeconfig");
            checks.refusal(kubeconfig, Terms.of(order))
                    .ifPresent(
                            why -> {
                                throw new Problem(
                                        Kind.REFUSED, why, pointer + "/kubeconfig", List.of());
                            });
        }
    }

    private static void refuseUnusable(String kubeconfig, String pointer) {
        try {
            KubeconfigReader.read(kubeconfig.getBytes(StandardCharsets.UTF_8));
        } catch (Kubeconfig.Refused e) {
            throw new Problem(Kind.REFUSED, String.valueOf(e.getMessage()), pointer, List.of());
        }
    }

    private Terms changed(Terms before, JsonNode change) {
        List<String> cidrs = new ArrayList<>(before.allowedCidrs());
        if (change.has("allowedCidrs")) {
            cidrs.clear();
            change.path("allowedCidrs").forEach(one -> cidrs.add(one.asText()));
            for (int i = 0; i < cidrs.size(); i++) {
                try {
                    Cidr.parse(cidrs.get(i));
                } catch (IllegalArgumentException e) {
                    throw new Problem(
                            Kind.INVALID,
                            String.valueOf(e.getMessage()),
                            "/allowedCidrs/" + i,
                            List.of());
                }
            }
        }
        Limits limits =
                change.has("limits")
                        ? before.limits().with(read(change.path("limits"), Limits.class))
                        : before.limits();
        return new Terms(
                change.path("isolation").asText(before.isolation()),
                before.protocol(),
                cidrs,
                limits);
    }

    private JsonNode zone(String name) {
        return deployments()
                .zone(name)
                .orElseThrow(
                        () ->
                                new Problem(
                                        Kind.CHANGED_MEANWHILE,
                                        "the deployment is still being made; try again"));
    }

    private Terms terms(String name) {
        return deployments().namespace(name).map(Steward::termsOf).orElse(Terms.STRICTEST);
    }

    private ObjectNode view(String name) {
        Optional<DeploymentOrder> order = steward.orderOf(name);
        Terms terms = order.map(Terms::of).orElseGet(() -> terms(name));
        return DeploymentView.of(name, deployments().zone(name), order, terms);
    }

    /** What has just been written, which the watch may not have brought yet. */
    private ObjectNode fresh(String name) {
        String namespace = Manifests.namespaceOf(name);
        Optional<JsonNode> zone =
                deployments()
                        .zone(name)
                        .flatMap(
                                known ->
                                        quorum.get(
                                                ResourceKind.PROTECTION_ZONE,
                                                namespace,
                                                known.at("/metadata/name").asText()));
        Terms terms =
                quorum.get(ResourceKind.NAMESPACE, "", namespace)
                        .map(Steward::termsOf)
                        .orElseGet(() -> terms(name));
        return DeploymentView.of(name, zone, Optional.empty(), terms);
    }

    private static boolean isDeployments(JsonNode namespace) {
        return namespace.path("metadata").path("labels").has(ApiGroups.DEPLOYMENT_LABEL);
    }

    private static ObjectNode shown(Finding finding) {
        return ResourceJson.mapper()
                .createObjectNode()
                .put("check", finding.check().word())
                .put("outcome", finding.outcome().word())
                .put("message", finding.message());
    }

    private static <T extends Record> T read(JsonNode body, Class<T> type) {
        try {
            return ResourceJson.read("", body, type);
        } catch (MalformedResource e) {
            throw new Problem(
                    Kind.INVALID,
                    String.valueOf(e.getMessage()),
                    e.path().replace('.', '/'),
                    List.of());
        }
    }

    private static String digest(JsonNode body) {
        try {
            byte[] canonical =
                    ResourceJson.mapper()
                            .writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                            .writeValueAsBytes(ResourceJson.mapper().treeToValue(body, Map.class));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
