package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import io.siterecovery.sandbox.players.KubeVirt.Wish;
import io.siterecovery.sandbox.players.VmProblems.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * KubeVirt for one VM at a time: looks at what there is and takes it as far as it will go now.
 *
 * <p>Order of a start: VMI, pod and attachments, devices open, Running. Order of a stop: guest off,
 * devices closed, VMI gone, pod gone, attachments gone.
 */
final class VmPlayer implements WorkQueue.Work {

    interface Later {
        void lookAgain(VmKey vm, Duration delay);
    }

    private final ClusterApi api;
    private final ClusterView view;
    private final DrbdWorld drbd;
    private final Delays delays;
    private final NodePicker picker;
    private final VolumeBinder binder;
    private final Attacher attacher;
    private final Launcher launcher;
    private final VmProblems problems;
    private final Later later;

    /** When a guest will be up, or off, by uid of its VMI. */
    private final Map<String, Long> due = new ConcurrentHashMap<>();

    /** VMs that something outside of them keeps from running: a claim, a volume, a node. */
    private final Set<VmKey> waiting = ConcurrentHashMap.newKeySet();

    VmPlayer(
            ClusterApi api,
            ClusterView view,
            DrbdWorld drbd,
            Delays delays,
            List<String> machines,
            VolumeBinder binder,
            VmProblems problems,
            Later later) {
        this.api = api;
        this.view = view;
        this.drbd = drbd;
        this.delays = delays;
        this.picker = new NodePicker(view, drbd, machines);
        this.binder = binder;
        this.attacher = new Attacher(api, view, drbd);
        this.launcher = new Launcher(api, view);
        this.problems = problems;
        this.later = later;
    }

    /** The VMs to look at again when a claim, a volume, a node or a DRBD resource changed. */
    List<VmKey> waiting() {
        return List.copyOf(waiting);
    }

    @Override
    public boolean look(String key) throws IOException, InterruptedException {
        VmKey vm = VmKey.parse(key);
        Optional<GenericKubernetesResource> wanted = view.vms.get(vm.namespace(), vm.name());
        Optional<GenericKubernetesResource> running = view.vmis.get(vm.namespace(), vm.name());
        if (running.isEmpty()) {
            waiting.remove(vm);
            attacher.closeAll(vm);
            return clearUp(vm) && startIfWanted(vm, wanted);
        }
        GenericKubernetesResource vmi = running.get();
        if (KubeVirt.isDeleting(vmi) || KubeVirt.isFinal(vmi)) {
            return stop(vm, vmi);
        }
        if (mayRun(wanted, vmi)) {
            return KubeVirt.isRunning(vmi) ? keepRunning(vm, vmi) : bringUp(vm, vmi);
        }
        return delete(vm, vmi);
    }

    private static boolean mayRun(
            Optional<GenericKubernetesResource> vm, GenericKubernetesResource vmi) {
        Optional<String> owner = KubeVirt.ownerVm(vmi);
        if (owner.isEmpty()) {
            return true;
        }
        return vm.filter(v -> v.getMetadata().getUid().equals(owner.get()))
                .filter(v -> !KubeVirt.isDeleting(v))
                .filter(v -> KubeVirt.wish(v) != Wish.STOP)
                .isPresent();
    }

    // --- start ---

    private boolean startIfWanted(VmKey key, Optional<GenericKubernetesResource> wanted)
            throws IOException, InterruptedException {
        boolean start =
                wanted.filter(v -> !KubeVirt.isDeleting(v))
                        .filter(v -> KubeVirt.wish(v) == Wish.RUN)
                        .isPresent();
        if (!start) {
            problems.clear(key);
            return true;
        }
        GenericKubernetesResource vm = wanted.orElseThrow();
        Answer answer =
                ClusterApi.await(
                        api.create(
                                "/apis/kubevirt.io/v1/namespaces/%s/virtualmachineinstances"
                                        .formatted(key.namespace()),
                                newInstance(key, vm)));
        if (answer.ok()) {
            problems.clear(key);
            return bringUp(key, view.vmis.wrote(api.read(answer, GenericKubernetesResource.class)));
        }
        if (answer.refused()) {
            problem(key, vm, "FailedCreate", answer.message(), "Stopped");
        }
        return false;
    }

    private boolean bringUp(VmKey key, GenericKubernetesResource vmi)
            throws IOException, InterruptedException {
        List<String> claims = KubeVirt.claims(vmi);
        var disks = new ArrayList<Disk>();
        for (String name : claims) {
            Optional<PersistentVolumeClaim> claim = view.claims.get(key.namespace(), name);
            if (claim.isEmpty()) {
                String text = "PersistentVolumeClaim %s does not exist".formatted(name);
                return wait(key, vmi, "FailedPvcNotFound", text, "ErrorPvcNotFound");
            }
            Optional<PersistentVolume> volume = binder.volumeFor(claim.get());
            if (volume.isEmpty()) {
                String text = "PersistentVolumeClaim %s has no volume to bind to".formatted(name);
                return wait(key, vmi, "FailedBinding", text, "WaitingForVolumeBinding");
            }
            disks.add(new Disk(claim.get(), volume.get()));
        }
        Optional<Pod> pod = launcher.podOf(key, vmi);
        Optional<String> node =
                pod.map(p -> p.getSpec().getNodeName())
                        .or(() -> picker.pick(vmi, existing(Attacher.resources(disks))));
        if (node.isEmpty()) {
            String text = "no node takes it: not ready, tainted, or without a replica of its disks";
            return wait(key, vmi, "Unschedulable", text, "ErrorUnschedulable");
        }
        return place(key, vmi, claims, disks, pod, node.get());
    }

    private boolean place(
            VmKey key,
            GenericKubernetesResource vmi,
            List<String> claims,
            List<Disk> disks,
            Optional<Pod> pod,
            String node)
            throws IOException, InterruptedException {
        List<CompletableFuture<Boolean>> bound =
                disks.stream().filter(d -> !VolumeBinder.isBound(d)).map(this::bind).toList();
        CompletableFuture<Boolean> launched =
                pod.isPresent()
                        ? CompletableFuture.completedFuture(true)
                        : launcher.create(key, vmi, node, claims);
        Optional<String> refusal = attacher.attach(key, disks, node);
        if (!ClusterApi.await(launched)) {
            return false;
        }
        if (refusal.isEmpty()) {
            refusal = attacher.open(key, drbdDisks(disks), node);
        }
        if (refusal.isPresent()) {
            wait(key, vmi, "FailedAttachVolume", refusal.get(), "Starting");
            return false;
        }
        List<CompletableFuture<Boolean>> writes =
                new ArrayList<>(attacher.markAttached(disks, node));
        launcher.podOf(key, vmi).ifPresent(p -> writes.add(launcher.markRunning(p)));
        if (!KubeVirt.phase(vmi).equals("Scheduled")) {
            writes.add(setStatus(key, vmi, Map.of("phase", "Scheduled", "nodeName", node)));
        }
        writes.addAll(bound);
        return all(writes) && boot(key, vmi, node);
    }

    /** Binding takes two round trips of its own, beside those of the pod and the attachments. */
    private CompletableFuture<Boolean> bind(Disk disk) {
        var done = new CompletableFuture<Boolean>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                done.complete(binder.bind(disk));
                            } catch (IOException | InterruptedException | RuntimeException e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    private boolean boot(VmKey key, GenericKubernetesResource vmi, String node)
            throws IOException, InterruptedException {
        waiting.remove(key);
        problems.clear(key);
        if (!isDue(key, vmi, delays.vmBoot())) {
            return true;
        }
        var status = new HashMap<String, Object>();
        status.put("phase", "Running");
        status.put("nodeName", node);
        status.put("conditions", List.of(Map.of("type", "Ready", "status", "True")));
        status.put("interfaces", interfaces(vmi));
        boolean done = ClusterApi.await(setStatus(key, vmi, status));
        if (done) {
            due.remove(vmi.getMetadata().getUid());
        }
        return done;
    }

    /** A Running VMI whose devices are closed lost its guest with its node's power. */
    private boolean keepRunning(VmKey key, GenericKubernetesResource vmi)
            throws IOException, InterruptedException {
        waiting.remove(key);
        problems.clear(key);
        String node = Objects.requireNonNullElse(KubeVirt.nodeName(vmi), "");
        if (!drbd.isPowered(node)) {
            return true;
        }
        var disks = new ArrayList<Disk>();
        for (String name : KubeVirt.claims(vmi)) {
            view.claims
                    .get(key.namespace(), name)
                    .flatMap(c -> binder.volumeFor(c).map(v -> new Disk(c, v)))
                    .ifPresent(disks::add);
        }
        if (attacher.isOpen(key, drbdDisks(disks), node)) {
            return true;
        }
        return ClusterApi.await(setStatus(key, vmi, Map.of("phase", "Failed")));
    }

    // --- stop ---

    private boolean delete(VmKey key, GenericKubernetesResource vmi)
            throws IOException, InterruptedException {
        Answer answer =
                ClusterApi.await(
                        api.delete(
                                KubeVirt.vmiPath(key.namespace(), key.name()),
                                vmi.getMetadata().getUid()));
        if (!answer.ok()) {
            if (answer.missing()) {
                view.vmis.deleted(vmi);
            }
            return false;
        }
        GenericKubernetesResource now = api.read(answer, GenericKubernetesResource.class);
        if (!"VirtualMachineInstance".equals(now.getKind())) {
            // A Status object: there was no finalizer, so it is gone already.
            view.vmis.deleted(vmi);
            return false;
        }
        return stop(key, view.vmis.wrote(now));
    }

    private boolean stop(VmKey key, GenericKubernetesResource vmi)
            throws IOException, InterruptedException {
        waiting.remove(key);
        Duration grace = KubeVirt.isRunning(vmi) ? delays.vmStop() : Duration.ZERO;
        if (!isDue(key, vmi, grace)) {
            return true;
        }
        attacher.closeAll(key);
        if (!KubeVirt.isDeleting(vmi)) {
            return delete(key, vmi);
        }
        Answer answer =
                ClusterApi.await(
                        api.merge(
                                KubeVirt.vmiPath(key.namespace(), key.name()),
                                Map.of(
                                        "metadata",
                                        Map.of(
                                                "uid",
                                                vmi.getMetadata().getUid(),
                                                "finalizers",
                                                List.of()),
                                        "status",
                                        Map.of("phase", "Succeeded"))));
        // 409: another VMI has that name by now, so this one is gone.
        if (!answer.ok() && !answer.missing() && !answer.conflict()) {
            return false;
        }
        view.vmis.deleted(vmi);
        due.remove(vmi.getMetadata().getUid());
        later.lookAgain(key, Duration.ZERO);
        return clearUp(key);
    }

    /** Pod first, then attachments; false when something is left. */
    private boolean clearUp(VmKey key) throws IOException, InterruptedException {
        return launcher.deleteAll(key) && attacher.detachAll(key);
    }

    // --- small parts ---

    private boolean isDue(VmKey key, GenericKubernetesResource vmi, Duration delay) {
        if (delay.isZero()) {
            return true;
        }
        String step = KubeVirt.isDeleting(vmi) ? "stop" : "boot";
        String id = vmi.getMetadata().getUid();
        long now = System.nanoTime();
        String stepId = id + "/" + step;
        long at = due.computeIfAbsent(stepId, _ -> now + delay.toNanos());
        if (at - now <= 0) {
            due.remove(stepId);
            return true;
        }
        later.lookAgain(key, Duration.ofNanos(at - now));
        return false;
    }

    private boolean wait(
            VmKey key,
            GenericKubernetesResource vmi,
            String reason,
            String message,
            String printable) {
        waiting.add(key);
        problem(key, vmi, reason, message, printable);
        return true;
    }

    private void problem(
            VmKey key,
            GenericKubernetesResource object,
            String reason,
            String message,
            String printable) {
        problems.set(key, object.getMetadata().getUid(), new Problem(reason, message, printable));
    }

    private CompletableFuture<Boolean> setStatus(
            VmKey key, GenericKubernetesResource vmi, Map<String, ?> status) {
        return api.merge(
                        KubeVirt.vmiPath(key.namespace(), key.name()),
                        Map.of(
                                "metadata",
                                Map.of("uid", vmi.getMetadata().getUid()),
                                "status",
                                status))
                .thenApply(
                        a -> {
                            if (a.ok()) {
                                view.vmis.wrote(api.read(a, GenericKubernetesResource.class));
                            } else if (a.missing()) {
                                view.vmis.deleted(vmi);
                            }
                            return a.ok();
                        });
    }

    private List<String> existing(List<String> resources) {
        return resources.stream().filter(drbd::exists).toList();
    }

    /** Volumes without a DRBD resource in this world are plain disks: they just attach. */
    private List<Disk> drbdDisks(List<Disk> disks) {
        return disks.stream()
                .filter(d -> Disk.resource(d.volume()).filter(drbd::exists).isPresent())
                .toList();
    }

    private static boolean all(List<CompletableFuture<Boolean>> calls)
            throws IOException, InterruptedException {
        boolean all = true;
        for (CompletableFuture<Boolean> call : calls) {
            all &= ClusterApi.await(call);
        }
        return all;
    }

    private static List<Map<String, Object>> interfaces(GenericKubernetesResource vmi) {
        int hash = vmi.getMetadata().getName().hashCode() & 0xffff;
        String address = "10.244.%d.%d".formatted(hash >> 8, hash & 0xff);
        return List.of(
                Map.of(
                        "name",
                        "default",
                        "ipAddress",
                        address,
                        "ipAddresses",
                        List.of(address),
                        "mac",
                        "02:00:00:00:%02x:%02x".formatted(hash >> 8, hash & 0xff)));
    }

    private static Map<String, ?> newInstance(VmKey key, GenericKubernetesResource vm) {
        var metadata = new HashMap<String, Object>();
        Map<String, Object> labels = vm.get("spec", "template", "metadata", "labels");
        metadata.put("name", key.name());
        metadata.put("namespace", key.namespace());
        metadata.put("finalizers", List.of(KubeVirt.FINALIZER));
        metadata.put(
                "ownerReferences",
                List.of(Launcher.owner("VirtualMachine", key.name(), vm.getMetadata().getUid())));
        if (labels != null) {
            metadata.put("labels", labels);
        }
        Map<String, Object> spec = vm.get("spec", "template", "spec");
        return Map.of(
                "apiVersion",
                "kubevirt.io/v1",
                "kind",
                "VirtualMachineInstance",
                "metadata",
                metadata,
                "spec",
                spec == null ? Map.of() : spec,
                "status",
                Map.of("phase", "Scheduling"));
    }
}
