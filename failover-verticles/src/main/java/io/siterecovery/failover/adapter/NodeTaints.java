package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.NodeFact;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.taint.Bystanders;
import io.siterecovery.failover.core.taint.NodeTaint;
import io.siterecovery.failover.core.taint.TaintSafety;
import io.siterecovery.failover.core.taint.TaintSafety.Instance;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * DRBD's taints on a site's nodes, and who runs there: both as the site's API server itself says.
 *
 * <p>The lists go over all namespaces, so they may name what is another deployment's: nothing of
 * that is kept, shown or logged, only counted.
 */
public final class NodeTaints {

    private final Ports tenant;
    private final TenantView view;

    public NodeTaints(Ports tenant, TenantView view) {
        this.tenant = tenant;
        this.view = view;
    }

    /**
     * What this deployment itself knows of its groups.
     *
     * @param movingThere are on their way to the site
     * @param carried whether the nodes have disks of a group
     * @param memberOf the group that a VM belongs to, by its namespace and name
     */
    public record Own(
            Set<GroupId> movingThere,
            Predicate<GroupId> carried,
            BiFunction<String, String, Optional<GroupId>> memberOf) {}

    /** Other groups that have VMs on these nodes of a site or are on their way there. */
    public Future<Bystanders> bystanders(
            GroupId group, ClusterId site, Set<String> nodes, Own own) {
        KubernetesApi cluster = tenant.cluster(site.name());
        Future<List<GenericKubernetesResource>> vms =
                cluster.list(ResourceKind.VIRTUAL_MACHINE, null, (String) null);
        Future<List<GenericKubernetesResource>> instances =
                cluster.list(ResourceKind.VIRTUAL_MACHINE_INSTANCE, null, (String) null);
        return Future.all(vms, instances)
                .map(
                        _ ->
                                TaintSafety.bystanders(
                                        tenant.tenant().name(),
                                        group,
                                        nodes,
                                        joined(vms.result(), instances.result(), own),
                                        own.movingThere(),
                                        own.carried()));
    }

    /** A node as it is now, with its taints by their place in the list. */
    public record Seen(String name, String resourceVersion, List<String> keys) {

        public boolean has(NodeTaint taint) {
            return taint.node().equals(name) && keys.contains(taint.key());
        }
    }

    /** Reads a node; the view takes it in, so that what is gone by itself is gone there too. */
    public Future<Optional<Seen>> read(ClusterId site, String node, Set<String> drbd) {
        return tenant.cluster(site.name())
                .get(ResourceKind.NODE, "", node)
                .map(
                        found -> {
                            Optional<Seen> seen = found.map(NodeTaints::seen);
                            Set<String> there = Set.copyOf(seen.map(Seen::keys).orElse(List.of()));
                            gone(
                                    site,
                                    node,
                                    Set.copyOf(
                                            drbd.stream()
                                                    .filter(key -> !there.contains(key))
                                                    .toList()));
                            return seen;
                        });
    }

    /** Takes these taints off, and no other, if the node is still as it was read. */
    public Future<Void> remove(ClusterId site, Seen node, Set<String> keys) {
        JsonPatch patch = JsonPatch.create().testVersion(node.resourceVersion());
        for (int i = node.keys().size() - 1; i >= 0; i--) {
            if (keys.contains(node.keys().get(i))) {
                String path = "/spec/taints/" + i;
                patch.test(path + "/key", node.keys().get(i)).remove(path);
            }
        }
        return tenant.cluster(site.name())
                .patch(ResourceKind.NODE, "", node.name(), patch)
                .onSuccess(_ -> gone(site, node.name(), keys))
                .mapEmpty();
    }

    private void gone(ClusterId site, String node, Set<String> keys) {
        view.get(NodeFact.class, site.name(), ResourceKind.NODE, "", node)
                .ifPresent(
                        fact ->
                                view.apply(
                                        new FactKey(
                                                site.name(),
                                                ResourceKind.NODE.qualified(),
                                                "",
                                                node),
                                        fact.without(keys)));
    }

    private static Seen seen(GenericKubernetesResource node) {
        List<String> keys = new ArrayList<>();
        tree(node).at("/spec/taints").forEach(taint -> keys.add(taint.path("key").asText()));
        return new Seen(
                node.getMetadata().getName(), node.getMetadata().getResourceVersion(), keys);
    }

    private static List<Instance> joined(
            List<GenericKubernetesResource> vms,
            List<GenericKubernetesResource> instances,
            Own own) {
        Map<String, Claim> claims = new HashMap<>();
        for (GenericKubernetesResource vm : vms) {
            Map<String, String> annotations = vm.getMetadata().getAnnotations();
            Optional.ofNullable(annotations == null ? null : annotations.get(ApiGroups.CLAIM))
                    .flatMap(Claim::parse)
                    .ifPresent(claim -> claims.put(place(vm), claim));
        }
        List<Instance> joined = new ArrayList<>();
        for (GenericKubernetesResource instance : instances) {
            JsonNode status = tree(instance).path("status");
            String phase = status.path("phase").asText("");
            if (phase.equals("Succeeded") || phase.equals("Failed")) {
                continue;
            }
            String node = status.path("nodeName").asText("");
            joined.add(
                    new Instance(
                            node.isEmpty() ? Optional.empty() : Optional.of(node),
                            Optional.ofNullable(claims.get(place(instance))),
                            own.memberOf()
                                    .apply(
                                            instance.getMetadata().getNamespace(),
                                            instance.getMetadata().getName())));
        }
        return joined;
    }

    private static String place(GenericKubernetesResource object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    private static JsonNode tree(GenericKubernetesResource object) {
        return ResourceJson.mapper().valueToTree(object);
    }
}
