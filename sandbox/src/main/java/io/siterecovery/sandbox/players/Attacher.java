package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * CSI: while a VolumeAttachment of ours exists the DRBD device may be open on its node, and before
 * it goes the device is closed.
 */
final class Attacher {

    private static final String VM_ANNOTATION = "sandbox.siterecovery.io/vm";
    private static final String RESOURCE_ANNOTATION = "sandbox.siterecovery.io/resource";
    private static final String PATH = "/apis/storage.k8s.io/v1/volumeattachments";

    private record Opened(String node, String resource) {}

    private final ClusterApi api;
    private final ClusterView view;
    private final DrbdWorld drbd;

    /** What we opened for a VM: the attachment may be deleted under a running guest. */
    private final Map<VmKey, Set<Opened>> opened = new ConcurrentHashMap<>();

    Attacher(ClusterApi api, ClusterView view, DrbdWorld drbd) {
        this.api = api;
        this.view = view;
        this.drbd = drbd;
    }

    /** One attachment per disk; empty when all exist now, else why not. */
    Optional<String> attach(VmKey vm, List<Disk> disks, String node)
            throws IOException, InterruptedException {
        var calls = new HashMap<Disk, CompletableFuture<Answer>>();
        for (Disk disk : disks) {
            Optional<VolumeAttachment> there = attachment(disk, node);
            if (there.isPresent() && !isOf(there.get(), vm)) {
                return Optional.of(inUse(disk));
            }
            if (there.isEmpty()) {
                calls.put(disk, api.create(PATH, body(vm, disk, node)));
            }
        }
        for (Map.Entry<Disk, CompletableFuture<Answer>> call : calls.entrySet()) {
            Answer answer = ClusterApi.await(call.getValue());
            if (answer.conflict()) {
                String path = PATH + "/" + call.getKey().attachmentName(node);
                answer = ClusterApi.await(api.get(path));
            }
            if (!answer.ok()) {
                return Optional.of(answer.message());
            }
            VolumeAttachment now = view.attachments.wrote(api.read(answer, VolumeAttachment.class));
            if (!isOf(now, vm)) {
                return Optional.of(inUse(call.getKey()));
            }
        }
        return Optional.empty();
    }

    /**
     * Opens every DRBD device or none.
     *
     * @return empty when all are open, else the kernel's refusal
     */
    Optional<String> open(VmKey vm, List<Disk> disks, String node) {
        var fresh = new ArrayList<Opened>();
        for (String resource : resources(disks)) {
            boolean before = drbd.isOpen(node, resource);
            Optional<String> refusal = drbd.open(node, resource);
            if (refusal.isPresent()) {
                fresh.forEach(o -> drbd.close(o.node(), o.resource()));
                return Optional.of("volume %s: %s".formatted(resource, refusal.get()));
            }
            remember(vm, new Opened(node, resource));
            if (!before) {
                fresh.add(new Opened(node, resource));
            }
        }
        return Optional.empty();
    }

    /** The calls that tell that the volumes are attached; none when that is known already. */
    List<CompletableFuture<Boolean>> markAttached(List<Disk> disks, String node) {
        return disks.stream()
                .flatMap(d -> attachment(d, node).stream())
                .filter(a -> a.getStatus() == null || !a.getStatus().getAttached().equals(true))
                .map(
                        a ->
                                api.merge(
                                                path(a) + "/status",
                                                Map.of("status", Map.of("attached", true)))
                                        .thenApply(this::remembered))
                .toList();
    }

    /** Whether all DRBD devices of the disks are open on the node: its guest is alive. */
    boolean isOpen(VmKey vm, List<Disk> disks, String node) {
        List<String> resources = resources(disks);
        boolean open = resources.stream().allMatch(r -> drbd.isOpen(node, r));
        if (open) {
            resources.forEach(r -> remember(vm, new Opened(node, r)));
        }
        return open;
    }

    /** The guest is off: nothing of this VM can write in this cluster any more. */
    void closeAll(VmKey vm) {
        Set<Opened> mine = opened.remove(vm);
        if (mine != null) {
            mine.forEach(o -> drbd.close(o.node(), o.resource()));
        }
        attachmentsOf(vm).forEach(this::close);
    }

    /** Closes and deletes; false when an attachment is still there. */
    boolean detachAll(VmKey vm) throws IOException, InterruptedException {
        List<VolumeAttachment> left = attachmentsOf(vm);
        var calls = new ArrayList<CompletableFuture<Boolean>>();
        for (VolumeAttachment attachment : left) {
            close(attachment);
            calls.add(
                    api.delete(path(attachment), attachment.getMetadata().getUid())
                            .thenApply(a -> gone(attachment, a)));
        }
        boolean all = true;
        for (CompletableFuture<Boolean> call : calls) {
            all &= ClusterApi.await(call);
        }
        return all;
    }

    /** The VM that an attachment of ours belongs to. */
    static Optional<VmKey> vmOf(VolumeAttachment attachment) {
        return annotation(attachment, VM_ANNOTATION).map(VmKey::parse);
    }

    static List<String> resources(List<Disk> disks) {
        return disks.stream().flatMap(d -> Disk.resource(d.volume()).stream()).distinct().toList();
    }

    private boolean gone(VolumeAttachment attachment, Answer answer) {
        // 409: it is another attachment by now, and none of ours.
        boolean gone = answer.ok() || answer.missing() || answer.conflict();
        if (gone) {
            view.attachments.deleted(attachment);
        }
        return gone;
    }

    private boolean remembered(Answer answer) {
        if (answer.ok()) {
            view.attachments.wrote(api.read(answer, VolumeAttachment.class));
        }
        return answer.ok();
    }

    private void remember(VmKey vm, Opened device) {
        opened.computeIfAbsent(vm, _ -> ConcurrentHashMap.newKeySet()).add(device);
    }

    private void close(VolumeAttachment attachment) {
        annotation(attachment, RESOURCE_ANNOTATION)
                .ifPresent(r -> drbd.close(attachment.getSpec().getNodeName(), r));
    }

    private Optional<VolumeAttachment> attachment(Disk disk, String node) {
        return disk.driver().isEmpty()
                ? Optional.empty()
                : view.attachments.get(null, disk.attachmentName(node));
    }

    private List<VolumeAttachment> attachmentsOf(VmKey vm) {
        return view.attachments.all().stream().filter(a -> isOf(a, vm)).toList();
    }

    private static boolean isOf(VolumeAttachment attachment, VmKey vm) {
        return vmOf(attachment).filter(vm::equals).isPresent();
    }

    private static Optional<String> annotation(VolumeAttachment attachment, String key) {
        Map<String, String> annotations = attachment.getMetadata().getAnnotations();
        return annotations == null ? Optional.empty() : Optional.ofNullable(annotations.get(key));
    }

    private static String inUse(Disk disk) {
        return "Multi-Attach error for volume \"%s\": volume is already used by another VM"
                .formatted(disk.volume().getMetadata().getName());
    }

    private static String path(VolumeAttachment attachment) {
        return PATH + "/" + attachment.getMetadata().getName();
    }

    private static Map<String, ?> body(VmKey vm, Disk disk, String node) {
        var annotations = new HashMap<String, String>();
        annotations.put(VM_ANNOTATION, vm.toString());
        Disk.resource(disk.volume()).ifPresent(r -> annotations.put(RESOURCE_ANNOTATION, r));
        return Map.of(
                "apiVersion",
                "storage.k8s.io/v1",
                "kind",
                "VolumeAttachment",
                "metadata",
                Map.of("name", disk.attachmentName(node), "annotations", annotations),
                "spec",
                Map.of(
                        "attacher",
                        disk.driver(),
                        "nodeName",
                        node,
                        "source",
                        Map.of("persistentVolumeName", disk.volume().getMetadata().getName())));
    }
}
