package io.siterecovery.sandbox.players;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The scheduler: which node may run a VMI. */
final class NodePicker {

    private final ClusterView view;
    private final DrbdWorld drbd;
    private final Set<String> machines;

    NodePicker(ClusterView view, DrbdWorld drbd, List<String> machines) {
        this.view = view;
        this.drbd = drbd;
        this.machines = Set.copyOf(machines);
    }

    /** The least used node that takes the VMI and holds a replica of each DRBD resource. */
    Optional<String> pick(GenericKubernetesResource vmi, List<String> resources) {
        return view.nodes.all().stream()
                .filter(n -> machines.contains(n.getMetadata().getName()))
                .filter(NodePicker::isReady)
                .filter(n -> selected(n, KubeVirt.nodeSelector(vmi)))
                .filter(n -> tolerated(n, KubeVirt.tolerations(vmi)))
                .map(n -> n.getMetadata().getName())
                .filter(drbd::isPowered)
                .filter(n -> resources.stream().allMatch(r -> drbd.hasReplica(n, r)))
                .min(Comparator.comparingLong(this::load).thenComparing(n -> n));
    }

    private long load(String node) {
        return view.pods.all().stream()
                .filter(p -> p.getSpec() != null && node.equals(p.getSpec().getNodeName()))
                .count();
    }

    private static boolean isReady(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private static boolean selected(Node node, Map<String, String> selector) {
        Map<String, String> labels = node.getMetadata().getLabels();
        return selector.isEmpty()
                || (labels != null && labels.entrySet().containsAll(selector.entrySet()));
    }

    private static boolean tolerated(Node node, List<Map<String, Object>> tolerations) {
        if (node.getSpec() == null) {
            return true;
        }
        if (Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
            return false;
        }
        Predicate<Taint> keepsOut =
                t -> t.getEffect().equals("NoSchedule") || t.getEffect().equals("NoExecute");
        return node.getSpec().getTaints().stream()
                .filter(keepsOut)
                .allMatch(t -> tolerations.stream().anyMatch(o -> tolerates(o, t)));
    }

    private static boolean tolerates(Map<String, Object> toleration, Taint taint) {
        Object effect = toleration.get("effect");
        Object key = toleration.get("key");
        if (effect != null && !effect.equals(taint.getEffect())) {
            return false;
        }
        if ("Exists".equals(toleration.get("operator"))) {
            return key == null || key.equals(taint.getKey());
        }
        Object value = toleration.get("value");
        return taint.getKey().equals(key)
                && String.valueOf(value == null ? "" : value)
                        .equals(taint.getValue() == null ? "" : taint.getValue());
    }
}
