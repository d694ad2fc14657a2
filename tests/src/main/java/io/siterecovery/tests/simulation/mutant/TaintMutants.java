package io.siterecovery.tests.simulation.mutant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.core.failover.Decision;
import io.siterecovery.failover.core.failover.Effect.RemoveTaints;
import io.siterecovery.failover.core.failover.FailoverState.Active;
import io.siterecovery.failover.core.failover.FailoverState.RemovingTaints;
import io.siterecovery.failover.core.failover.Observation;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.failover.core.taint.Untainting;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.ClusterIdentity;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.Selector;
import io.siterecovery.platform.Watch;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bugs in who is looked for before a node is opened, and in what is taken off it. */
public final class TaintMutants {

    public static List<Mutant> all() {
        return List.of(
                Mutant.acting(
                        "taints-without-looking",
                        "nobody is looked for on the nodes whose taints are removed",
                        p -> altered(p, (kind, found) -> List.of(), false)),
                Mutant.acting(
                        "force-skips-other-deployments",
                        "groups of other deployments are taken for one's own",
                        p ->
                                altered(
                                        p,
                                        (kind, found) ->
                                                found.stream()
                                                        .map(o -> claimedBy(p.tenant().name(), o))
                                                        .toList(),
                                        false)),
                Mutant.acting(
                        "foreign-taints-too",
                        "all taints of a node are removed",
                        p -> altered(p, (kind, found) -> found, true)),
                Mutant.deciding(
                        "taints-unrecorded",
                        "taints are removed before that is stored",
                        Unrecorded::new));
    }

    private static Ports altered(Ports p, Lists lists, boolean allTaints) {
        return new Ports(
                p.tenant(),
                p.instanceId(),
                p.quorum(),
                new Listing(p.primary(), lists, allTaints),
                new Listing(p.dr(), lists, allTaints),
                p.writer(),
                p.clock());
    }

    private static GenericKubernetesResource claimedBy(
            String deployment, GenericKubernetesResource vm) {
        var annotations = vm.getMetadata().getAnnotations();
        if (annotations != null && annotations.containsKey(ApiGroups.CLAIM)) {
            Claim.parse(annotations.get(ApiGroups.CLAIM))
                    .ifPresent(
                            c ->
                                    annotations.put(
                                            ApiGroups.CLAIM,
                                            new Claim(deployment, c.group(), c.epoch(), c.term())
                                                    .toString()));
        }
        return vm;
    }

    /** What a list over all namespaces answers. */
    private interface Lists {
        List<GenericKubernetesResource> of(
                ResourceKind kind, List<GenericKubernetesResource> found);
    }

    private static final class Unrecorded extends Altered {

        Unrecorded(Decisions sound) {
            super(sound);
        }

        @Override
        public Decision step(Active state, Observation seen, String deployment) {
            Decision decision = super.step(state, seen, deployment);
            if (!(decision.next() instanceof RemovingTaints after)) {
                return decision;
            }
            Untainting work = after.work();
            Untainting bare =
                    new Untainting(work.until(), List.of(), work.despite(), work.waitsFor());
            return state.equals(new RemovingTaints(state.plan(), bare))
                    ? decision(
                            state,
                            new RemoveTaints(state.plan().target(), seen.taints().inTheWay(), work))
                    : decision(new RemovingTaints(state.plan(), bare));
        }
    }

    /** A site's API with other answers to lists over all namespaces, and other patches of nodes. */
    private static final class Listing implements KubernetesApi {

        private final KubernetesApi sound;
        private final Lists lists;
        private final boolean allTaints;

        Listing(KubernetesApi sound, Lists lists, boolean allTaints) {
            this.sound = sound;
            this.lists = lists;
            this.allTaints = allTaints;
        }

        @Override
        public String name() {
            return sound.name();
        }

        @Override
        public Future<ClusterIdentity> identify() {
            return sound.identify();
        }

        @Override
        public Future<Optional<GenericKubernetesResource>> get(
                ResourceKind kind, String namespace, String name) {
            return sound.get(kind, namespace, name);
        }

        @Override
        public Future<List<GenericKubernetesResource>> list(
                ResourceKind kind, @Nullable String namespace, @Nullable String labelSelector) {
            Future<List<GenericKubernetesResource>> found =
                    sound.list(kind, namespace, labelSelector);
            return namespace == null && kind.group().equals("kubevirt.io")
                    ? found.map(all -> lists.of(kind, new ArrayList<>(all)))
                    : found;
        }

        @Override
        public Future<GenericKubernetesResource> create(
                ResourceKind kind, GenericKubernetesResource object) {
            return sound.create(kind, object);
        }

        @Override
        public Future<GenericKubernetesResource> patch(
                ResourceKind kind, String namespace, String name, JsonPatch patch) {
            return allTaints && kind.equals(ResourceKind.NODE)
                    ? sound.patch(
                            kind,
                            namespace,
                            name,
                            JsonPatch.create().replace("/spec/taints", List.of()))
                    : sound.patch(kind, namespace, name, patch);
        }

        @Override
        public Future<GenericKubernetesResource> patchStatus(
                ResourceKind kind, String namespace, String name, JsonPatch patch) {
            return sound.patchStatus(kind, namespace, name, patch);
        }

        @Override
        public Future<GenericKubernetesResource> dryRunPatch(
                ResourceKind kind, String namespace, String name, JsonPatch patch) {
            return sound.dryRunPatch(kind, namespace, name, patch);
        }

        @Override
        public Future<GenericKubernetesResource> mergePatch(
                ResourceKind kind, String namespace, String name, ObjectNode patch) {
            return sound.mergePatch(kind, namespace, name, patch);
        }

        @Override
        public Future<Void> delete(
                ResourceKind kind, String namespace, String name, @Nullable String uid) {
            return sound.delete(kind, namespace, name, uid);
        }

        @Override
        public Watch follow(
                ResourceKind kind,
                @Nullable String namespace,
                Selector selector,
                Follower follower) {
            return sound.follow(kind, namespace, selector, follower);
        }
    }

    private TaintMutants() {}
}
