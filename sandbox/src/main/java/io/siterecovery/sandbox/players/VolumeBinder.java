package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The volume controller: binds a claim to its volume when a VM needs it, and keeps their phases.
 */
final class VolumeBinder {

    private final ClusterApi api;
    private final ClusterView view;

    VolumeBinder(ClusterApi api, ClusterView view) {
        this.api = api;
        this.view = view;
    }

    /** The volume a claim is bound to, or would be. */
    Optional<PersistentVolume> volumeFor(PersistentVolumeClaim claim) {
        String bound = claim.getSpec().getVolumeName();
        if (bound != null && !bound.isEmpty()) {
            return view.volumes.get(null, bound).filter(v -> isFree(v, claim));
        }
        List<PersistentVolume> candidates =
                view.volumes.all().stream()
                        .filter(v -> !KubeVirt.isDeleting(v))
                        .filter(v -> sameClass(v, claim))
                        .filter(v -> isFree(v, claim))
                        .toList();
        return candidates.stream()
                .filter(v -> v.getSpec().getClaimRef() != null)
                .findFirst()
                .or(() -> candidates.stream().filter(v -> handleFits(v, claim)).findFirst());
    }

    static boolean isBound(Disk disk) {
        ObjectReference ref = disk.volume().getSpec().getClaimRef();
        return disk.volume().getMetadata().getName().equals(disk.claim().getSpec().getVolumeName())
                && disk.claim().getStatus() != null
                && "Bound".equals(disk.claim().getStatus().getPhase())
                && ref != null
                && disk.claim().getMetadata().getUid().equals(ref.getUid())
                && disk.volume().getStatus() != null
                && "Bound".equals(disk.volume().getStatus().getPhase());
    }

    /** Both specs, then both phases: two round trips. False when somebody else was faster. */
    boolean bind(Disk disk) throws IOException, InterruptedException {
        var specs = new ArrayList<CompletableFuture<Boolean>>();
        PersistentVolumeClaim claim = disk.claim();
        PersistentVolume volume = disk.volume();
        ObjectReference ref = volume.getSpec().getClaimRef();
        if (ref == null || !claim.getMetadata().getUid().equals(ref.getUid())) {
            specs.add(mergeVolume(volume, "", claimRef(volume, claim)));
        }
        if (claim.getSpec().getVolumeName() == null || claim.getSpec().getVolumeName().isEmpty()) {
            specs.add(
                    mergeClaim(
                            claim,
                            "",
                            Map.of(
                                    "metadata",
                                    Map.of(
                                            "uid",
                                            claim.getMetadata().getUid(),
                                            "annotations",
                                            Map.of(
                                                    "pv.kubernetes.io/bind-completed", "yes",
                                                    "pv.kubernetes.io/bound-by-controller", "yes")),
                                    "spec",
                                    Map.of("volumeName", volume.getMetadata().getName()))));
        }
        if (!all(specs)) {
            return false;
        }
        var phases = new ArrayList<CompletableFuture<Boolean>>();
        phases.add(
                mergeClaim(
                        claim,
                        "/status",
                        Map.of(
                                "status",
                                Map.of(
                                        "phase", "Bound",
                                        "accessModes", claim.getSpec().getAccessModes(),
                                        "capacity", capacity(volume)))));
        phases.add(mergeVolume(volume, "/status", Map.of("status", Map.of("phase", "Bound"))));
        return all(phases);
    }

    /** What the volume controller does for a claim that no VM waits for. */
    boolean lookAtClaim(PersistentVolumeClaim claim) throws IOException, InterruptedException {
        if (KubeVirt.isDeleting(claim)) {
            return true;
        }
        String name = claim.getSpec().getVolumeName();
        if (name != null && !name.isEmpty()) {
            Optional<Disk> disk = volumeFor(claim).map(v -> new Disk(claim, v));
            return disk.isEmpty() || isBound(disk.get()) || bind(disk.get());
        }
        boolean unset = claim.getStatus() == null || claim.getStatus().getPhase() == null;
        return !unset || all(List.of(mergeClaim(claim, "/status", phase("Pending"))));
    }

    /** Available, or Released when the claim it was bound to is gone. */
    boolean lookAtVolume(PersistentVolume volume) throws IOException, InterruptedException {
        if (KubeVirt.isDeleting(volume)) {
            return true;
        }
        String now = volume.getStatus() == null ? null : volume.getStatus().getPhase();
        ObjectReference ref = volume.getSpec().getClaimRef();
        boolean was = ref != null && ref.getUid() != null;
        boolean there =
                was
                        && view.claims
                                .get(ref.getNamespace(), ref.getName())
                                .filter(c -> c.getMetadata().getUid().equals(ref.getUid()))
                                .isPresent();
        String should = there ? "Bound" : was ? "Released" : "Available";
        // A claim we do not know yet is no reason to declare a bound volume released.
        boolean settled = should.equals(now) || (there && now != null);
        return settled || all(List.of(mergeVolume(volume, "/status", phase(should))));
    }

    private CompletableFuture<Boolean> mergeVolume(
            PersistentVolume volume, String subresource, Map<String, ?> patch) {
        String path = "/api/v1/persistentvolumes/" + volume.getMetadata().getName() + subresource;
        return api.merge(path, patch)
                .thenApply(
                        a ->
                                settled(
                                        a,
                                        () ->
                                                view.volumes.wrote(
                                                        api.read(a, PersistentVolume.class))));
    }

    private CompletableFuture<Boolean> mergeClaim(
            PersistentVolumeClaim claim, String subresource, Map<String, ?> patch) {
        String path =
                "/api/v1/namespaces/%s/persistentvolumeclaims/%s%s"
                        .formatted(
                                claim.getMetadata().getNamespace(),
                                claim.getMetadata().getName(),
                                subresource);
        return api.merge(path, patch)
                .thenApply(
                        a ->
                                settled(
                                        a,
                                        () ->
                                                view.claims.wrote(
                                                        api.read(a, PersistentVolumeClaim.class))));
    }

    private static boolean settled(Answer answer, Runnable remember) {
        if (answer.ok()) {
            remember.run();
        }
        return answer.ok();
    }

    private static boolean all(List<CompletableFuture<Boolean>> calls)
            throws IOException, InterruptedException {
        boolean all = true;
        for (CompletableFuture<Boolean> call : calls) {
            all &= ClusterApi.await(call);
        }
        return all;
    }

    private static Map<String, ?> claimRef(PersistentVolume volume, PersistentVolumeClaim claim) {
        // The version guards the volume against a claim that takes it at the same moment.
        return Map.of(
                "metadata",
                Map.of("resourceVersion", volume.getMetadata().getResourceVersion()),
                "spec",
                Map.of(
                        "claimRef",
                        Map.of(
                                "apiVersion", "v1",
                                "kind", "PersistentVolumeClaim",
                                "namespace", claim.getMetadata().getNamespace(),
                                "name", claim.getMetadata().getName(),
                                "uid", claim.getMetadata().getUid())));
    }

    private static Map<String, ?> phase(String phase) {
        return Map.of("status", Map.of("phase", phase));
    }

    private static Map<String, ?> capacity(PersistentVolume volume) {
        return volume.getSpec().getCapacity() == null ? Map.of() : volume.getSpec().getCapacity();
    }

    private static boolean isFree(PersistentVolume volume, PersistentVolumeClaim claim) {
        ObjectReference ref = volume.getSpec().getClaimRef();
        return ref == null
                || (claim.getMetadata().getNamespace().equals(ref.getNamespace())
                        && claim.getMetadata().getName().equals(ref.getName())
                        && (ref.getUid() == null
                                || ref.getUid().isEmpty()
                                || ref.getUid().equals(claim.getMetadata().getUid())));
    }

    private static boolean sameClass(PersistentVolume volume, PersistentVolumeClaim claim) {
        return Objects.equals(
                Objects.requireNonNullElse(volume.getSpec().getStorageClassName(), ""),
                Objects.requireNonNullElse(claim.getSpec().getStorageClassName(), ""));
    }

    private static boolean handleFits(PersistentVolume volume, PersistentVolumeClaim claim) {
        String name = claim.getMetadata().getName();
        String spaced = claim.getMetadata().getNamespace() + "-" + name;
        return volume.getSpec().getClaimRef() == null
                && Disk.resource(volume)
                        .filter(r -> r.equals(name) || r.equals(spaced))
                        .isPresent();
    }
}
