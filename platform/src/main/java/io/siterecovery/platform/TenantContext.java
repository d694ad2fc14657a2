package io.siterecovery.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.siterecovery.events.cluster.FactKey;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * Everything a module may use for one tenant. The three clusters carry this tenant's credentials
 * (the quorum cluster our own); nothing here reaches another tenant.
 *
 * @param instanceId of this run of the tenant: host name and a random part of the process, and a
 *     number that is new at each start of a tenant in it
 */
public record TenantContext(
        Vertx vertx,
        Tenant tenant,
        String instanceId,
        KubernetesCluster quorum,
        KubernetesCluster primary,
        KubernetesCluster dr,
        EventReader reader,
        EventWriter writer,
        MeterRegistry metrics,
        Configuration configuration,
        Clock clock) {

    /**
     * @param name canonical name of a workload cluster, or {@link FactKey#QUORUM}
     * @throws IllegalArgumentException if the tenant has no such cluster
     */
    public KubernetesCluster cluster(String name) {
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
