package io.siterecovery.sandbox.quickstart;

import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.util.ArrayList;
import java.util.List;

/** What the demonstration applies with kubectl, in this order. */
record Plan(List<Group> groups, Move move) {

    /**
     * @param kind canonical or alias
     */
    record Group(
            ResourceKind kind,
            Deployment deployment,
            String namespace,
            String name,
            List<String> machines) {

        String manifest() {
            StringBuilder yaml = new StringBuilder();
            yaml.append(header(kind, namespace, name));
            yaml.append("spec:\n  desiredState: running\n  virtualMachines:\n");
            for (String machine : machines) {
                yaml.append("    - name: ").append(machine).append('\n');
                yaml.append("      namespace: ").append(namespace).append('\n');
            }
            return yaml.toString();
        }

        /** As it is called in a kubectl command. */
        String resource() {
            return kind.equals(ResourceKind.PROTECTION_GROUP)
                    ? kind.plural()
                    : kind.plural() + "." + kind.group();
        }
    }

    record Move(ResourceKind kind, String name, Group group, String target) {

        String manifest() {
            return header(kind, group.namespace(), name)
                    + """
                    spec:
                      protectionGroup: %s
                      targetCluster: %s
                      failoverType: planned
                    """
                            .formatted(group.name(), target);
        }
    }

    static Plan of(QuickstartOptions options) {
        List<Group> groups = new ArrayList<>();
        groups.add(
                new Group(
                        ResourceKind.ALIAS_PROTECTION_GROUP,
                        Deployment.PROD,
                        "production",
                        "production-app",
                        List.of("app-server-1", "app-server-2", "database-primary")));
        groups.add(
                new Group(
                        ResourceKind.PROTECTION_GROUP,
                        Deployment.STAGING,
                        "staging",
                        "web-tier",
                        List.of("web-vm-1", "web-vm-2")));
        if (options.groups() == 0) {
            return new Plan(
                    groups,
                    new Move(
                            ResourceKind.ALIAS_FAILOVER,
                            "production-app-failover-2025",
                            groups.getFirst(),
                            "dr-cluster"));
        }
        for (int number = 1; number <= options.groups(); number++) {
            List<String> machines =
                    Machine.ofGroup(number, options.vms()).stream().map(Machine::name).toList();
            groups.add(
                    new Group(
                            ResourceKind.PROTECTION_GROUP,
                            Deployment.PROD,
                            "production",
                            "group-" + number,
                            machines));
        }
        Group first = groups.get(2);
        return new Plan(
                groups,
                new Move(ResourceKind.FAILOVER, first.name() + "-failover", first, "dr-cluster"));
    }

    static List<Machine> machines(QuickstartOptions options) {
        List<Machine> machines = new ArrayList<>(Machine.documented());
        for (int number = 1; number <= options.groups(); number++) {
            machines.addAll(Machine.ofGroup(number, options.vms()));
        }
        return machines;
    }

    private static String header(ResourceKind kind, String namespace, String name) {
        return """
               apiVersion: %s
               kind: %s
               metadata:
                 name: %s
                 namespace: %s
               """
                .formatted(kind.group() + "/" + ApiGroups.VERSION, kind.kind(), name, namespace);
    }
}
