package io.siterecovery.failover.adapter;

import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.platform.EventWriter;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.Tenant;
import io.siterecovery.platform.TenantContext;
import java.time.Clock;

/**
 * Everything outside that the work of one deployment touches: three clusters, the broker, a clock.
 *
 * @param instanceId of this run of the control plane
 */
public record Ports(
        Tenant tenant,
        String instanceId,
        KubernetesApi quorum,
        KubernetesApi primary,
        KubernetesApi dr,
        EventWriter writer,
        Clock clock) {

    public static Ports of(TenantContext context) {
        return new Ports(
                context.tenant(),
                context.instanceId(),
                context.quorum(),
                context.primary(),
                context.dr(),
                context.writer(),
                context.clock());
    }

    /**
     * @param name canonical name of a workload cluster, or {@link FactKey#QUORUM}
     * @throws IllegalArgumentException if the deployment has no such cluster
     */
    public KubernetesApi cluster(String name) {
        if (name.equals(tenant.primary())) {
            return primary;
        }
        if (name.equals(tenant.dr())) {
            return dr;
        }
        if (name.equals(FactKey.QUORUM)) {
            return quorum;
        }
        throw new IllegalArgumentException("tenant " + tenant.name() + " has no cluster " + name);
    }
}
