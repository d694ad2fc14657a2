package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The objects of the quickstart's world as they are before anybody has touched them. */
final class Definitions {

    static final String DRIVER = "linstor.csi.linbit.com";
    static final long DISK_BYTES = 1L << 30;

    static ObjectNode namespace(String name) {
        return object(ResourceKind.NAMESPACE, null, name);
    }

    static ObjectNode deploymentNamespace(String deployment) {
        ObjectNode namespace = namespace("dr-" + deployment);
        metadata(namespace).putObject("labels").put(ApiGroups.DEPLOYMENT_LABEL, deployment);
        metadata(namespace).putObject("annotations").put(ApiGroups.ALLOWED_CIDRS, "127.0.0.0/8");
        return namespace;
    }

    static ObjectNode kubeconfigSecret(String namespace, String name, String kubeconfig) {
        ObjectNode secret = object(ResourceKind.SECRET, namespace, name).put("type", "Opaque");
        byte[] bytes = kubeconfig.getBytes(StandardCharsets.UTF_8);
        secret.putObject("data").put("kubeconfig", Base64.getEncoder().encodeToString(bytes));
        return secret;
    }

    static ObjectNode zone(String deployment, ProtectionZoneSpec spec) {
        ObjectNode zone = object(ResourceKind.PROTECTION_ZONE, "dr-" + deployment, deployment);
        zone.set("spec", ResourceJson.write(spec));
        return zone;
    }

    static ObjectNode replicatedClass() {
        ObjectNode storageClass = storageClass(Machine.REPLICATED);
        storageClass
                .putObject("parameters")
                .put("linstor.csi.linbit.com/placementCount", "2")
                .put("linstor.csi.linbit.com/replicasOnDifferent", "topology.kubernetes.io/zone")
                .put("linstor.csi.linbit.com/storagePool", "fast");
        return storageClass;
    }

    static ObjectNode localClass() {
        ObjectNode storageClass = storageClass(Machine.LOCAL);
        storageClass
                .putObject("parameters")
                .put("linstor.csi.linbit.com/placementCount", "1")
                .put("linstor.csi.linbit.com/storagePool", "fast");
        return storageClass;
    }

    static ObjectNode claim(Machine machine) {
        ObjectNode claim =
                object(ResourceKind.PERSISTENT_VOLUME_CLAIM, machine.namespace(), machine.claim());
        ObjectNode spec = claim.putObject("spec");
        spec.put("storageClassName", machine.storageClass()).put("volumeMode", "Block");
        spec.putArray("accessModes").add("ReadWriteMany");
        spec.putObject("resources").putObject("requests").put("storage", "1Gi");
        return claim;
    }

    /** Name of the volume, its handle and its DRBD resource: all the same, as LINSTOR has it. */
    static String volumeName(JsonNode createdClaim) {
        return "pvc-" + createdClaim.at("/metadata/uid").asText();
    }

    static ObjectNode volume(Machine machine, JsonNode createdClaim) {
        String name = volumeName(createdClaim);
        ObjectNode volume = object(ResourceKind.PERSISTENT_VOLUME, null, name);
        metadata(volume).putObject("annotations").put("pv.kubernetes.io/provisioned-by", DRIVER);
        ObjectNode spec = volume.putObject("spec");
        spec.put("storageClassName", machine.storageClass()).put("volumeMode", "Block");
        spec.put("persistentVolumeReclaimPolicy", "Retain");
        spec.putArray("accessModes").add("ReadWriteMany");
        spec.putObject("capacity").put("storage", "1Gi");
        ObjectNode csi = spec.putObject("csi").put("driver", DRIVER).put("volumeHandle", name);
        csi.putObject("volumeAttributes")
                .put("linstor.csi.linbit.com/remote-access-policy", "true");
        spec.putObject("claimRef")
                .put("apiVersion", "v1")
                .put("kind", "PersistentVolumeClaim")
                .put("namespace", machine.namespace())
                .put("name", machine.claim())
                .put("uid", createdClaim.at("/metadata/uid").asText());
        return volume;
    }

    static ObjectNode virtualMachine(Machine machine) {
        ObjectNode vm = object(ResourceKind.VIRTUAL_MACHINE, machine.namespace(), machine.name());
        ObjectNode spec = vm.putObject("spec");
        if (machine.runStrategy()) {
            spec.put("runStrategy", "Always");
        } else {
            spec.put("running", true);
        }
        ObjectNode template = spec.putObject("template");
        template.putObject("metadata").putObject("labels").put("kubevirt.io/vm", machine.name());
        ObjectNode guest = template.putObject("spec");
        guest.put("terminationGracePeriodSeconds", 180);
        ObjectNode domain = guest.putObject("domain");
        domain.putObject("resources").putObject("requests").put("memory", "1Gi");
        ObjectNode devices = domain.putObject("devices");
        ObjectNode disk = devices.putArray("disks").addObject().put("name", "root");
        disk.putObject("disk").put("bus", "virtio");
        ObjectNode nic = devices.putArray("interfaces").addObject().put("name", "default");
        nic.put("macAddress", macAddress(machine)).putObject("masquerade");
        guest.putArray("networks").addObject().put("name", "default").putObject("pod");
        ObjectNode volume = guest.putArray("volumes").addObject().put("name", "root");
        volume.putObject("persistentVolumeClaim").put("claimName", machine.claim());
        return vm;
    }

    static ObjectNode object(ResourceKind kind, @Nullable String namespace, String name) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        return object;
    }

    private static ObjectNode storageClass(String name) {
        return object(ResourceKind.STORAGE_CLASS, null, name)
                .put("provisioner", DRIVER)
                .put("reclaimPolicy", "Retain")
                .put("volumeBindingMode", "WaitForFirstConsumer")
                .put("allowVolumeExpansion", true);
    }

    private static ObjectNode metadata(ObjectNode object) {
        return object.withObject("/metadata");
    }

    private static String macAddress(Machine machine) {
        int hash = (machine.namespace() + "/" + machine.name()).hashCode();
        return String.format(
                Locale.ROOT,
                "02:00:%02x:%02x:%02x:%02x",
                hash >>> 24,
                hash >>> 16 & 0xff,
                hash >>> 8 & 0xff,
                hash & 0xff);
    }

    private Definitions() {}
}
