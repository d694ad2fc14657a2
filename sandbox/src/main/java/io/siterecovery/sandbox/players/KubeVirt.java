package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** KubeVirt's words, and how its two kinds are read. */
final class KubeVirt {

    static final String LAUNCHER_LABEL = "kubevirt.io";
    static final String LAUNCHER = "virt-launcher";
    static final String VM_LABEL = "vm.kubevirt.io/name";

    /** Keeps a deleted VMI until its guest is off. */
    static final String FINALIZER = "foregroundDeleteVirtualMachine";

    static final ResourceDefinitionContext VM = kind("VirtualMachine", "virtualmachines");
    static final ResourceDefinitionContext VMI =
            kind("VirtualMachineInstance", "virtualmachineinstances");

    /** What the owner of a VM wants of KubeVirt now. */
    enum Wish {
        RUN,
        STOP,
        /** Manual: whatever is, stays. */
        LEAVE
    }

    private KubeVirt() {}

    static String vmPath(String namespace, String name) {
        return "/apis/kubevirt.io/v1/namespaces/%s/virtualmachines/%s".formatted(namespace, name);
    }

    static String vmiPath(String namespace, String name) {
        return "/apis/kubevirt.io/v1/namespaces/%s/virtualmachineinstances/%s"
                .formatted(namespace, name);
    }

    static Wish wish(GenericKubernetesResource vm) {
        Object running = vm.get("spec", "running");
        if (running != null) {
            return Boolean.TRUE.equals(running) ? Wish.RUN : Wish.STOP;
        }
        String strategy = vm.get("spec", "runStrategy");
        return switch (strategy == null ? "" : strategy) {
            case "Always", "RerunOnFailure", "Once" -> Wish.RUN;
            case "Halted" -> Wish.STOP;
            default -> Wish.LEAVE;
        };
    }

    static String phase(GenericKubernetesResource vmi) {
        return Objects.requireNonNullElse(vmi.get("status", "phase"), "");
    }

    static @Nullable String nodeName(GenericKubernetesResource vmi) {
        return vmi.get("status", "nodeName");
    }

    static boolean isFinal(GenericKubernetesResource vmi) {
        return phase(vmi).equals("Succeeded") || phase(vmi).equals("Failed");
    }

    static boolean isRunning(GenericKubernetesResource vmi) {
        return phase(vmi).equals("Running");
    }

    static boolean isDeleting(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    /** The uid of the VM that a VMI belongs to; empty for one that a user made by hand. */
    static Optional<String> ownerVm(GenericKubernetesResource vmi) {
        return vmi.getMetadata().getOwnerReferences().stream()
                .filter(o -> o.getKind().equals("VirtualMachine"))
                .map(OwnerReference::getUid)
                .findFirst();
    }

    /** Names of the PersistentVolumeClaims that the disks of a VMI use, in order. */
    static List<String> claims(GenericKubernetesResource vmi) {
        return volumes(vmi).stream().flatMap(v -> claim(v).stream()).distinct().toList();
    }

    static List<Map<String, Object>> tolerations(GenericKubernetesResource vmi) {
        List<Map<String, Object>> tolerations = vmi.get("spec", "tolerations");
        return tolerations == null ? List.of() : tolerations;
    }

    static Map<String, String> nodeSelector(GenericKubernetesResource vmi) {
        Map<String, String> selector = vmi.get("spec", "nodeSelector");
        return selector == null ? Map.of() : selector;
    }

    private static List<Map<String, Object>> volumes(GenericKubernetesResource vmi) {
        List<Map<String, Object>> volumes = vmi.get("spec", "volumes");
        return volumes == null ? List.of() : volumes;
    }

    private static Optional<String> claim(Map<String, Object> volume) {
        return Stream.of(
                        name(volume.get("persistentVolumeClaim"), "claimName"),
                        name(volume.get("dataVolume"), "name"))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> name(@Nullable Object source, String key) {
        return source instanceof Map<?, ?> map && map.get(key) instanceof String name
                ? Optional.of(name)
                : Optional.empty();
    }

    private static ResourceDefinitionContext kind(String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup("kubevirt.io")
                .withVersion("v1")
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }
}
