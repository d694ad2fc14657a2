package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The limit: the writes and waits of a planned failover that depend on one another, one after the
 * other, on objects of the same kinds, by a script that keeps no promise. It decides nothing,
 * proves nothing of the data and knows of no crash.
 */
final class StraightLine {

    private static final String CORE = "/api/v1/namespaces/";
    private static final String KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/production/";
    private static final String INSTANCES = KUBEVIRT + "virtualmachineinstances";
    private static final String PODS = CORE + "production/pods";
    private static final String ATTACHMENTS = "/apis/storage.k8s.io/v1/volumeattachments";
    private static final String NAMESPACE = "bench";
    private static final String HUB =
            "/apis/siterecovery.trilio.io/v1alpha1/namespaces/" + NAMESPACE + "/";
    private static final String ORDERS = HUB + "failovers";
    private static final String OWNERSHIPS = HUB + "groupownerships";
    private static final String FENCES = CORE + "production/configmaps";

    private final BareApi hub;
    private final String name;
    private final List<String> vms;
    private long epoch;

    /**
     * @param name of what it keeps its notes in
     */
    StraightLine(BareApi hub, List<BareApi> sites, String name, List<String> vms) {
        this.hub = hub;
        this.name = name;
        this.vms = vms;
        hub.create(OWNERSHIPS, ownership(name)).join();
        sites.forEach(site -> site.create(FENCES, configMap(name + "-fence")).join());
    }

    /** The script's own place on the quorum cluster, which no deployment looks at. */
    static void prepare(BareApi hub) {
        hub.create(
                        "/api/v1/namespaces",
                        """
                        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}"""
                                .formatted(NAMESPACE))
                .join();
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
            hub.create(ORDERS, order(order, name)).join();
            note(order, "step", "Closing");
            hold("{\"at\": null, \"moving\": {\"from\": \"here\", \"to\": \"there\"}}");
            CompletableFuture<?> fence = fence(from, "closed");
            all(vm -> claim(from, vm, order, false));
            fence.join();
            claim(from, vms.getFirst(), order, true).join();
            note(order, "step", "StoppingVMs");
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
            note(order, "step", "Proving");
            CompletableFuture.allOf(from.list(INSTANCES), from.list(PODS), from.list(ATTACHMENTS))
                    .join();
            note(order, "step", "Granting");
            hold("{\"moving\": null, \"at\": \"there\"}");
            note(order, "step", "StartingVMs");
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
            note(order, "state", "Completed");
            return System.nanoTime() - begun;
        }
    }

    private void note(String order, String field, String word) {
        String status = "{\"status\": {\"" + field + "\": \"" + word + "\"}}";
        hub.merge(ORDERS + "/" + order + "/status", status).join();
    }

    private void hold(String holder) {
        String spec = "{\"spec\": {\"holder\": " + holder + ", \"epoch\": " + ++epoch + "}}";
        hub.merge(OWNERSHIPS + "/" + name, spec).join();
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

    private static String ownership(String name) {
        return """
        {"apiVersion": "siterecovery.trilio.io/v1alpha1", "kind": "GroupOwnership",
         "metadata": {"name": "%s"},
         "spec": {"namespace": "production", "group": "%s", "holder": {"at": "here"}, "epoch": 0}}"""
                .formatted(name, name);
    }

    private static String order(String name, String group) {
        return """
        {"apiVersion": "siterecovery.trilio.io/v1alpha1", "kind": "Failover",
         "metadata": {"name": "%s"},
         "spec": {"protectionGroup": "%s", "targetCluster": "there", "failoverType": "planned"}}"""
                .formatted(name, group);
    }

    private static String configMap(String name) {
        return """
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "%s"}, "data": {}}"""
                .formatted(name);
    }
}
