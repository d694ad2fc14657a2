package io.siterecovery.tests.simulation.world;

import java.util.List;

/**
 * A group of VMs that is moved as one.
 *
 * @param atHub whether its owner writes it in {@code dr-<d>}, not beside the VMs
 */
public record Group(
        String deployment, String namespace, String name, List<Machine> machines, boolean atHub) {

    public List<String> members() {
        return machines.stream().map(Machine::name).toList();
    }

    public String ownershipName() {
        return namespace + "." + name;
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
