package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import io.siterecovery.sandbox.players.KubeVirt.Wish;
import io.siterecovery.sandbox.players.VmProblems.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the status of each VM; on no path that a start or a stop waits for. */
final class VmStatusPlayer implements WorkQueue.Work {

    private final ClusterApi api;
    private final ClusterView view;
    private final VmProblems problems;

    VmStatusPlayer(ClusterApi api, ClusterView view, VmProblems problems) {
        this.api = api;
        this.view = view;
        this.problems = problems;
    }

    @Override
    public boolean look(String key) throws IOException, InterruptedException {
        VmKey name = VmKey.parse(key);
        Optional<GenericKubernetesResource> found = view.vms.get(name.namespace(), name.name());
        if (found.isEmpty()) {
            return true;
        }
        GenericKubernetesResource vm = found.get();
        Optional<GenericKubernetesResource> vmi = view.vmis.get(name.namespace(), name.name());
        Map<String, Object> should = status(vm, vmi, problems.of(name));
        if (matches(vm, should)) {
            return true;
        }
        Answer answer =
                ClusterApi.await(
                        api.merge(
                                KubeVirt.vmPath(name.namespace(), name.name()) + "/status",
                                Map.of(
                                        "metadata",
                                        Map.of("uid", vm.getMetadata().getUid()),
                                        "status",
                                        should)));
        if (answer.ok()) {
            view.vms.wrote(api.read(answer, GenericKubernetesResource.class));
        }
        return answer.ok() || answer.missing();
    }

    private static Map<String, Object> status(
            GenericKubernetesResource vm,
            Optional<GenericKubernetesResource> vmi,
            Optional<Problem> problem) {
        boolean ready = vmi.filter(VmStatusPlayer::isReady).isPresent();
        var conditions = new ArrayList<Map<String, String>>();
        conditions.add(
                ready
                        ? Map.of("type", "Ready", "status", "True")
                        : Map.of(
                                "type", "Ready",
                                "status", "False",
                                "reason", vmi.isPresent() ? "GuestNotRunning" : "VMINotExists"));
        problem.ifPresent(
                p ->
                        conditions.add(
                                Map.of(
                                        "type",
                                        "Failure",
                                        "status",
                                        "True",
                                        "reason",
                                        p.reason(),
                                        "message",
                                        p.message())));
        return Map.of(
                "created",
                vmi.isPresent(),
                "ready",
                ready,
                "printableStatus",
                printable(vm, vmi, problem, ready),
                "conditions",
                List.copyOf(conditions));
    }

    /** First match wins, as in KubeVirt. */
    private static String printable(
            GenericKubernetesResource vm,
            Optional<GenericKubernetesResource> vmi,
            Optional<Problem> problem,
            boolean ready) {
        if (KubeVirt.isDeleting(vm)) {
            return "Terminating";
        }
        if (vmi.isEmpty()) {
            return "Stopped";
        }
        boolean unwanted = KubeVirt.wish(vm) == Wish.STOP;
        if (KubeVirt.isDeleting(vmi.get()) || KubeVirt.isFinal(vmi.get()) || unwanted) {
            return "Stopping";
        }
        return ready ? "Running" : problem.map(Problem::printable).orElse("Starting");
    }

    private static boolean isReady(GenericKubernetesResource vmi) {
        return KubeVirt.isRunning(vmi) && !KubeVirt.isDeleting(vmi);
    }

    private static boolean matches(GenericKubernetesResource vm, Map<String, Object> should) {
        return should.entrySet().stream()
                .allMatch(e -> e.getValue().equals(vm.get("status", e.getKey())));
    }
}
