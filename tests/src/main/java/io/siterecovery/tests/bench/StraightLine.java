package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The limit: the writes and waits of a planned failover that depend on one another, one after the
 * other, by a script that keeps no promise. It decides nothing, proves nothing of the data and
 * knows of no crash.
 */
final class StraightLine {

    private static final String CORE = "/api/v1/namespaces/";
    private static final String KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/production/";
    private static final String INSTANCES = KUBEVIRT + "virtualmachineinstances";
    private static final String PODS = CORE + "production/pods";
    private static final String ATTACHMENTS = "/apis/storage.k8s.io/v1/volumeattachments";
    private static final String HUB = CORE + "dr-prod/configmaps";
    private static final String FENCES = CORE + "production/configmaps";

    private final BareApi hub;
    private final String name;
    private final List<String> vms;

    /**
     * @param name of what it keeps its notes in
     */
    StraightLine(BareApi hub, List<BareApi> sites, String name, List<String> vms) {
        this.hub = hub;
        this.name = name;
        this.vms = vms;
        hub.create(HUB, configMap(name + "-owner")).join();
        sites.forEach(site -> site.create(FENCES, configMap(name + "-fence")).join());
    }

    /** Moves the VMs; how long it took, in nanoseconds. */
    long move(BareApi from, BareApi to, String order) {
        try (Watched instances = new Watched(from, INSTANCES);
                Watched pods = new Watched(from, PODS);
                Watched attachments = new Watched(from, ATTACHMENTS);
                Watched there = new Watched(to, INSTANCES)) {
            List<JsonNode> halted = specs(from);
            List<JsonNode> started = specs(to);
            List<String> volumes = volumes(to);
            long begun = System.nanoTime();
            hub.create(HUB, configMap(order)).join();
            note(order, "Closing");
            note(name + "-owner", "moving");
            CompletableFuture<?> fence = fence(from, "closed");
            all(vm -> claim(from, vm, order, false));
            fence.join();
            claim(from, vms.getFirst(), order, true).join();
            note(order, "StoppingVMs");
            all(vm -> power(from, vm, halted.get(vms.indexOf(vm)), false));
            instances.until(all -> vms.stream().noneMatch(all::containsKey));
            pods.until(all -> all.values().stream().noneMatch(pod -> vms.contains(label(pod))));
            attachments.until(
                    all ->
                            all.values().stream()
                                    .noneMatch(
                                            a ->
                                                    volumes.contains(
                                                            a.at(
                                                                            "/spec/source/persistentVolumeName")
                                                                    .asText())));
            note(order, "Proving");
            CompletableFuture.allOf(from.list(INSTANCES), from.list(PODS), from.list(ATTACHMENTS))
                    .join();
            note(order, "Granting");
            note(name + "-owner", "granted");
            note(order, "StartingVMs");
            fence(to, "open").join();
            all(vm -> power(to, vm, started.get(vms.indexOf(vm)), true));
            there.until(
                    all ->
                            vms.stream()
                                    .allMatch(
                                            vm ->
                                                    Watched.in(all, vm)
                                                            .at("/status/phase")
                                                            .asText()
                                                            .equals("Running")));
            note(order, "Completed");
            return System.nanoTime() - begun;
        }
    }

    private void note(String record, String step) {
        hub.merge(HUB + "/" + record, "{\"data\": {\"step\": \"" + step + "\"}}").join();
    }

    private CompletableFuture<?> fence(BareApi site, String state) {
        return site.merge(
                FENCES + "/" + name + "-fence", "{\"data\": {\"fence\": \"" + state + "\"}}");
    }

    private void all(Function<String, CompletableFuture<?>> call) {
        CompletableFuture.allOf(vms.stream().map(call).toArray(CompletableFuture<?>[]::new)).join();
    }

    private static CompletableFuture<?> claim(
            BareApi site, String vm, String claim, boolean dryRun) {
        return site.merge(
                KUBEVIRT + "virtualmachines/" + vm + (dryRun ? "?dryRun=All" : ""),
                "{\"metadata\": {\"annotations\": {\"bench/claim\": \"" + claim + "\"}}}");
    }

    private static CompletableFuture<?> power(BareApi site, String vm, JsonNode spec, boolean on) {
        String wish =
                spec.has("running")
                        ? "\"running\": " + on
                        : "\"runStrategy\": \"" + (on ? "Always" : "Halted") + "\"";
        return site.merge(KUBEVIRT + "virtualmachines/" + vm, "{\"spec\": {" + wish + "}}");
    }

    private List<JsonNode> specs(BareApi site) {
        return vms.stream()
                .map(vm -> site.get(KUBEVIRT + "virtualmachines/" + vm).path("spec"))
                .toList();
    }

    private List<String> volumes(BareApi site) {
        return vms.stream()
                .map(
                        vm ->
                                site.get(CORE + "production/persistentvolumeclaims/" + vm + "-disk")
                                        .at("/spec/volumeName")
                                        .asText())
                .toList();
    }

    private static String label(JsonNode pod) {
        return pod.at("/metadata/labels/vm.kubevirt.io~1name").asText();
    }

    private static String configMap(String name) {
        return """
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "%s"}, "data": {}}"""
                .formatted(name);
    }
}
