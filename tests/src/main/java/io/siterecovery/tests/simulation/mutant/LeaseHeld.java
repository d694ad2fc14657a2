package io.siterecovery.tests.simulation.mutant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.tests.simulation.world.Objects;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Leader election as many operators do it: whoever renewed its lease of late writes freely. */
final class LeaseHeld {

    private static final Duration LASTS = Duration.ofSeconds(4);
    private static final Duration RENEW = Duration.ofSeconds(2);
    private static final String NAME = "site-recovery-leader";

    private final Ports ports;
    private Instant renewed = Instant.EPOCH;

    LeaseHeld(Ports ports) {
        this.ports = ports;
    }

    /** Succeeds while the lease is ours, as far as our own clock tells. */
    Future<Void> check() {
        Instant now = ports.clock().instant();
        return now.isBefore(renewed.plus(RENEW))
                ? Future.succeededFuture()
                : ports.quorum()
                        .get(ResourceKind.LEASE, ports.tenant().namespace(), NAME)
                        .compose(found -> take(found, now));
    }

    private Future<Void> take(Optional<GenericKubernetesResource> found, Instant now) {
        ObjectNode spec =
                KubernetesJson.mapper()
                        .createObjectNode()
                        .put("holderIdentity", ports.instanceId())
                        .put("renewTime", now.toString());
        if (found.isEmpty()) {
            ObjectNode lease = Objects.object(ResourceKind.LEASE, ports.tenant().namespace(), NAME);
            lease.set("spec", spec);
            return ports.quorum()
                    .create(ResourceKind.LEASE, KubernetesJson.object(lease))
                    .onSuccess(_ -> renewed = now)
                    .mapEmpty();
        }
        ObjectNode tree = (ObjectNode) KubernetesJson.tree(found.get());
        boolean ours = tree.at("/spec/holderIdentity").asText().equals(ports.instanceId());
        Instant until = Instant.parse(tree.at("/spec/renewTime").asText()).plus(LASTS);
        if (!ours && now.isBefore(until)) {
            return Future.failedFuture(
                    new KubernetesFailure(Reason.CONFLICT, 409, "another one has the lease"));
        }
        return ports.quorum()
                .patch(
                        ResourceKind.LEASE,
                        ports.tenant().namespace(),
                        NAME,
                        JsonPatch.create()
                                .testVersion(tree.at("/metadata/resourceVersion").asText())
                                .replace("/spec", spec))
                .onSuccess(_ -> renewed = now)
                .mapEmpty();
    }
}
