package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.failover.Observation.Fence;
import io.siterecovery.failover.core.group.GroupObservation.Disk;
import io.siterecovery.failover.core.group.GroupObservation.Member;
import io.siterecovery.failover.core.group.GroupObservation.Site;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.proof.SourceInspection;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Questions a failover asks the world directly: the fence, the topics' ends, what still runs. */
public final class FailoverEffects {

    private final Ports tenant;
    private final FencePolicies policies;
    private final TenantView view;

    public FailoverEffects(Ports tenant, FencePolicies policies, TenantView view) {
        this.tenant = tenant;
        this.policies = policies;
        this.view = view;
    }

    /**
     * Tries in a dry run to change how a fenced VM runs: only the fence refuses that.
     *
     * @return UNTRIED while a policy is there and does not refuse yet
     */
    public Future<Fence> tryFence(GroupId group, Site site) {
        Optional<Member> some = site.members().stream().filter(m -> m.vm().isPresent()).findFirst();
        if (some.isEmpty()) {
            return Future.succeededFuture(Fence.REACTIVE);
        }
        KubernetesApi cluster = tenant.cluster(site.cluster().name());
        String name = some.get().name();
        VirtualMachineFact vm = some.get().vm().orElseThrow();
        return cluster.dryRunPatch(
                        ResourceKind.VIRTUAL_MACHINE, group.namespace(), name, otherwiseRunning(vm))
                .compose(_ -> notRefused(cluster))
                .recover(e -> refused(e) ? Future.succeededFuture(Fence.HOLDS) : again(e, cluster))
                .onFailure(
                        failure -> {
                            if (Answers.isNotFound(failure)) {
                                view.notFound(vmKey(cluster, group, name), vm);
                            }
                        });
    }

    private static FactKey vmKey(KubernetesApi cluster, GroupId group, String name) {
        return new FactKey(
                cluster.name(), ResourceKind.VIRTUAL_MACHINE.qualified(), group.namespace(), name);
    }

    /** Where the agents' topics of both sites end now. */
    public Future<Map<String, Long>> topicEnds() {
        Map<String, Long> ends = new LinkedHashMap<>();
        return Future.join(
                        Stream.of(tenant.primary(), tenant.dr())
                                .map(cluster -> topicEnd(cluster, ends))
                                .toList())
                .map(_ -> Map.copyOf(ends));
    }

    /** What the source's API server itself says still runs of the group. */
    public Future<SourceInspection> inspect(GroupId group, Site site) {
        KubernetesApi cluster = tenant.cluster(site.cluster().name());
        Set<String> vms = site.members().stream().map(Member::name).collect(Collectors.toSet());
        Set<String> volumes =
                site.members().stream()
                        .flatMap(m -> m.disks().stream())
                        .map(Disk::pvc)
                        .flatMap(pvc -> pvc.map(p -> p.volumeName()).stream())
                        .collect(Collectors.toSet());
        Future<List<String>> instances =
                cluster.list(
                                ResourceKind.VIRTUAL_MACHINE_INSTANCE,
                                group.namespace(),
                                (String) null)
                        .map(found -> named(found, v -> vms.contains(name(v)) && !isFinal(v)));
        Future<List<String>> launchers =
                cluster.list(ResourceKind.POD, group.namespace(), "kubevirt.io=virt-launcher")
                        .map(found -> named(found, p -> vms.contains(vmOf(p)) && !isFinal(p)));
        Future<List<String>> attachments =
                cluster.list(ResourceKind.VOLUME_ATTACHMENT, null, (String) null)
                        .map(
                                found ->
                                        named(
                                                found,
                                                a ->
                                                        volumes.contains(
                                                                text(
                                                                        a,
                                                                        "/spec/source/persistentVolumeName"))));
        return Future.all(instances, launchers, attachments)
                .map(
                        _ ->
                                new SourceInspection(
                                        instances.result(),
                                        launchers.result(),
                                        attachments.result()));
    }

    private static JsonPatch otherwiseRunning(VirtualMachineFact vm) {
        if (vm.runStrategy() == null) {
            return JsonPatch.create().remove("/spec/running").add("/spec/runStrategy", "Always");
        }
        String other = vm.runStrategy().equals("Always") ? "RerunOnFailure" : "Always";
        return JsonPatch.create().replace("/spec/runStrategy", other);
    }

    private Future<Fence> notRefused(KubernetesApi cluster) {
        return policies.check(cluster).map(there -> there ? Fence.UNTRIED : Fence.REACTIVE);
    }

    private Future<Fence> again(Throwable e, KubernetesApi cluster) {
        boolean answered =
                e instanceof KubernetesFailure f
                        && (f.reason() == Reason.FORBIDDEN || f.reason() == Reason.INVALID);
        return answered ? notRefused(cluster) : Future.failedFuture(e);
    }

    private static boolean refused(Throwable e) {
        return e instanceof KubernetesFailure f
                && (f.reason() == Reason.FORBIDDEN || f.reason() == Reason.INVALID)
                && f.message().contains("fenced by Site Recovery");
    }

    private Future<Void> topicEnd(KubernetesApi cluster, Map<String, Long> ends) {
        return cluster.identify()
                .compose(
                        identity ->
                                tenant.writer()
                                        .endOffset(Topics.siteDrbd(identity.siteId()))
                                        .onSuccess(end -> ends.put(identity.siteId(), end)))
                .mapEmpty();
    }

    private static List<String> named(
            List<GenericKubernetesResource> found, Predicate<GenericKubernetesResource> which) {
        return found.stream().filter(which).map(FailoverEffects::name).toList();
    }

    private static String name(GenericKubernetesResource object) {
        return object.getMetadata().getName();
    }

    private static boolean isFinal(GenericKubernetesResource object) {
        String phase = text(object, "/status/phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** KubeVirt's label, else its older one. */
    private static String vmOf(GenericKubernetesResource pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        if (labels == null) {
            return "";
        }
        return labels.getOrDefault(
                "vmi.kubevirt.io/id", labels.getOrDefault("vm.kubevirt.io/name", ""));
    }

    private static String text(GenericKubernetesResource object, String pointer) {
        JsonNode tree = ResourceJson.mapper().valueToTree(object);
        return tree.at(pointer).asText("");
    }
}
