package io.siterecovery.sandbox.quickstart;

import java.util.ArrayList;
import java.util.List;

/**
 * Who shares the two sites, and with which machines.
 *
 * @param onboarded by the tenant-manager; else by objects that somebody put there, as from Git
 * @param relayed each deployment reaches its sites on a way of its own, which can be interrupted
 */
record Inhabitants(
        List<Deployment> deployments, List<Machine> machines, boolean relayed, boolean onboarded) {

    static Inhabitants documented(QuickstartOptions options) {
        return new Inhabitants(Deployment.ALL, Plan.machines(options), false, false);
    }

    /** The same, ordered from the tenant-manager. */
    static Inhabitants onboarded(QuickstartOptions options) {
        return new Inhabitants(Deployment.ALL, Plan.machines(options), false, true);
    }

    /** Deployments {@code tenant-<n>}, each with a namespace of its own called the same. */
    static Inhabitants tenants(int deployments, int groups, int vms) {
        List<Deployment> all = new ArrayList<>();
        List<Machine> machines = new ArrayList<>();
        for (int number = 1; number <= deployments; number++) {
            String name = "tenant-" + number;
            all.add(new Deployment(name, List.of(name)));
            for (int group = 1; group <= groups; group++) {
                machines.addAll(Machine.ofGroup(name, group, vms));
            }
        }
        return new Inhabitants(List.copyOf(all), List.copyOf(machines), true, false);
    }
}
