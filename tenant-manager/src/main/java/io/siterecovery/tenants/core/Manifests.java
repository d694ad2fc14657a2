package io.siterecovery.tenants.core;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The objects of a deployment on the quorum cluster, as they are made. */
public final class Manifests {

    public static final ResourceKind RESOURCE_QUOTA =
            new ResourceKind("", "v1", "ResourceQuota", "resourcequotas", true);
    public static final ResourceKind NETWORK_POLICY =
            new ResourceKind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true);
    public static final ResourceKind ROLE_BINDING =
            new ResourceKind(
                    "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true);

    /** On everything that the tenant-manager made, and may remove. */
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    public static final String MANAGER = "site-recovery";

    /** What a dedicated control plane of the deployment may do in its namespace. */
    public static final String DEDICATED_ROLE = "siterecovery-control-plane-dedicated";

    public static final String CONTROL_PLANE_ACCOUNT = "siterecovery-control-plane";

    /** An object and where it belongs. */
    public record Manifest(ResourceKind kind, ObjectNode object) {

        public String name() {
            return object.at("/metadata/name").asText();
        }

        public String namespace() {
            return object.at("/metadata/namespace").asText("");
        }

        @Override
        public String toString() {
            return kind.qualified() + " " + name();
        }
    }

    public static String namespaceOf(String deployment) {
        return "dr-" + deployment;
    }

    public static Manifest namespace(String deployment, Terms terms) {
        Manifest made = made(ResourceKind.NAMESPACE, "", namespaceOf(deployment));
        ObjectNode labels = made.object().withObject("/metadata/labels");
        labels.put(ApiGroups.DEPLOYMENT_LABEL, deployment);
        labels.put("pod-security.kubernetes.io/enforce", "restricted");
        ObjectNode annotations = made.object().withObject("/metadata/annotations");
        terms.annotations().forEach(annotations::put);
        terms.labels().forEach(labels::put);
        return made;
    }

    /** What surrounds a deployment in its namespace, whoever made that. */
    public static List<Manifest> guards(String deployment) {
        String namespace = namespaceOf(deployment);
        Manifest quota = made(RESOURCE_QUOTA, namespace, "site-recovery");
        ObjectNode hard = quota.object().putObject("spec").putObject("hard");
        hard.put("pods", "10");
        hard.put("count/secrets", "50");
        hard.put("count/failovers." + ApiGroups.CANONICAL, "20000");

        Manifest network = made(NETWORK_POLICY, namespace, "deny-all");
        ObjectNode policy = network.object().putObject("spec");
        policy.putObject("podSelector");
        policy.putArray("policyTypes").add("Ingress").add("Egress");

        Manifest account = made(ResourceKind.SERVICE_ACCOUNT, namespace, CONTROL_PLANE_ACCOUNT);
        account.object().put("automountServiceAccountToken", false);

        Manifest binding = made(ROLE_BINDING, namespace, CONTROL_PLANE_ACCOUNT);
        binding.object()
                .putObject("roleRef")
                .put("apiGroup", "rbac.authorization.k8s.io")
                .put("kind", "ClusterRole")
                .put("name", DEDICATED_ROLE);
        binding.object()
                .putArray("subjects")
                .addObject()
                .put("kind", "ServiceAccount")
                .put("namespace", namespace)
                .put("name", CONTROL_PLANE_ACCOUNT);
        return List.of(quota, network, account, binding);
    }

    public static Manifest kubeconfig(String deployment, Role role, String kubeconfig) {
        return secret(
                namespaceOf(deployment), role.kubeconfigSecret(), Map.of("kubeconfig", kubeconfig));
    }

    /**
     * @param values not yet encoded
     */
    public static Manifest secret(String namespace, String name, Map<String, String> values) {
        Manifest made = made(ResourceKind.SECRET, namespace, name);
        made.object().put("type", "Opaque");
        ObjectNode data = made.object().putObject("data");
        new TreeMap<>(values).forEach((key, value) -> data.put(key, encoded(value)));
        return made;
    }

    public static String encoded(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    public static Manifest zone(String deployment, ProtectionZoneSpec spec) {
        Manifest made = made(ResourceKind.PROTECTION_ZONE, namespaceOf(deployment), deployment);
        made.object().withArray("/metadata/finalizers").add(ApiGroups.DEPLOYMENT_FINALIZER);
        made.object().set("spec", ResourceJson.write(spec));
        return made;
    }

    private static Manifest made(ResourceKind kind, String namespace, String name) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (!namespace.isEmpty()) {
            metadata.put("namespace", namespace);
        }
        metadata.putObject("labels").put(MANAGED_BY, MANAGER);
        return new Manifest(kind, object);
    }

    private Manifests() {}
}
