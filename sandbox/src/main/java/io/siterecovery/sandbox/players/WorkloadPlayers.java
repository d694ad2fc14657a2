package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * KubeVirt, CSI, the node controller and DRBD's agents of one cluster. Every event only says which
 * object to look at again; all decisions follow from what there is.
 */
public final class WorkloadPlayers implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WorkloadPlayers.class);

    /** VMs in work at once: with their parallel calls they stay under one connection's streams. */
    private static final int VMS_AT_ONCE = 16;

    private static final int PROBE_SECONDS = 2;
    private static final int FULL_PASS_SECONDS = 30;

    private final String site;
    private final DrbdWorld drbd;
    private final List<String> machines;
    private final ClusterApi api;
    private final ClusterView view;
    private final VmPlayer vmPlayer;
    private final WorkQueue vms;
    private final WorkQueue statuses;
    private final WorkQueue storage;
    private final WorkQueue nodes;
    private final QuorumTaints taints;
    private final DrbdWorld.Listener hardware = new Hardware();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("players").factory());
    private boolean answered = true;

    private WorkloadPlayers(
            String site, String kubeconfig, DrbdWorld drbd, Delays delays, List<String> machines) {
        this.site = site;
        this.drbd = drbd;
        this.machines = List.copyOf(machines);
        api = new ClusterApi(kubeconfig);
        view = new ClusterView(api.client(), new Changes());
        var binder = new VolumeBinder(api, view);
        var problems = new VmProblems(api, this::status);
        vmPlayer = new VmPlayer(api, view, drbd, delays, machines, binder, problems, this::later);
        vms = new WorkQueue("vms", VMS_AT_ONCE, timer, vmPlayer);
        statuses = new WorkQueue("statuses", 4, timer, new VmStatusPlayer(api, view, problems));
        storage = new WorkQueue("storage", 4, timer, new StorageWork(binder));
        taints = new QuorumTaints(api, view, drbd, this.machines);
        nodes = new WorkQueue("nodes", 2, timer, new NodePlayer(site, api, view, drbd));
    }

    /**
     * Plays until closed; returns at once and starts playing when the cluster has been read.
     *
     * @param site the name the DRBD world knows this cluster's nodes under
     * @param kubeconfig the text of a kubeconfig for the players' own user
     * @param nodes the machines of this cluster, all known to {@code drbd}
     */
    public static WorkloadPlayers start(
            String site, String kubeconfig, DrbdWorld drbd, Delays delays, List<String> nodes) {
        var players = new WorkloadPlayers(site, kubeconfig, drbd, delays, nodes);
        players.begin();
        return players;
    }

    /** Installs KubeVirt's CRDs and waits until they are served. */
    public static void installCrds(String kubeconfig) {
        try (var api = new ClusterApi(kubeconfig)) {
            KubeVirtCrds.install(api);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while installing KubeVirt's CRDs", e);
        }
    }

    @Override
    public void close() {
        drbd.removeListener(hardware);
        timer.shutdownNow();
        List.of(vms, statuses, storage, nodes).forEach(WorkQueue::close);
        view.close();
        api.close();
    }

    private void begin() {
        drbd.addListener(hardware);
        machines.forEach(nodes::add);
        var _ =
                view.start()
                        .thenRun(
                                () -> {
                                    List.of(vms, statuses, storage, nodes).forEach(WorkQueue::open);
                                    log.atInfo().addKeyValue("site", site).log("players began");
                                });
        every(PROBE_SECONDS, this::probe);
        every(FULL_PASS_SECONDS, this::fullPass);
        every(QuorumTaints.EVERY_SECONDS, taints::look);
    }

    /**
     * The informers' own back-off grows to half a minute: when the API server answers again they
     * are begun anew.
     */
    private void probe() {
        var _ =
                api.get("/readyz")
                        .handle(
                                (answer, failure) -> {
                                    boolean now = failure == null && answer.ok();
                                    if (now && !answered) {
                                        log.atInfo()
                                                .addKeyValue("site", site)
                                                .log("the API server answers again");
                                        view.restart();
                                    }
                                    answered = now;
                                    return now;
                                });
    }

    private void fullPass() {
        view.forgetOld();
        view.vms.all().forEach(this::virtualMachine);
        view.vmis.all().forEach(this::virtualMachine);
        view.pods.all().forEach(this::launcherPod);
        view.attachments.all().forEach(this::attachment);
        machines.forEach(nodes::add);
    }

    private void every(int seconds, Runnable task) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> {
                            try {
                                task.run();
                            } catch (RuntimeException e) {
                                log.atError().setCause(e).log("periodic work failed");
                            }
                        },
                        seconds,
                        seconds,
                        TimeUnit.SECONDS);
    }

    private void virtualMachine(HasMetadata object) {
        look(new VmKey(object.getMetadata().getNamespace(), object.getMetadata().getName()));
    }

    private void launcherPod(Pod pod) {
        String vm = pod.getMetadata().getLabels().get(KubeVirt.VM_LABEL);
        if (vm != null) {
            vms.add(new VmKey(pod.getMetadata().getNamespace(), vm).toString());
        }
    }

    private void attachment(VolumeAttachment attachment) {
        Attacher.vmOf(attachment).ifPresent(vm -> vms.add(vm.toString()));
    }

    private void look(VmKey vm) {
        vms.add(vm.toString());
        status(vm);
    }

    private void status(VmKey vm) {
        statuses.add(vm.toString());
    }

    private void later(VmKey vm, Duration delay) {
        if (delay.isZero()) {
            vms.add(vm.toString());
        } else {
            vms.addAfter(vm.toString(), delay);
        }
    }

    private void lookAtWaiting() {
        vmPlayer.waiting().forEach(vm -> vms.add(vm.toString()));
    }

    private final class Changes implements ClusterView.Changes {
        @Override
        public void virtualMachine(HasMetadata vmOrVmi) {
            WorkloadPlayers.this.virtualMachine(vmOrVmi);
        }

        @Override
        public void launcherPod(Pod pod) {
            WorkloadPlayers.this.launcherPod(pod);
        }

        @Override
        public void claim(PersistentVolumeClaim claim) {
            storage.add(
                    "claim "
                            + claim.getMetadata().getNamespace()
                            + "/"
                            + claim.getMetadata().getName());
            String volume = claim.getSpec().getVolumeName();
            if (volume != null) {
                storage.add("volume " + volume);
            }
            lookAtWaiting();
        }

        @Override
        public void volume(PersistentVolume volume) {
            storage.add("volume " + volume.getMetadata().getName());
            lookAtWaiting();
        }

        @Override
        public void attachment(VolumeAttachment attachment) {
            WorkloadPlayers.this.attachment(attachment);
        }

        @Override
        public void node(Node node) {
            if (machines.contains(node.getMetadata().getName())) {
                nodes.add(node.getMetadata().getName());
                lookAtWaiting();
            }
        }
    }

    private final class Hardware implements DrbdWorld.Listener {
        @Override
        public void resourceChanged(String resource) {
            lookAtWaiting();
        }

        @Override
        public void powerChanged(String node) {
            if (machines.contains(node)) {
                nodes.add(node);
                fullPass();
            }
            lookAtWaiting();
        }
    }

    /** Keys are {@code claim <namespace>/<name>} and {@code volume <name>}. */
    private final class StorageWork implements WorkQueue.Work {
        private final VolumeBinder binder;

        StorageWork(VolumeBinder binder) {
            this.binder = binder;
        }

        @Override
        public boolean look(String key) throws IOException, InterruptedException {
            String name = key.substring(key.indexOf(' ') + 1);
            if (key.startsWith("volume ")) {
                Optional<PersistentVolume> volume = view.volumes.get(null, name);
                return volume.isEmpty() || binder.lookAtVolume(volume.get());
            }
            VmKey claim = VmKey.parse(name);
            Optional<PersistentVolumeClaim> found =
                    view.claims.get(claim.namespace(), claim.name());
            return found.isEmpty() || binder.lookAtClaim(found.get());
        }
    }
}
