package io.siterecovery.failover.view;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.failover.core.group.Standing;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Granted;
import io.siterecovery.platform.Tenant;
import java.util.Optional;
import java.util.stream.Stream;

/** What the deployment's own ProtectionZone says of it as a whole. */
final class Deployment {

    private final TenantView view;
    private final Tenant tenant;

    /** It is asked of every group at every look: what it says is read once. */
    private long readAt = -1;

    private boolean leaving;
    private Standing standing = Standing.GOOD;

    Deployment(TenantView view, Tenant tenant) {
        this.view = view;
        this.tenant = tenant;
    }

    /**
     * The deployment is being removed, and nothing stands in the way: groups are let go as if
     * nobody defined them any more. What people wrote stays.
     */
    boolean leaving() {
        read();
        return leaving;
    }

    Standing standing() {
        read();
        return standing;
    }

    private void read() {
        if (readAt != view.version()) {
            readAt = view.version();
            leaving = isLeaving();
            standing = zones().findAny().isPresent() ? said() : Standing.GOOD;
        }
    }

    private boolean isLeaving() {
        return zones().filter(zone -> zone.meta().deleting())
                .flatMap(zone -> zone.status().path("conditions").valueStream())
                .anyMatch(
                        condition ->
                                condition.path("type").asText().equals("Removable")
                                        && condition.path("status").asText().equals("True"));
    }

    private Standing said() {
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

    /**
     * The same for a group that nobody holds yet, which may be one too many.
     *
     * @param held groups that somebody holds
     * @param machines their VMs
     */
    Standing standing(int held, int machines, int more) {
        Standing standing = standing();
        if (standing.refusesClaim().isPresent()) {
            return standing;
        }
        Granted granted = tenant.granted();
        if (held >= granted.groups().orElse(Integer.MAX_VALUE)) {
            return new Standing(
                    Optional.empty(),
                    Optional.of(
                            "the deployment may have %d groups and has %d"
                                    .formatted(granted.groups().getAsInt(), held)));
        }
        if (machines + more > granted.virtualMachines().orElse(Integer.MAX_VALUE)) {
            return new Standing(
                    Optional.empty(),
                    Optional.of(
                            "the deployment may protect %d VMs and protects %d; this group has %d"
                                    .formatted(
                                            granted.virtualMachines().getAsInt(), machines, more)));
        }
        return standing;
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
