package io.siterecovery.tests.simulation.world;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Kubernetes objects as somebody would apply them. */
public final class Objects {

    public static final String STORAGE_CLASS = "replicated";
    static final String DRIVER = "linstor.csi.linbit.com";

    public static ObjectNode object(ResourceKind kind, @Nullable String namespace, String name) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        return object;
    }

    static ObjectNode storageClass() {
        ObjectNode object = object(ResourceKind.STORAGE_CLASS, null, STORAGE_CLASS);
        object.put("provisioner", DRIVER)
                .putObject("parameters")
                .put("placementCount", "2")
                .put("replicasOnDifferent", "zone");
        return object;
    }

    static ObjectNode node(String name) {
        ObjectNode object = object(ResourceKind.NODE, null, name);
        object.putObject("spec");
        object.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Ready")
                .put("status", "True");
        return object;
    }

    /** Definition of a VM as its owner wrote it. */
    public static ObjectNode virtualMachine(Machine machine, boolean running) {
        ObjectNode object =
                object(ResourceKind.VIRTUAL_MACHINE, machine.namespace(), machine.name());
        ObjectNode spec = object.putObject("spec");
        if (machine.runStrategy()) {
            spec.put("runStrategy", running ? "Always" : "Halted");
        } else {
            spec.put("running", running);
        }
        var volumes = spec.putObject("template").putObject("spec").putArray("volumes");
        for (String claim : machine.claims()) {
            volumes.addObject()
                    .put("name", claim)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", claim);
        }
        ((ObjectNode) object.get("metadata"))
                .putArray("finalizers")
                .add("kubevirt.io/virtualMachineControllerFinalize");
        return object;
    }

    static ObjectNode claim(Machine machine, String claim, boolean bound) {
        ObjectNode object =
                object(ResourceKind.PERSISTENT_VOLUME_CLAIM, machine.namespace(), claim);
        ObjectNode spec = object.putObject("spec").put("storageClassName", STORAGE_CLASS);
        if (bound) {
            spec.put("volumeName", machine.resource(claim));
        }
        object.putObject("status").put("phase", bound ? "Bound" : "Pending");
        return object;
    }

    static ObjectNode volume(Machine machine, String claim) {
        String resource = machine.resource(claim);
        ObjectNode object = object(ResourceKind.PERSISTENT_VOLUME, null, resource);
        ObjectNode spec = object.putObject("spec");
        spec.putObject("csi").put("driver", DRIVER).put("volumeHandle", resource);
        spec.putObject("claimRef").put("namespace", machine.namespace()).put("name", claim);
        object.putObject("status").put("phase", "Available");
        return object;
    }

    /** A group as its owner wrote it. */
    public static ObjectNode group(
            @Nullable String namespace, Group group, List<String> members, String desiredState) {
        ObjectNode object =
                object(
                        ResourceKind.PROTECTION_GROUP,
                        namespace == null ? group.namespace() : namespace,
                        group.name());
        ObjectNode spec = object.putObject("spec");
        var vms = spec.putArray("virtualMachines");
        members.forEach(
                vm -> {
                    ObjectNode member = vms.addObject().put("name", vm);
                    group.machines().stream()
                            .filter(m -> m.name().equals(vm))
                            .forEach(m -> boot(member, m.boot()));
                    if (namespace != null) {
                        member.put("namespace", group.namespace());
                    }
                });
        spec.put("desiredState", desiredState).put("paused", false);
        return object;
    }

    private static void boot(ObjectNode member, Machine.@Nullable Boot boot) {
        if (boot != null) {
            member.put("bootGroup", boot.bootGroup());
            boot.dependsOn().forEach(member.withArray("dependsOn")::add);
        }
    }

    /** An order to move a group. */
    public static ObjectNode failover(
            String namespace, String name, Group group, String target, boolean dryRun) {
        ObjectNode object = object(ResourceKind.FAILOVER, namespace, name);
        object.putObject("spec")
                .put("protectionGroup", group.name())
                .put("protectionGroupNamespace", group.namespace())
                .put("targetCluster", target)
                .put("failoverType", "planned")
                .put("force", false)
                .put("dryRun", dryRun)
                .put("cancel", false);
        return object;
    }

    /** The worst day's order. */
    public static ObjectNode emergency(
            String namespace, String name, Group group, String target, boolean force) {
        ObjectNode object = failover(namespace, name, group, target, false);
        ((ObjectNode) object.get("spec")).put("failoverType", "emergency").put("force", force);
        return object;
    }

    private Objects() {}
}
