package io.siterecovery.tests.simulation.oracle;

import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.ownership.Holder;
import io.siterecovery.failover.core.ownership.Ownership;
import io.siterecovery.failover.view.Ownerships;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.GroupOwnershipSpec;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.world.Group;
import io.siterecovery.tests.simulation.world.Machine;
import io.siterecovery.tests.simulation.world.Stored;
import io.siterecovery.tests.simulation.world.World;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** What is stored, read where it is stored. */
final class Truth {

    private final World world;

    Truth(World world) {
        this.world = world;
    }

    Optional<Ownership> ownership(Group group) {
        return world.at(World.QUORUM)
                .get(
                        ResourceKind.GROUP_OWNERSHIP,
                        "dr-" + group.deployment(),
                        group.ownershipName())
                .map(Truth::read);
    }

    static Ownership read(Stored ownership) {
        return Ownerships.read(
                ResourceJson.read("spec", ownership.at("spec"), GroupOwnershipSpec.class));
    }

    boolean heldAt(Group group, String site) {
        return ownership(group).filter(o -> o.holder().isAt(new ClusterId(site))).isPresent();
    }

    boolean unclaimed(Group group) {
        return ownership(group).map(o -> o.holder() instanceof Holder.Unclaimed).orElse(true);
    }

    /** Whether the fence of this site lists the VM now. */
    boolean listed(String site, String namespace, String vm) {
        return world.at(site)
                .get(ResourceKind.CONFIG_MAP, namespace, ApiGroups.FENCE)
                .filter(map -> map.at("data").has(vm))
                .isPresent();
    }

    /** Whether every object of the group lists the VM. */
    boolean isMember(Group group, Machine machine) {
        List<Stored> definitions =
                world.servers()
                        .flatMap(
                                s ->
                                        s.list(ResourceKind.PROTECTION_GROUP, null)
                                                .filter(g -> isOf(group, g)))
                        .toList();
        return !definitions.isEmpty()
                && definitions.stream()
                        .allMatch(
                                d ->
                                        d.at("spec", "virtualMachines")
                                                .findValuesAsText("name")
                                                .contains(machine.name()));
    }

    static boolean isOf(Group group, Stored definition) {
        String in = definition.key().namespace();
        return definition.key().name().equals(group.name())
                && (in.equals(group.namespace()) || in.equals("dr-" + group.deployment()));
    }

    static long micros(String instant) {
        return instant.isEmpty()
                ? 0
                : ChronoUnit.MICROS.between(Agenda.instant(0), Instant.parse(instant));
    }

    Optional<Group> groupOf(String namespace, String vm) {
        return world.layout().groups().stream()
                .filter(g -> g.namespace().equals(namespace) && g.members().contains(vm))
                .findFirst();
    }

    Optional<Group> groupOwned(String namespace, String ownershipName) {
        return world.layout().groups().stream()
                .filter(g -> namespace.equals("dr-" + g.deployment()))
                .filter(g -> g.ownershipName().equals(ownershipName))
                .findFirst();
    }
}
