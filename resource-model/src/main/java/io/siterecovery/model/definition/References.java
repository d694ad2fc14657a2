package io.siterecovery.model.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.model.ResourceKind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a VirtualMachine refers to besides its disks (kubevirt.io/api core/v1 types.go, schema.go:
 * Volume, AccessCredential, Network, InstancetypeMatcher, PreferenceMatcher).
 */
public final class References {

    private final String namespace;
    private final Set<Reference> found = new LinkedHashSet<>();

    private References(String namespace) {
        this.namespace = namespace;
    }

    /** In the order of the VM's own fields, each once. What is no reference is passed over. */
    public static List<Reference> of(JsonNode vm) {
        References references = new References(vm.at("/metadata/namespace").asText());
        JsonNode spec = vm.path("spec");
        references.sized(
                spec.path("instancetype"),
                ResourceKind.INSTANCETYPE,
                ResourceKind.CLUSTER_INSTANCETYPE);
        references.sized(
                spec.path("preference"), ResourceKind.PREFERENCE, ResourceKind.CLUSTER_PREFERENCE);
        JsonNode instance = spec.at("/template/spec");
        instance.path("volumes").forEach(references::volume);
        instance.path("accessCredentials").forEach(references::credential);
        instance.path("networks").forEach(references::network);
        return List.copyOf(references.found);
    }

    /** KubeVirt takes a matcher without a kind for the cluster-scoped one. */
    private void sized(JsonNode matcher, ResourceKind own, ResourceKind cluster) {
        boolean namespaced = matcher.path("kind").asText().equalsIgnoreCase(own.kind());
        add(
                namespaced ? own : cluster,
                namespaced ? namespace : "",
                matcher.path("name").asText(),
                false);
        add(ResourceKind.CONTROLLER_REVISION, matcher.path("revisionName"), matcher);
    }

    private void volume(JsonNode volume) {
        JsonNode secret = volume.path("secret");
        add(ResourceKind.SECRET, secret.path("secretName"), secret);
        JsonNode map = volume.path("configMap");
        add(ResourceKind.CONFIG_MAP, map.path("name"), map);
        JsonNode sysprep = volume.path("sysprep");
        add(ResourceKind.SECRET, sysprep.at("/secret/name"), sysprep);
        add(ResourceKind.CONFIG_MAP, sysprep.at("/configMap/name"), sysprep);
        JsonNode account = volume.path("serviceAccount");
        add(ResourceKind.SERVICE_ACCOUNT, account.path("serviceAccountName"), account);
        for (String cloudInit : List.of("cloudInitNoCloud", "cloudInitConfigDrive")) {
            JsonNode data = volume.path(cloudInit);
            add(ResourceKind.SECRET, data.at("/secretRef/name"), data);
            add(ResourceKind.SECRET, data.at("/networkDataSecretRef/name"), data);
        }
        JsonNode image = volume.path("containerDisk");
        add(ResourceKind.SECRET, image.path("imagePullSecret"), image);
    }

    private void credential(JsonNode credential) {
        for (String kind : List.of("sshPublicKey", "userPassword")) {
            JsonNode secret = credential.path(kind).at("/source/secret");
            add(ResourceKind.SECRET, secret.path("secretName"), secret);
        }
    }

    /** {@code name}, or {@code namespace/name}. */
    private void network(JsonNode network) {
        String name = network.at("/multus/networkName").asText();
        int slash = name.indexOf('/');
        add(
                ResourceKind.NETWORK_ATTACHMENT,
                slash < 0 ? namespace : name.substring(0, slash),
                name.substring(slash + 1),
                false);
    }

    private void add(ResourceKind kind, JsonNode name, JsonNode holder) {
        add(kind, namespace, name.asText(), holder.path("optional").asBoolean());
    }

    private void add(ResourceKind kind, String in, String name, boolean optional) {
        if (!name.isEmpty()) {
            found.add(new Reference(kind, in, name, optional));
        }
    }
}
