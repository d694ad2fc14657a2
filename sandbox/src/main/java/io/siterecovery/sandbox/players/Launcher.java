package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** The virt-launcher pods: one per VMI, already placed on its node. */
final class Launcher {

    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private final ClusterApi api;
    private final ClusterView view;

    Launcher(ClusterApi api, ClusterView view) {
        this.api = api;
        this.view = view;
    }

    /** This VMI's own pod; one of an earlier VMI of that name does not count. */
    Optional<Pod> podOf(VmKey vm, GenericKubernetesResource vmi) {
        return view.launcherPods(vm.namespace(), vm.name()).stream()
                .filter(p -> !KubeVirt.isDeleting(p))
                .filter(p -> isOf(p, vmi))
                .findFirst();
    }

    CompletableFuture<Boolean> create(
            VmKey vm, GenericKubernetesResource vmi, String node, List<String> claims) {
        return api.create(
                        "/api/v1/namespaces/%s/pods".formatted(vm.namespace()),
                        body(vm, vmi, node, claims))
                .thenApply(this::remembered);
    }

    CompletableFuture<Boolean> markRunning(Pod pod) {
        boolean running = pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
        if (running) {
            return CompletableFuture.completedFuture(true);
        }
        List<Map<String, String>> conditions =
                List.of(
                        Map.of("type", "PodScheduled", "status", "True"),
                        Map.of("type", "Ready", "status", "True"));
        return api.merge(
                        path(pod) + "/status",
                        Map.of("status", Map.of("phase", "Running", "conditions", conditions)))
                .thenApply(this::remembered);
    }

    /** False when a pod is still there. */
    boolean deleteAll(VmKey vm) throws IOException, InterruptedException {
        var calls = new ArrayList<CompletableFuture<Boolean>>();
        for (Pod pod : view.launcherPods(vm.namespace(), vm.name())) {
            calls.add(
                    api.delete(path(pod), pod.getMetadata().getUid())
                            .thenApply(
                                    a -> {
                                        boolean gone = a.ok() || a.missing() || a.conflict();
                                        if (gone) {
                                            view.pods.deleted(pod);
                                        }
                                        return gone;
                                    }));
        }
        boolean all = true;
        for (CompletableFuture<Boolean> call : calls) {
            all &= ClusterApi.await(call);
        }
        return all;
    }

    private boolean remembered(Answer answer) {
        if (answer.ok()) {
            view.pods.wrote(api.read(answer, Pod.class));
        }
        return answer.ok();
    }

    private static boolean isOf(Pod pod, GenericKubernetesResource vmi) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(o -> o.getUid().equals(vmi.getMetadata().getUid()));
    }

    private static String path(Pod pod) {
        return "/api/v1/namespaces/%s/pods/%s"
                .formatted(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }

    private static Map<String, ?> body(
            VmKey vm, GenericKubernetesResource vmi, String node, List<String> claims) {
        var volumes = new ArrayList<Map<String, ?>>();
        for (String claim : claims) {
            volumes.add(Map.of("name", claim, "persistentVolumeClaim", Map.of("claimName", claim)));
        }
        String uid = vmi.getMetadata().getUid();
        return Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "metadata",
                Map.of(
                        "name",
                        "virt-launcher-%s-%s".formatted(vm.name(), suffix()),
                        "namespace",
                        vm.namespace(),
                        "labels",
                        Map.of(
                                KubeVirt.LAUNCHER_LABEL,
                                KubeVirt.LAUNCHER,
                                KubeVirt.VM_LABEL,
                                vm.name(),
                                "vmi.kubevirt.io/id",
                                vm.name(),
                                "kubevirt.io/created-by",
                                uid),
                        "ownerReferences",
                        List.of(owner("VirtualMachineInstance", vm.name(), uid))),
                "spec",
                Map.of(
                        "nodeName",
                        node,
                        "restartPolicy",
                        "Never",
                        "containers",
                        List.of(Map.of("name", "compute", "image", "sandbox/virt-launcher")),
                        "volumes",
                        volumes));
    }

    static Map<String, ?> owner(String kind, String name, String uid) {
        return Map.of(
                "apiVersion",
                "kubevirt.io/v1",
                "kind",
                kind,
                "name",
                name,
                "uid",
                uid,
                "controller",
                true,
                "blockOwnerDeletion",
                true);
    }

    private static String suffix() {
        return ThreadLocalRandom.current()
                .ints(5, 0, SUFFIX_LETTERS.length())
                .collect(
                        StringBuilder::new,
                        (s, i) -> s.append(SUFFIX_LETTERS.charAt(i)),
                        StringBuilder::append)
                .toString();
    }
}
