package io.siterecovery.failover.adapter;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.failover.view.Ownerships;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.GroupOwnershipSpec;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** GroupOwnerships in {@code dr-<d>}: compare-and-set writes, linearizable reads. */
public final class OwnershipStore {

    private static final ResourceKind KIND = ResourceKind.GROUP_OWNERSHIP;

    private final KubernetesApi quorum;
    private final String namespace;
    private final TenantView view;

    public OwnershipStore(KubernetesApi quorum, String namespace, TenantView view) {
        this.quorum = quorum;
        this.namespace = namespace;
        this.view = view;
    }

    public Future<OwnershipSeen> create(GroupId group, Ownership first) {
        return quorum.create(
                        KIND,
                        Answers.object(
                                KIND,
                                namespace,
                                group.ownershipName(),
                                Map.of(),
                                Map.of("spec", ResourceJson.write(Ownerships.write(group, first)))))
                .map(this::taken);
    }

    /** Writes the next ownership if the stored one is still the one that was seen. */
    public Future<OwnershipSeen> write(GroupId group, OwnershipSeen seen, Ownership next) {
        JsonPatch patch =
                JsonPatch.create()
                        .testVersion(seen.resourceVersion())
                        .test("/metadata/uid", seen.uid())
                        .replace("/spec", ResourceJson.write(Ownerships.write(group, next)));
        return quorum.patch(KIND, namespace, group.ownershipName(), patch)
                .map(this::taken)
                .recover(e -> readAgain(group, e));
    }

    /** Of a group that nobody defines, and whose claim no VM carries. */
    public Future<Void> delete(GroupId group, OwnershipSeen seen) {
        return quorum.delete(KIND, namespace, group.ownershipName(), seen.uid());
    }

    /** What is stored now: no cache, no view. */
    public Future<Optional<OwnershipSeen>> read(GroupId group) {
        return quorum.get(KIND, namespace, group.ownershipName())
                .map(found -> found.map(this::taken));
    }

    /** All that are stored now: no cache, no view. */
    public Future<Map<GroupId, OwnershipSeen>> readAll() {
        return quorum.list(KIND, namespace, (String) null)
                .map(
                        found -> {
                            Map<GroupId, OwnershipSeen> all = new LinkedHashMap<>();
                            for (GenericKubernetesResource each : found) {
                                GroupOwnershipSpec spec =
                                        ResourceJson.spec(each, GroupOwnershipSpec.class);
                                all.put(new GroupId(spec.namespace(), spec.group()), taken(each));
                            }
                            return all;
                        });
    }

    private Future<OwnershipSeen> readAgain(GroupId group, Throwable failed) {
        boolean lost = failed instanceof KubernetesFailure f && f.reason() == Reason.CONFLICT;
        return lost
                ? read(group).compose(now -> Future.failedFuture(failed))
                : Future.failedFuture(failed);
    }

    private OwnershipSeen taken(GenericKubernetesResource answer) {
        CustomResourceFact fact = Answers.customResource(answer);
        view.apply(
                new FactKey(
                        FactKey.QUORUM,
                        KIND.qualified(),
                        namespace,
                        answer.getMetadata().getName()),
                fact);
        return new OwnershipSeen(
                fact.meta().uid(),
                fact.meta().resourceVersion(),
                Ownerships.read(ResourceJson.read("spec", fact.spec(), GroupOwnershipSpec.class)));
    }
}
