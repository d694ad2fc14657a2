package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.core.group.Standing;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Tenant;
import java.util.Optional;
import java.util.stream.Stream;

/** What the deployment's own ProtectionZone says of it as a whole. */
record Deployment(TenantView view, Tenant tenant) {

    /**
     * The deployment is being removed, and nothing stands in the way: groups are let go as if
     * nobody defined them any more. What people wrote stays.
     */
    boolean leaving() {
        return zones().filter(zone -> zone.meta().deleting())
                .flatMap(zone -> zone.status().path("conditions").valueStream())
                .anyMatch(
                        condition ->
                                condition.path("type").asText().equals("Removable")
                                        && condition.path("status").asText().equals("True"));
    }

    Standing standing() {
        Optional<String> cordoned =
                zones().flatMap(
                                zone ->
                                        Optional.ofNullable(
                                                zone.meta().annotations().get(ApiGroups.CORDONED))
                                                .stream())
                        .findFirst()
                        .map(
                                why ->
                                        "the deployment "
                                                + tenant.name()
                                                + " is cordoned ("
                                                + why
                                                + "); an emergency failover is still possible");
        return cordoned.isEmpty() ? Standing.GOOD : new Standing(cordoned, cordoned);
    }

    private Stream<CustomResourceFact> zones() {
        return view
                .shelf(FactKey.QUORUM, ResourceKind.PROTECTION_ZONE, tenant.namespace())
                .values()
                .stream()
                .flatMap(Deployment::resource);
    }

    private static Stream<CustomResourceFact> resource(ClusterFact fact) {
        return fact instanceof CustomResourceFact zone ? Stream.of(zone) : Stream.of();
    }
}
