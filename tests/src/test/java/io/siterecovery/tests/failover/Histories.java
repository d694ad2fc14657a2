package io.siterecovery.tests.failover;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the API servers' own histories say of where VMs ran, on one clock. */
final class Histories {

    /** A VM ran on a cluster from one moment to another (nanoseconds of one clock). */
    record Run(String cluster, String vm, long from, long to) {

        boolean overlaps(Run other) {
            return from < other.to && other.from < to;
        }
    }

    /** Every run of every VMI, from the write that said Running to the one that ended it. */
    static List<Run> runs(KubernetesApiServer server) {
        Map<String, Long> running = new HashMap<>();
        List<Run> runs = new ArrayList<>();
        for (HistoryEntry entry : server.history()) {
            if (!entry.resource().equals("virtualmachineinstances.kubevirt.io")) {
                continue;
            }
            String vm = entry.namespace() + "/" + entry.name();
            boolean isRunning =
                    !entry.verb().equals("delete")
                            && entry.object().at("/status/phase").asText().equals("Running");
            Long since = running.get(vm);
            if (isRunning && since == null) {
                running.put(vm, entry.nanoTime());
            } else if (!isRunning && since != null) {
                running.remove(vm);
                runs.add(new Run(server.name(), vm, since, entry.nanoTime()));
            }
        }
        running.forEach((vm, from) -> runs.add(new Run(server.name(), vm, from, Long.MAX_VALUE)));
        return runs;
    }

    /** Runs of the same VM on both servers at the same time. */
    static List<String> onBothSites(KubernetesApiServer one, KubernetesApiServer other) {
        List<Run> there = runs(other);
        List<String> both = new ArrayList<>();
        for (Run run : runs(one)) {
            there.stream()
                    .filter(r -> r.vm().equals(run.vm()) && r.overlaps(run))
                    .forEach(r -> both.add(run + " and " + r));
        }
        return both;
    }

    private Histories() {}
}
