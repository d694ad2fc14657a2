package io.siterecovery.tests.simulation.world;

import io.siterecovery.tests.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;

/**
 * What there is: sites, nodes, groups, how disks are replicated.
 *
 * @param eastPolicies whether that cluster has admission policies
 * @param unclear whether VMs of the first group are meant to run on both sites at the beginning
 * @param automatic whether groups leave a lost site by themselves
 */
public record Layout(
        List<String> deployments,
        List<Group> groups,
        int eastNodes,
        int westNodes,
        int eastReplicas,
        int westReplicas,
        DrbdResource.Options drbd,
        boolean eastPolicies,
        boolean westPolicies,
        boolean unclear,
        boolean automatic) {

    /** One group of two VMs; the first cluster has admission policies, the second has none. */
    public static Layout plain() {
        return new Layout(
                List.of("prod"),
                List.of(group("prod", "shop", "web", 2, 1, false, false)),
                1,
                1,
                1,
                1,
                new DrbdResource.Options(false, false),
                true,
                false,
                false,
                false);
    }

    /** Some estate. */
    public static Layout any(Dice dice) {
        boolean two = dice.chance(0.15);
        List<Group> groups = new ArrayList<>();
        boolean atHub = dice.chance(0.25);
        groups.add(
                group(
                        "prod",
                        "shop",
                        "web",
                        dice.between(1, 3),
                        dice.between(1, 2),
                        dice.chance(0.3),
                        atHub));
        if (dice.chance(0.3)) {
            groups.add(group("prod", "shop", "db", 1, 1, dice.chance(0.5), false));
        }
        if (two) {
            groups.add(group("test", "lab", "web", dice.between(1, 2), 1, true, dice.chance(0.3)));
        }
        int eastReplicas = dice.between(1, 2);
        int westReplicas = dice.chance(0.25) ? 2 : 1;
        boolean majority = eastReplicas + westReplicas > 2 && dice.chance(0.6);
        Layout flat =
                new Layout(
                        two ? List.of("prod", "test") : List.of("prod"),
                        groups,
                        dice.between(eastReplicas, 2),
                        dice.between(westReplicas, 2),
                        eastReplicas,
                        westReplicas,
                        new DrbdResource.Options(dice.chance(0.4), majority),
                        dice.chance(0.75),
                        dice.chance(0.75),
                        dice.chance(0.05),
                        dice.chance(0.3));
        // Drawn last: seeds without an order tell the story they always told.
        return dice.between(1, 10) > 7 ? flat.ordered(dice) : flat;
    }

    /** The same, with machines that start one after the other. */
    private Layout ordered(Dice dice) {
        return with(
                deployments,
                groups.stream().map(g -> g.machines().size() > 1 ? ordered(g, dice) : g).toList());
    }

    private static Group ordered(Group group, Dice dice) {
        List<Machine> machines = new ArrayList<>();
        for (Machine m : group.machines()) {
            int bootGroup = dice.between(2, 3);
            List<String> dependsOn =
                    machines.stream()
                            .filter(o -> o.boot() != null && o.boot().bootGroup() <= bootGroup)
                            .filter(_ -> dice.chance(0.6))
                            .map(Machine::name)
                            .toList();
            machines.add(
                    new Machine(
                            m.namespace(),
                            m.name(),
                            m.claims(),
                            m.runStrategy(),
                            new Machine.Boot(bootGroup, dependsOn)));
        }
        return new Group(
                group.deployment(),
                group.namespace(),
                group.name(),
                List.copyOf(machines),
                group.atHub());
    }

    /** The same with neighbours: two groups of one deployment, and one of another. */
    public Layout crowded() {
        List<Group> all = new ArrayList<>(groups);
        List<String> names = new ArrayList<>(deployments);
        if (groups.stream().noneMatch(g -> g.name().equals("db"))) {
            all.add(group("prod", "shop", "db", 1, 1, false, false));
        }
        if (!names.contains("test")) {
            names.add("test");
            all.add(group("test", "lab", "web", 1, 1, true, false));
        }
        return with(List.copyOf(names), List.copyOf(all));
    }

    private Layout with(List<String> names, List<Group> all) {
        return new Layout(
                names,
                all,
                eastNodes,
                westNodes,
                eastReplicas,
                westReplicas,
                drbd,
                eastPolicies,
                westPolicies,
                unclear,
                automatic);
    }

    private static Group group(
            String deployment,
            String namespace,
            String name,
            int vms,
            int disks,
            boolean runStrategy,
            boolean atHub) {
        List<Machine> machines = new ArrayList<>();
        for (int i = 1; i <= vms; i++) {
            String vm = name + "-" + i;
            List<String> claims = new ArrayList<>();
            for (int d = 1; d <= disks; d++) {
                claims.add(vm + "-disk" + d);
            }
            machines.add(new Machine(namespace, vm, List.copyOf(claims), runStrategy, null));
        }
        return new Group(deployment, namespace, name, List.copyOf(machines), atHub);
    }

    public List<String> nodes(String site) {
        List<String> nodes = new ArrayList<>();
        for (int i = 1; i <= (site.equals(World.EAST) ? eastNodes : westNodes); i++) {
            nodes.add(site + "-node" + i);
        }
        return nodes;
    }

    public String siteOf(String node) {
        return node.startsWith(World.EAST) ? World.EAST : World.WEST;
    }
}
