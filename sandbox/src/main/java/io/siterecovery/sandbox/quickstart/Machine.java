package io.siterecovery.sandbox.quickstart;

import java.util.ArrayList;
import java.util.List;

/**
 * A virtual machine of the quickstart's world; its disk is the claim {@code <name>-disk}.
 *
 * @param runStrategy power is given by {@code spec.runStrategy}, else by {@code spec.running}
 */
record Machine(String namespace, String name, String storageClass, boolean runStrategy) {

    static final String REPLICATED = "linstor-geo";
    static final String LOCAL = "linstor-local";

    /** The machines that the product documents speak of, all on the primary. */
    static List<Machine> documented() {
        List<Machine> machines = new ArrayList<>();
        add(machines, "production", "app-server-1", "app-server-2", "database-primary");
        add(machines, "production", "web-vm-1", "web-vm-2");
        add(machines, "default", "vm-web-server", "vm-database");
        add(machines, "default", "prod-vm-1", "prod-vm-2", "prod-vm-3");
        add(machines, "dr-system", "prod-vm-1", "prod-vm-2");
        add(machines, "staging", "web-vm-1", "web-vm-2");
        machines.add(new Machine("staging", "local-only-vm", LOCAL, false));
        return machines;
    }

    /** The machines of group {@code number}, {@code group-<number>-vm-1} and so on. */
    static List<Machine> ofGroup(int number, int count) {
        return ofGroup("production", number, count);
    }

    static List<Machine> ofGroup(String namespace, int number, int count) {
        List<Machine> machines = new ArrayList<>();
        for (int vm = 1; vm <= count; vm++) {
            add(machines, namespace, "group-%d-vm-%d".formatted(number, vm));
        }
        return machines;
    }

    String claim() {
        return name + "-disk";
    }

    boolean isReplicated() {
        return storageClass.equals(REPLICATED);
    }

    private static void add(List<Machine> machines, String namespace, String... names) {
        for (String name : names) {
            machines.add(new Machine(namespace, name, REPLICATED, machines.size() % 2 == 1));
        }
    }
}
