package io.siterecovery.sandbox.players;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Why a VM that should run does not: for its status, and once as an Event. */
final class VmProblems {

    /**
     * @param reason as KubeVirt or Kubernetes words it, {@code FailedCreate}, {@code
     *     FailedAttachVolume}, …
     * @param printable the {@code printableStatus} that people see meanwhile
     */
    record Problem(String reason, String message, String printable) {}

    private final Map<VmKey, Problem> problems = new ConcurrentHashMap<>();
    private final ClusterApi api;
    private final Consumer<VmKey> changed;

    VmProblems(ClusterApi api, Consumer<VmKey> changed) {
        this.api = api;
        this.changed = changed;
    }

    Optional<Problem> of(VmKey vm) {
        return Optional.ofNullable(problems.get(vm));
    }

    void set(VmKey vm, String uid, Problem problem) {
        if (problem.equals(problems.put(vm, problem))) {
            return;
        }
        changed.accept(vm);
        event(vm, uid, problem);
    }

    void clear(VmKey vm) {
        if (problems.remove(vm) != null) {
            changed.accept(vm);
        }
    }

    private void event(VmKey vm, String uid, Problem problem) {
        String now = Instant.now().toString();
        var _ =
                api.create(
                        "/api/v1/namespaces/%s/events".formatted(vm.namespace()),
                        Map.ofEntries(
                                Map.entry("apiVersion", "v1"),
                                Map.entry("kind", "Event"),
                                Map.entry(
                                        "metadata",
                                        Map.of(
                                                "generateName",
                                                vm.name() + ".",
                                                "namespace",
                                                vm.namespace())),
                                Map.entry(
                                        "involvedObject",
                                        Map.of(
                                                "apiVersion",
                                                "kubevirt.io/v1",
                                                "kind",
                                                "VirtualMachine",
                                                "namespace",
                                                vm.namespace(),
                                                "name",
                                                vm.name(),
                                                "uid",
                                                uid)),
                                Map.entry("type", "Warning"),
                                Map.entry("reason", problem.reason()),
                                Map.entry("message", problem.message()),
                                Map.entry("count", 1),
                                Map.entry("firstTimestamp", now),
                                Map.entry("lastTimestamp", now),
                                Map.entry("source", Map.of("component", "virt-controller"))));
    }
}
