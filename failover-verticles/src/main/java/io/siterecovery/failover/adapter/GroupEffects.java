package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.failover.core.group.Departure;
import io.siterecovery.failover.core.group.GroupEffect;
import io.siterecovery.failover.core.group.GroupEffect.PatchVm;
import io.siterecovery.failover.core.group.GroupEffect.Power;
import io.siterecovery.failover.core.group.GroupObservation.Copy;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries out what a group needs. Every write tests what it was decided on where it lands, so an
 * instance that was paused between deciding and acting does no harm.
 */
public final class GroupEffects {

    private final Ports tenant;
    private final TenantView view;
    private final OwnershipStore ownerships;
    private final FenceWrites fences;

    public GroupEffects(Ports tenant, TenantView view, OwnershipStore ownerships) {
        this.tenant = tenant;
        this.view = view;
        this.ownerships = ownerships;
        this.fences = new FenceWrites(tenant, view);
    }

    public Future<?> carryOut(GroupId group, GroupEffect effect) {
        return switch (effect) {
            case GroupEffect.CreateOwnership e -> ownerships.create(group, e.first());
            case GroupEffect.WriteOwnership e -> ownerships.write(group, e.seen(), e.next());
            case PatchVm e -> patchVm(group, e);
            case GroupEffect.Fence e ->
                    fences.fence(
                            e.cluster(),
                            group.namespace(),
                            e.seen(),
                            e.vms(),
                            e.claim().toString());
            case GroupEffect.Unfence e ->
                    fences.unfence(e.cluster(), group.namespace(), e.seen(), e.vms());
            case GroupEffect.MakeCopy e -> makeCopy(group, e);
            case GroupEffect.UpdateCopy e -> updateCopy(group, e);
            case GroupEffect.DeleteCopy e ->
                    tenant.cluster(e.cluster().name())
                            .delete(
                                    ResourceKind.PROTECTION_GROUP,
                                    group.namespace(),
                                    group.name(),
                                    e.uid());
            case GroupEffect.WriteStatus e -> writeStatus(group, e);
        };
    }

    /** Every one is about the object that was seen, and no other of its name. */
    public Future<?> depart(GroupId group, Departure.Step step) {
        return switch (step) {
            case Departure.Step.Delete(var at, var objects) -> delete(at, objects);
            case Departure.Step.Unclaim(var at, var vm, var seen) -> unclaim(group, at, vm, seen);
            case Departure.Step.Unfence(var at, var seen, var vms) ->
                    fences.unfence(at, group.namespace(), seen, vms);
            case Departure.Step.ForgetOwnership(var seen) ->
                    deleted(ownerships.delete(group, seen));
        };
    }

    /**
     * All or nothing. One volume that is not retained, and its data would go with it, at both
     * sites: they are replicas of one another.
     */
    private Future<?> delete(ClusterId at, List<Departure.Made> objects) {
        KubernetesApi cluster = tenant.cluster(at.name());
        return Future.all(
                        objects.stream()
                                .filter(o -> o.kind().equals(ResourceKind.PERSISTENT_VOLUME))
                                .map(
                                        o ->
                                                cluster.get(o.kind(), "", o.name())
                                                        .map(GroupEffects::retained))
                                .toList())
                .compose(
                        _ ->
                                Future.join(
                                        objects.stream()
                                                .map(
                                                        o ->
                                                                deleted(
                                                                        cluster.delete(
                                                                                o.kind(),
                                                                                o.namespace(),
                                                                                o.name(),
                                                                                o.uid())))
                                                .toList()));
    }

    private static Optional<GenericKubernetesResource> retained(
            Optional<GenericKubernetesResource> volume) {
        volume.ifPresent(
                found -> {
                    Object policy = found.get("spec", "persistentVolumeReclaimPolicy");
                    if (!"Retain".equals(policy)) {
                        throw new KubernetesFailure(
                                KubernetesFailure.Reason.OTHER,
                                0,
                                "PersistentVolume %s has reclaim policy %s, not Retain: its copy stays"
                                        .formatted(found.getMetadata().getName(), policy));
                    }
                });
        return volume;
    }

    private static Future<Void> deleted(Future<Void> call) {
        return call.recover(
                failure ->
                        Answers.isNotFound(failure)
                                ? Future.succeededFuture()
                                : Future.failedFuture(failure));
    }

    private Future<?> unclaim(GroupId group, ClusterId at, String vm, VirtualMachineFact seen) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        metadata.put("resourceVersion", seen.meta().resourceVersion());
        metadata.putObject("annotations").putNull(ApiGroups.CLAIM);
        FactKey key = key(at, ResourceKind.VIRTUAL_MACHINE, group.namespace(), vm);
        return tenant.cluster(at.name())
                .mergePatch(ResourceKind.VIRTUAL_MACHINE, group.namespace(), vm, patch)
                .onSuccess(answer -> view.patched(key, Answers.patched(seen, answer)));
    }

    /**
     * One merge patch that carries the resourceVersion: it lands on the VM that was seen, with the
     * claim that was seen on it, or not at all. (A JSON patch could not add the first annotation.)
     */
    private Future<?> patchVm(GroupId group, PatchVm e) {
        return e.tolerates().isEmpty()
                ? patchVm(group, e, Optional.empty())
                : tenant.cluster(e.cluster().name())
                        .get(ResourceKind.VIRTUAL_MACHINE, group.namespace(), e.name())
                        .compose(
                                vm ->
                                        patchVm(
                                                group,
                                                e,
                                                vm.map(v -> Tolerations.with(v, e.tolerates()))));
    }

    private Future<?> patchVm(GroupId group, PatchVm e, Optional<ArrayNode> tolerations) {
        VirtualMachineFact seen = e.seen();
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        metadata.put("resourceVersion", seen.meta().resourceVersion());
        ObjectNode annotations = metadata.putObject("annotations");
        annotations.put(ApiGroups.CLAIM, e.claim().toString());
        switch (e.power()) {
            case AS_IT_IS -> {}
            case STOP -> stop(patch.putObject("spec"), annotations, seen);
            case START -> start(patch.putObject("spec"), annotations, seen);
        }
        tolerations.ifPresent(
                all -> patch.withObject("/spec/template/spec").set("tolerations", all));
        FactKey key = key(e.cluster(), ResourceKind.VIRTUAL_MACHINE, group.namespace(), e.name());
        return tenant.cluster(e.cluster().name())
                .mergePatch(ResourceKind.VIRTUAL_MACHINE, group.namespace(), e.name(), patch)
                .onSuccess(answer -> view.patched(key, Answers.patched(seen, answer)))
                .onFailure(
                        failure -> {
                            if (Answers.isNotFound(failure)) {
                                view.notFound(key, seen);
                            }
                        });
    }

    /** KubeVirt allows exactly one of running and runStrategy: the one in use is patched. */
    private static void stop(ObjectNode spec, ObjectNode annotations, VirtualMachineFact seen) {
        if (seen.runStrategy() == null) {
            spec.put("running", false);
        } else {
            annotations.put(ApiGroups.RUN_STRATEGY, seen.runStrategy());
            spec.put("runStrategy", "Halted");
        }
    }

    private static void start(ObjectNode spec, ObjectNode annotations, VirtualMachineFact seen) {
        if (seen.runStrategy() == null) {
            spec.put("running", true);
            return;
        }
        String before = seen.meta().annotations().get(ApiGroups.RUN_STRATEGY);
        spec.put("runStrategy", before == null ? "Always" : before);
        annotations.putNull(ApiGroups.RUN_STRATEGY);
    }

    private Future<?> makeCopy(GroupId group, GroupEffect.MakeCopy e) {
        return tenant.cluster(e.cluster().name())
                .create(
                        ResourceKind.PROTECTION_GROUP,
                        Answers.object(
                                ResourceKind.PROTECTION_GROUP,
                                group.namespace(),
                                group.name(),
                                Map.of(ApiGroups.COPY_OF, e.copyOf()),
                                Map.of("spec", ResourceJson.write(e.spec()))))
                .onSuccess(answer -> groupIs(e.cluster(), group, answer));
    }

    private Future<?> updateCopy(GroupId group, GroupEffect.UpdateCopy e) {
        return patchGroup(
                e.cluster(),
                group,
                JsonPatch.create()
                        .testVersion(e.resourceVersion())
                        .replace("/spec", ResourceJson.write(e.spec())));
    }

    /**
     * Shows users what the group is meant to do on a cluster; progress never depends on it. Only on
     * the copy that was seen: later it would pass for the wish of somebody else.
     */
    public Future<?> showDesiredState(
            ClusterId cluster, GroupId group, Copy seen, boolean running) {
        String wanted = running ? "running" : "stopped";
        if (wanted.equals(seen.spec().desiredState())) {
            return Future.succeededFuture();
        }
        return patchGroup(
                cluster,
                group,
                JsonPatch.create()
                        .testVersion(seen.meta().resourceVersion())
                        .add("/spec/desiredState", wanted));
    }

    private Future<?> patchGroup(ClusterId cluster, GroupId group, JsonPatch patch) {
        return tenant.cluster(cluster.name())
                .patch(ResourceKind.PROTECTION_GROUP, group.namespace(), group.name(), patch)
                .onSuccess(answer -> groupIs(cluster, group, answer));
    }

    private Future<?> writeStatus(GroupId group, GroupEffect.WriteStatus e) {
        String cluster = e.cluster().map(ClusterId::name).orElse(FactKey.QUORUM);
        String namespace =
                e.cluster().isPresent() ? group.namespace() : tenant.tenant().namespace();
        JsonPatch patch = JsonPatch.create().add("/status", ResourceJson.write(e.status()));
        return tenant.cluster(cluster)
                .patchStatus(ResourceKind.PROTECTION_GROUP, namespace, group.name(), patch)
                .onSuccess(
                        answer ->
                                view.apply(
                                        new FactKey(
                                                cluster,
                                                ResourceKind.PROTECTION_GROUP.qualified(),
                                                namespace,
                                                group.name()),
                                        Answers.customResource(answer)));
    }

    private void groupIs(ClusterId cluster, GroupId group, GenericKubernetesResource answer) {
        view.apply(
                key(cluster, ResourceKind.PROTECTION_GROUP, group.namespace(), group.name()),
                Answers.customResource(answer));
    }

    private static FactKey key(
            ClusterId cluster, ResourceKind kind, String namespace, String name) {
        return new FactKey(cluster.name(), kind.qualified(), namespace, name);
    }

    static boolean starts(GroupEffect effect) {
        return effect instanceof PatchVm vm && vm.power() == Power.START;
    }
}
