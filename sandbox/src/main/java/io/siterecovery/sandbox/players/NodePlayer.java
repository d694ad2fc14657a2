package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.Node;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kubelets' part in the Node objects: they exist, and say whether the machine has power. */
final class NodePlayer implements WorkQueue.Work {

    private static final String PATH = "/api/v1/nodes";

    private final String site;
    private final ClusterApi api;
    private final ClusterView view;
    private final DrbdWorld drbd;

    NodePlayer(String site, ClusterApi api, ClusterView view, DrbdWorld drbd) {
        this.site = site;
        this.api = api;
        this.view = view;
        this.drbd = drbd;
    }

    @Override
    public boolean look(String name) throws IOException, InterruptedException {
        Optional<Node> node = view.nodes.get(null, name);
        if (node.isEmpty()) {
            Answer created = ClusterApi.await(api.create(PATH, body(name)));
            if (!created.ok() && !created.conflict()) {
                return false;
            }
        }
        String ready = drbd.isPowered(name) ? "True" : "Unknown";
        if (node.filter(n -> says(n, ready)).isPresent()) {
            return true;
        }
        Answer answer =
                ClusterApi.await(api.merge(PATH + "/" + name + "/status", status(name, ready)));
        if (answer.ok()) {
            view.nodes.wrote(api.read(answer, Node.class));
        }
        return answer.ok();
    }

    private static boolean says(Node node, String ready) {
        return node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals(ready));
    }

    private Map<String, ?> body(String name) {
        return Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Node",
                "metadata",
                Map.of(
                        "name",
                        name,
                        "labels",
                        Map.of(
                                "kubernetes.io/hostname", name,
                                "topology.kubernetes.io/zone", site,
                                "kubevirt.io/schedulable", "true")),
                "spec",
                Map.of("podCIDR", "10.244.0.0/16"));
    }

    private static Map<String, ?> status(String name, String ready) {
        Map<String, String> resources = Map.of("cpu", "16", "memory", "64Gi", "pods", "250");
        return Map.of(
                "status",
                Map.of(
                        "conditions",
                        List.of(
                                Map.of(
                                        "type",
                                        "Ready",
                                        "status",
                                        ready,
                                        "reason",
                                        ready.equals("True")
                                                ? "KubeletReady"
                                                : "NodeStatusUnknown")),
                        "addresses",
                        List.of(Map.of("type", "Hostname", "address", name)),
                        "capacity",
                        resources,
                        "allocatable",
                        resources));
    }
}
