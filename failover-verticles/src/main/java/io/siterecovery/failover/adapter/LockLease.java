package io.siterecovery.failover.adapter;

import io.siterecovery.failover.core.failover.FailoverPlan;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.GroupId;
import io.siterecovery.failover.core.ownership.OwnershipSeen;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Shows the lock of a running failover where users look for it: the Lease {@code failover-lock-…}.
 * It only shows: deleting it changes nothing.
 */
public final class LockLease {

    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Ports tenant;
    private final Set<String> shown = new HashSet<>();

    public LockLease(Ports tenant) {
        this.tenant = tenant;
    }

    /** Makes the leases, once for each operation; not waited for. */
    public void show(FailoverPlan plan, Optional<OwnershipSeen> ownership) {
        boolean held = ownership.filter(o -> o.ownership().isLockedBy(plan.uid())).isPresent();
        if (!held || !shown.add(plan.uid())) {
            return;
        }
        Map<String, Object> spec =
                Map.of(
                        "holderIdentity",
                        "failover-controller-" + plan.uid(),
                        "leaseDurationSeconds",
                        300,
                        "acquireTime",
                        MICRO_TIME.format(plan.startedAt()),
                        "renewTime",
                        MICRO_TIME.format(Instant.now(tenant.clock())));
        put(
                tenant.quorum(),
                tenant.tenant().namespace(),
                "failover-lock-" + plan.group().ownershipName(),
                spec);
        for (ClusterId cluster : List.of(plan.source(), plan.target())) {
            put(
                    tenant.cluster(cluster.name()),
                    plan.group().namespace(),
                    "failover-lock-" + plan.group().name(),
                    spec);
        }
    }

    /** Takes them away at the end of the operation; not waited for. */
    public void hide(GroupId group) {
        tenant.quorum()
                .delete(
                        ResourceKind.LEASE,
                        tenant.tenant().namespace(),
                        "failover-lock-" + group.ownershipName(),
                        null);
        for (KubernetesApi cluster : List.of(tenant.primary(), tenant.dr())) {
            cluster.delete(
                    ResourceKind.LEASE, group.namespace(), "failover-lock-" + group.name(), null);
        }
    }

    private static void put(
            KubernetesApi cluster, String namespace, String name, Map<String, Object> spec) {
        cluster.create(
                        ResourceKind.LEASE,
                        Answers.object(
                                ResourceKind.LEASE,
                                namespace,
                                name,
                                Map.of(),
                                Map.of("spec", spec)))
                .<Void>mapEmpty()
                .recover(
                        e ->
                                e instanceof KubernetesFailure f
                                                && f.reason() == Reason.ALREADY_EXISTS
                                        ? replace(cluster, namespace, name, spec)
                                        : Future.succeededFuture());
    }

    private static Future<Void> replace(
            KubernetesApi cluster, String namespace, String name, Map<String, Object> spec) {
        return cluster.mergePatch(
                        ResourceKind.LEASE,
                        namespace,
                        name,
                        ResourceJson.mapper()
                                .createObjectNode()
                                .set("spec", ResourceJson.mapper().valueToTree(spec)))
                .mapEmpty();
    }
}
