package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.sandbox.players.DrbdWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Puts the machines into the world: they run on the primary, and their disks have a replica on each
 * site. Nothing of them is defined on the DR site.
 */
record Estate(SiteApi primary, SiteApi dr, DrbdWorld drbd, Replicas replicas) {

    private static final int AT_ONCE = 16;

    void prepareClusters(List<Deployment> deployments) {
        for (SiteApi site : List.of(primary, dr)) {
            for (Deployment deployment : deployments) {
                for (String namespace : deployment.namespaces()) {
                    site.ensure(ResourceKind.NAMESPACE, Definitions.namespace(namespace));
                }
            }
            site.ensure(ResourceKind.STORAGE_CLASS, Definitions.replicatedClass());
            site.ensure(ResourceKind.STORAGE_CLASS, Definitions.localClass());
        }
    }

    void place(List<Machine> machines) {
        Semaphore turns = new Semaphore(AT_ONCE);
        try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> placed = new ArrayList<>();
            for (int i = 0; i < machines.size(); i++) {
                Machine machine = machines.get(i);
                int number = i;
                placed.add(
                        tasks.submit(
                                () -> {
                                    turns.acquire();
                                    try {
                                        place(machine, number);
                                        return null;
                                    } finally {
                                        turns.release();
                                    }
                                }));
            }
            for (Future<?> one : placed) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof QuickstartFailure failure
                    ? failure
                    : new QuickstartFailure("cannot place the machines: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuickstartFailure("interrupted", e);
        }
    }

    private void place(Machine machine, int number) {
        JsonNode claim =
                primary.ensure(ResourceKind.PERSISTENT_VOLUME_CLAIM, Definitions.claim(machine));
        String volumeName = Definitions.volumeName(claim);
        replicate(machine, number, volumeName);
        primary.ensure(ResourceKind.PERSISTENT_VOLUME, Definitions.volume(machine, claim));
        if (claim.at("/spec/volumeName").isMissingNode()) {
            ObjectNode bound =
                    Definitions.object(
                            ResourceKind.PERSISTENT_VOLUME_CLAIM,
                            machine.namespace(),
                            machine.claim());
            bound.putObject("spec").put("volumeName", volumeName);
            primary.merge(ResourceKind.PERSISTENT_VOLUME_CLAIM, bound);
        }
        primary.ensure(ResourceKind.VIRTUAL_MACHINE, Definitions.virtualMachine(machine));
    }

    private void replicate(Machine machine, int number, String resource) {
        List<String> nodes = new ArrayList<>();
        nodes.add(nodeOf(Role.PRIMARY, number));
        if (machine.isReplicated()) {
            for (int replica = 0; replica < replicas.atDr(); replica++) {
                nodes.add(nodeOf(Role.DR, number + replica));
            }
        }
        if (!drbd.exists(resource)) {
            drbd.createResource(resource, Definitions.DISK_BYTES, nodes, replicas.options());
        }
    }

    private static String nodeOf(Role role, int number) {
        return role.nodes().get(number % role.nodes().size());
    }
}
