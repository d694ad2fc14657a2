package io.siterecovery.sandbox.players;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One cluster with its players and a human's client, for the tests. */
final class PlayersWorld implements AutoCloseable {

    static final String NAMESPACE = "production";

    final KubernetesApiServer server;
    final KubernetesClient human;
    final List<String> nodes;
    private final String site;
    private final DrbdWorld drbd;
    private WorkloadPlayers players;

    PlayersWorld(
            Vertx vertx, Path dir, String site, DrbdWorld drbd, Delays delays, List<String> nodes) {
        this.site = site;
        this.drbd = drbd;
        this.nodes = nodes;
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options(site, dir.resolve(site), 0));
        Config config = ClusterApi.config(server.kubeconfig("admin", "system:masters"));
        human = new KubernetesClientBuilder().withConfig(config).build();
        WorkloadPlayers.installCrds(server.kubeconfig("admin", "system:masters"));
        human.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(NAMESPACE)
                                .endMetadata()
                                .build())
                .create();
        nodes.forEach(n -> drbd.addNode(site, n));
        players = startPlayers(delays);
    }

    void restartPlayers(Delays delays) {
        players.close();
        players = startPlayers(delays);
    }

    private WorkloadPlayers startPlayers(Delays delays) {
        String kubeconfig = server.kubeconfig("kubevirt-player", "system:masters");
        return WorkloadPlayers.start(site, kubeconfig, drbd, delays, nodes);
    }

    @Override
    public void close() {
        players.close();
        human.close();
        server.close();
    }

    /** A claim, and a volume on the DRBD resource of that name that waits for it. */
    void disk(String name) {
        volume(name, name, "linstor.csi.linbit.com", "linstor-r2");
        claim(name, "linstor-r2");
    }

    void volume(String claim, String handle, String driver, String storageClass) {
        human.resource(
                        new PersistentVolumeBuilder()
                                .withNewMetadata()
                                .withName("pv-" + claim)
                                .endMetadata()
                                .withNewSpec()
                                .withCapacity(Map.of("storage", new Quantity("64Mi")))
                                .withAccessModes("ReadWriteOnce")
                                .withStorageClassName(storageClass)
                                .withPersistentVolumeReclaimPolicy("Retain")
                                .withNewClaimRef()
                                .withKind("PersistentVolumeClaim")
                                .withApiVersion("v1")
                                .withNamespace(NAMESPACE)
                                .withName(claim)
                                .endClaimRef()
                                .withNewCsi()
                                .withDriver(driver)
                                .withVolumeHandle(handle)
                                .endCsi()
                                .endSpec()
                                .build())
                .create();
    }

    void claim(String name, String storageClass) {
        human.resource(
                        new PersistentVolumeClaimBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(NAMESPACE)
                                .endMetadata()
                                .withNewSpec()
                                .withAccessModes("ReadWriteOnce")
                                .withStorageClassName(storageClass)
                                .withNewResources()
                                .withRequests(Map.of("storage", new Quantity("64Mi")))
                                .endResources()
                                .endSpec()
                                .build())
                .create();
    }

    void vm(String name, boolean running, String... claims) {
        var volumes =
                List.of(claims).stream()
                        .map(
                                c ->
                                        Map.of(
                                                "name",
                                                c,
                                                "persistentVolumeClaim",
                                                Map.of("claimName", c)))
                        .toList();
        Map<String, Object> domain = Map.of("devices", Map.of());
        var vm = new GenericKubernetesResource();
        vm.setApiVersion("kubevirt.io/v1");
        vm.setKind("VirtualMachine");
        vm.setMetadata(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .addToAnnotations("note", "café")
                        .build());
        vm.setAdditionalProperty(
                "spec",
                Map.of(
                        "running",
                        running,
                        "template",
                        Map.of("spec", Map.of("domain", domain, "volumes", volumes))));
        human.resource(vm).create();
    }

    void setRunning(String vm, boolean running) {
        patch(vm, "{\"spec\":{\"running\":%s}}".formatted(running));
    }

    void patch(String vm, String merge) {
        human.genericKubernetesResources(KubeVirt.VM)
                .inNamespace(NAMESPACE)
                .withName(vm)
                .patch(PatchContext.of(PatchType.JSON_MERGE), merge);
    }

    void delete(String vm) {
        human.genericKubernetesResources(KubeVirt.VM).inNamespace(NAMESPACE).withName(vm).delete();
    }

    @Nullable GenericKubernetesResource get(String vm) {
        return human.genericKubernetesResources(KubeVirt.VM)
                .inNamespace(NAMESPACE)
                .withName(vm)
                .get();
    }

    @Nullable GenericKubernetesResource instance(String vm) {
        return human.genericKubernetesResources(KubeVirt.VMI)
                .inNamespace(NAMESPACE)
                .withName(vm)
                .get();
    }

    List<Pod> launchers(String vm) {
        return human.pods()
                .inNamespace(NAMESPACE)
                .withLabel("vm.kubevirt.io/name", vm)
                .list()
                .getItems();
    }

    boolean runs(String vm) {
        GenericKubernetesResource instance = instance(vm);
        return instance != null && KubeVirt.isRunning(instance) && !KubeVirt.isDeleting(instance);
    }

    /** VMI gone, pod gone, attachments gone. */
    boolean isStopped(String vm, String... volumes) {
        return instance(vm) == null
                && launchers(vm).isEmpty()
                && human.storage().v1().volumeAttachments().list().getItems().stream()
                        .noneMatch(
                                a ->
                                        List.of(volumes)
                                                .contains(
                                                        a.getSpec()
                                                                .getSource()
                                                                .getPersistentVolumeName()));
    }

    String shown(String vm) {
        GenericKubernetesResource found = get(vm);
        String printable = found == null ? null : found.get("status", "printableStatus");
        return Objects.requireNonNullElse(printable, "");
    }

    /** The message of the condition that says why a VM does not run. */
    String failure(String vm) {
        GenericKubernetesResource found = get(vm);
        List<Map<String, String>> conditions =
                found == null ? null : found.get("status", "conditions");
        return conditions == null
                ? ""
                : conditions.stream()
                        .filter(c -> "Failure".equals(c.get("type")))
                        .map(c -> String.valueOf(c.get("message")))
                        .findFirst()
                        .orElse("");
    }

    List<String> eventReasons(String vm) {
        return human.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(e -> vm.equals(e.getInvolvedObject().getName()))
                .map(Event::getReason)
                .toList();
    }

    void clear() {
        human.genericKubernetesResources(KubeVirt.VM).inNamespace(NAMESPACE).delete();
        human.persistentVolumeClaims().inNamespace(NAMESPACE).delete();
        human.persistentVolumes().delete();
    }

    boolean isEmpty() {
        return human.genericKubernetesResources(KubeVirt.VMI)
                        .inNamespace(NAMESPACE)
                        .list()
                        .getItems()
                        .isEmpty()
                && human.pods().inNamespace(NAMESPACE).list().getItems().isEmpty()
                && human.storage().v1().volumeAttachments().list().getItems().isEmpty();
    }

    void fence(String vm) {
        human.load(new ByteArrayInputStream(FENCE.formatted(vm).getBytes(UTF_8))).create();
    }

    void unfence(String vm) {
        human.load(new ByteArrayInputStream(FENCE.formatted(vm).getBytes(UTF_8))).delete();
    }

    private static final String FENCE =
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: fence.test}
            spec:
              failurePolicy: Fail
              matchConstraints:
                resourceRules:
                - {apiGroups: [kubevirt.io], apiVersions: ["*"], operations: [CREATE], resources: [virtualmachineinstances], scope: Namespaced}
              validations:
              - {expression: "object.metadata.name != '%s'", reason: Forbidden, message: it is fenced}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: fence.test}
            spec: {policyName: fence.test, validationActions: [Deny]}
            """;
}
