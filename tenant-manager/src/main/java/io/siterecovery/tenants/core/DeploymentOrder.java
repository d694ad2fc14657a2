package io.siterecovery.tenants.core;

import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ProtectionZoneSpec.StorageClassMapping;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a platform administrator orders: the body of {@code POST /deployments}, and what is kept of
 * it until everything is there.
 *
 * @param timeouts seconds by name, as in the ProtectionZone
 */
public record DeploymentOrder(
        String name,
        @Nullable String storageModel,
        Clusters clusters,
        @Nullable String protocol,
        @Nullable String failureResponse,
        @Nullable Integer automaticDelaySeconds,
        @Nullable String taintPolicy,
        @Nullable String isolation,
        @Nullable List<String> namespaces,
        @Nullable List<StorageClassMapping> storageClassMappings,
        @Nullable Map<String, Integer> timeouts,
        @Nullable List<String> allowedCidrs,
        @Nullable Limits limits) {

    public record Clusters(Cluster primary, Cluster dr) {

        public Cluster of(Role role) {
            return switch (role) {
                case PRIMARY -> primary;
                case DR -> dr;
            };
        }
    }

    /**
     * @param kubeconfig YAML; never printed
     */
    public record Cluster(String name, @Nullable List<String> aliases, String kubeconfig) {

        @Override
        public String toString() {
            return "Cluster[" + name + "]";
        }
    }

    public ProtectionZoneSpec zone(Map<Role, String> clusterIds) {
        return new ProtectionZoneSpec(
                site(Role.PRIMARY, clusterIds),
                site(Role.DR, clusterIds),
                storageModel == null ? "linstor" : storageModel,
                namespaces,
                failureResponse == null ? "Manual" : failureResponse,
                automaticDelaySeconds,
                taintPolicy == null ? "Remove" : taintPolicy,
                null,
                storageClassMappings,
                timeouts);
    }

    private ProtectionZoneSpec.Site site(Role role, Map<Role, String> clusterIds) {
        Cluster cluster = clusters.of(role);
        return new ProtectionZoneSpec.Site(cluster.name(), cluster.aliases(), clusterIds.get(role));
    }
}
