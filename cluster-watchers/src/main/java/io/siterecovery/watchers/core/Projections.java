package io.siterecovery.watchers.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.ConfigurationFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.LauncherPodFact;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.PersistentVolumeClaimFact;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.events.cluster.StorageClassFact;
import io.siterecovery.events.cluster.VirtualMachineDefinition;
import io.siterecovery.events.cluster.VirtualMachineDefinition.Need;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.events.cluster.VirtualMachineInstanceFact;
import io.siterecovery.events.cluster.VolumeAttachmentFact;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.definition.DefinitionCopy;
import io.siterecovery.model.definition.Reference;
import io.siterecovery.model.definition.References;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** From an object as the API serves it to the few fields that anyone decides on. */
public final class Projections {

    /** Volumes that hold no data of the VM's own, or data that is copied with its definition. */
    private static final Set<String> NOTHING_TO_PROTECT =
            Set.of(
                    "name",
                    "containerDisk",
                    "cloudInitNoCloud",
                    "cloudInitConfigDrive",
                    "configMap",
                    "secret",
                    "sysprep",
                    "serviceAccount",
                    "downwardAPI",
                    "downwardMetrics");

    /** On the hidden disk of a VM's TPM and firmware (kubevirt pkg/storage/backend-storage). */
    private static final String STATE_OF = "persistent-state-for";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public static ClusterFact project(WatchedKind kind, GenericKubernetesResource object) {
        ObjectMeta meta = meta(kind, object);
        Tree tree = new Tree(object.getAdditionalProperties());
        return switch (kind) {
            case VIRTUAL_MACHINE -> virtualMachine(meta, tree, definition(kind, object));
            case VIRTUAL_MACHINE_INSTANCE ->
                    new VirtualMachineInstanceFact(
                            meta,
                            tree.at("status", "phase").textOr(""),
                            tree.at("status", "nodeName").text(),
                            hasCondition(tree, "Ready"),
                            macs(tree));
            case LAUNCHER_POD ->
                    new LauncherPodFact(
                            meta,
                            virtualMachineOf(object),
                            tree.at("status", "phase").textOr(""),
                            tree.at("spec", "nodeName").text());
            case PERSISTENT_VOLUME_CLAIM ->
                    new PersistentVolumeClaimFact(
                            meta,
                            tree.at("spec", "storageClassName").text(),
                            tree.at("spec", "volumeName").text(),
                            tree.at("status", "phase").textOr(""),
                            digest(kind, object),
                            orEmpty(object.getMetadata().getLabels()).get(STATE_OF));
            case PERSISTENT_VOLUME ->
                    new PersistentVolumeFact(
                            meta,
                            tree.at("spec", "csi", "driver").text(),
                            tree.at("spec", "csi", "volumeHandle").text(),
                            tree.at("spec", "claimRef", "namespace").text(),
                            tree.at("spec", "claimRef", "name").text(),
                            tree.at("status", "phase").textOr(""),
                            digest(kind, object));
            case STORAGE_CLASS ->
                    new StorageClassFact(
                            meta, tree.at("provisioner").textOr(""), tree.at("parameters").texts());
            case NODE ->
                    new NodeFact(
                            meta,
                            hasCondition(tree, "Ready"),
                            tree.at("spec", "unschedulable").isTrue(),
                            tree.at("spec", "taints").items().stream()
                                    .map(Projections::taint)
                                    .toList());
            case VOLUME_ATTACHMENT ->
                    new VolumeAttachmentFact(
                            meta,
                            tree.at("spec", "source", "persistentVolumeName").textOr(""),
                            tree.at("spec", "nodeName").textOr(""),
                            tree.at("status", "attached").isTrue());
            case SECRET,
                    CONFIG_MAP,
                    SERVICE_ACCOUNT,
                    NETWORK_ATTACHMENT,
                    INSTANCETYPE,
                    CLUSTER_INSTANCETYPE,
                    PREFERENCE,
                    CLUSTER_PREFERENCE,
                    CONTROLLER_REVISION ->
                    new ConfigurationFact(meta);
            case FENCE -> new FenceFact(meta, tree.at("data").texts());
            case PROTECTION_GROUP,
                    FAILOVER,
                    ALIAS_PROTECTION_GROUP,
                    ALIAS_FAILOVER,
                    GROUP_OWNERSHIP,
                    PROTECTION_ZONE ->
                    new CustomResourceFact(
                            meta,
                            orEmpty(object.getMetadata().getFinalizers()),
                            json(tree.at("spec")),
                            json(tree.at("status")));
        };
    }

    private static VirtualMachineFact virtualMachine(
            ObjectMeta meta, Tree vm, VirtualMachineDefinition definition) {
        List<String> claims = new ArrayList<>();
        List<String> unprotectable = new ArrayList<>();
        for (Tree volume : vm.at("spec", "template", "spec", "volumes").items()) {
            String claim =
                    Stream.of(
                                    volume.at("persistentVolumeClaim", "claimName"),
                                    volume.at("dataVolume", "name"),
                                    volume.at("memoryDump", "claimName"))
                            .map(Tree::text)
                            .filter(name -> name != null)
                            .findFirst()
                            .orElse(null);
            if (claim != null) {
                claims.add(claim);
                continue;
            }
            for (String source : volume.fields()) {
                if (!NOTHING_TO_PROTECT.contains(source)) {
                    unprotectable.add(volume.at("name").textOr("?") + " (" + source + ")");
                }
            }
        }
        return new VirtualMachineFact(
                meta,
                vm.at("spec", "running").truth(),
                vm.at("spec", "runStrategy").text(),
                claims,
                unprotectable,
                vm.at("status", "printableStatus").text(),
                definition);
    }

    private static VirtualMachineDefinition definition(
            WatchedKind kind, GenericKubernetesResource vm) {
        JsonNode told = told(vm);
        List<String> open = new ArrayList<>();
        JsonNode domain = told.at("/spec/template/spec/domain");
        for (JsonNode nic : domain.at("/devices/interfaces")) {
            if (nic.path("macAddress").asText().isEmpty()) {
                open.add(nic.path("name").asText());
            }
        }
        boolean keepsState =
                domain.at("/devices/tpm/persistent").asBoolean()
                        || domain.at("/firmware/bootloader/efi/persistent").asBoolean();
        return new VirtualMachineDefinition(
                DefinitionCopy.digest(kind.resource(), told),
                References.of(told).stream().map(Projections::need).toList(),
                open,
                keepsState);
    }

    private static Need need(Reference reference) {
        return new Need(
                reference.kind().qualified(),
                reference.namespace(),
                reference.name(),
                reference.optional() ? true : null);
    }

    private static String digest(WatchedKind kind, GenericKubernetesResource object) {
        return DefinitionCopy.digest(kind.resource(), told(object));
    }

    /** What people wrote of it, or controllers for them: neither status nor bookkeeping. */
    private static JsonNode told(GenericKubernetesResource object) {
        ObjectNode told = JSON.createObjectNode();
        ObjectNode metadata = told.putObject("metadata");
        metadata.put("name", object.getMetadata().getName());
        metadata.put("namespace", object.getMetadata().getNamespace());
        metadata.set("labels", JSON.valueToTree(orEmpty(object.getMetadata().getLabels())));
        metadata.set(
                "annotations", JSON.valueToTree(orEmpty(object.getMetadata().getAnnotations())));
        told.set("spec", json(new Tree(object.getAdditionalProperties().get("spec"))));
        return told;
    }

    private static Map<String, String> macs(Tree instance) {
        Map<String, String> macs = new TreeMap<>();
        for (Tree nic : instance.at("status", "interfaces").items()) {
            String name = nic.at("name").text();
            String mac = nic.at("mac").text();
            if (name != null && mac != null) {
                macs.put(name, mac);
            }
        }
        return macs;
    }

    /** The instance that owns a launcher pod; labels only where an older KubeVirt set no owner. */
    private static String virtualMachineOf(GenericKubernetesResource pod) {
        for (OwnerReference owner : orEmpty(pod.getMetadata().getOwnerReferences())) {
            if ("VirtualMachineInstance".equals(owner.getKind())) {
                return owner.getName();
            }
        }
        Map<String, String> annotations = orEmpty(pod.getMetadata().getAnnotations());
        Map<String, String> labels = orEmpty(pod.getMetadata().getLabels());
        return Stream.of(
                        annotations.get("kubevirt.io/domain"),
                        labels.get("vmi.kubevirt.io/id"),
                        labels.get("vm.kubevirt.io/name"))
                .filter(name -> name != null && !name.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static ObjectMeta meta(WatchedKind kind, GenericKubernetesResource object) {
        io.fabric8.kubernetes.api.model.ObjectMeta meta = object.getMetadata();
        Map<String, String> ours = new LinkedHashMap<>();
        orEmpty(meta.getAnnotations())
                .forEach(
                        (name, value) -> {
                            if (name.startsWith(ApiGroups.PREFIX) && value != null) {
                                ours.put(name, value);
                            }
                        });
        return new ObjectMeta(
                textOr(meta.getUid()),
                kind.versioned() ? textOr(meta.getResourceVersion()) : "",
                meta.getGeneration() == null ? 0 : meta.getGeneration(),
                Tree.time(meta.getCreationTimestamp()).orElse(Instant.EPOCH),
                Tree.time(meta.getDeletionTimestamp()).orElse(null),
                ours);
    }

    private static boolean hasCondition(Tree object, String type) {
        return object.at("status", "conditions").items().stream()
                .anyMatch(
                        condition ->
                                type.equals(condition.at("type").text())
                                        && "True".equals(condition.at("status").text()));
    }

    private static String taint(Tree taint) {
        String value = taint.at("value").textOr("");
        return taint.at("key").textOr("")
                + (value.isEmpty() ? "" : "=" + value)
                + ":"
                + taint.at("effect").textOr("");
    }

    private static JsonNode json(Tree part) {
        return part.value() == null ? JSON.createObjectNode() : JSON.valueToTree(part.value());
    }

    private static String textOr(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static <K, V> Map<K, V> orEmpty(@Nullable Map<K, V> map) {
        return map == null ? Map.of() : map;
    }

    private Projections() {}
}
