package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.siterecovery.sandbox.players.ClusterApi.Answer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DRBD's high-availability agents: each closes its own node to new pods while a resource there has
 * lost its quorum. It looks every few seconds, so a taint that somebody takes off comes back for as
 * long as the cause lasts, and goes by itself afterwards.
 */
final class QuorumTaints {

    static final int EVERY_SECONDS = 5;

    private static final String KEY = "drbd.linbit.com/lost-quorum";

    private final ClusterApi api;
    private final ClusterView view;
    private final DrbdWorld drbd;
    private final List<String> machines;

    QuorumTaints(ClusterApi api, ClusterView view, DrbdWorld drbd, List<String> machines) {
        this.api = api;
        this.view = view;
        this.drbd = drbd;
        this.machines = machines;
    }

    /** A write that fails, or meets a node that has changed, is made again the next time. */
    void look() {
        for (String machine : machines) {
            Optional<Node> node = view.nodes.get(null, machine);
            if (node.isPresent() && node.get().getSpec() != null && drbd.isPowered(machine)) {
                look(machine, node.get());
            }
        }
    }

    private void look(String machine, Node node) {
        List<Taint> taints = new ArrayList<>(node.getSpec().getTaints());
        boolean tainted = taints.removeIf(t -> t.getKey().equals(KEY));
        boolean lost = drbd.lostQuorum(machine);
        if (tainted == lost) {
            return;
        }
        if (lost) {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            taints.add(
                    new TaintBuilder()
                            .withKey(KEY)
                            .withEffect("NoSchedule")
                            .withTimeAdded(now)
                            .build());
        }
        var _ =
                api.merge(
                                "/api/v1/nodes/" + machine,
                                Map.of(
                                        "metadata",
                                        Map.of(
                                                "resourceVersion",
                                                node.getMetadata().getResourceVersion()),
                                        "spec",
                                        Map.of("taints", taints)))
                        .thenAccept(
                                (Answer answer) -> {
                                    if (answer.ok()) {
                                        view.nodes.wrote(api.read(answer, Node.class));
                                    }
                                });
    }
}
