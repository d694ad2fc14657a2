package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What the players know of one cluster, each kind by a watch of its own. */
final class ClusterView implements AutoCloseable {

    /** Hears which object changed, and that of which kind. */
    interface Changes {
        void virtualMachine(HasMetadata vmOrVmi);

        void launcherPod(Pod pod);

        void claim(PersistentVolumeClaim claim);

        void volume(PersistentVolume volume);

        void attachment(VolumeAttachment attachment);

        void node(Node node);
    }

    final Known<GenericKubernetesResource> vms;
    final Known<GenericKubernetesResource> vmis;
    final Known<Pod> pods;
    final Known<PersistentVolumeClaim> claims;
    final Known<PersistentVolume> volumes;
    final Known<VolumeAttachment> attachments;
    final Known<Node> nodes;

    ClusterView(KubernetesClient client, Changes changes) {
        vms =
                new Known<>(
                        () ->
                                client.genericKubernetesResources(KubeVirt.VM)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        changes::virtualMachine);
        vmis =
                new Known<>(
                        () ->
                                client.genericKubernetesResources(KubeVirt.VMI)
                                        .inAnyNamespace()
                                        .runnableInformer(0),
                        changes::virtualMachine);
        pods =
                new Known<>(
                        () ->
                                client.pods()
                                        .inAnyNamespace()
                                        .withLabel(KubeVirt.LAUNCHER_LABEL, KubeVirt.LAUNCHER)
                                        .runnableInformer(0),
                        changes::launcherPod);
        claims =
                new Known<>(
                        () -> client.persistentVolumeClaims().inAnyNamespace().runnableInformer(0),
                        changes::claim);
        volumes =
                new Known<>(() -> client.persistentVolumes().runnableInformer(0), changes::volume);
        attachments =
                new Known<>(
                        () -> client.storage().v1().volumeAttachments().runnableInformer(0),
                        changes::attachment);
        nodes = new Known<>(() -> client.nodes().runnableInformer(0), changes::node);
    }

    /**
     * Done when every kind has been listed once; that may take as long as the API server is away.
     */
    CompletableFuture<Void> start() {
        return CompletableFuture.allOf(
                all().map(k -> k.start().toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new));
    }

    void restart() {
        all().forEach(Known::restart);
    }

    void forgetOld() {
        all().forEach(Known::forgetOld);
    }

    List<Pod> launcherPods(String namespace, String vm) {
        return pods.all().stream()
                .filter(p -> namespace.equals(p.getMetadata().getNamespace()))
                .filter(p -> vm.equals(p.getMetadata().getLabels().get(KubeVirt.VM_LABEL)))
                .toList();
    }

    @Override
    public void close() {
        all().forEach(Known::close);
    }

    private Stream<Known<?>> all() {
        return Stream.of(vms, vmis, pods, claims, volumes, attachments, nodes);
    }
}
