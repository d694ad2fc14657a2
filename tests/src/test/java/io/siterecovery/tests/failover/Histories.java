package io.siterecovery.tests.failover;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.failover.core.ownership.Claim;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the API servers' own histories say of where VMs ran, on one clock. */
final class Histories {

    private static final String VMS = "virtualmachines.kubevirt.io";

    /** What a failover never deletes. */
    private static final Set<String> KEPT =
            Set.of(VMS, "persistentvolumeclaims", "persistentvolumes");

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

    /** I4: a VM that has seen a claim never sees an older one. */
    static List<String> olderClaims(KubernetesApiServer site) {
        Map<String, Claim> highest = new HashMap<>();
        List<String> older = new ArrayList<>();
        for (HistoryEntry entry : site.history()) {
            if (!entry.resource().equals(VMS)) {
                continue;
            }
            if (entry.verb().equals("delete")) {
                highest.remove(shown(entry));
                continue;
            }
            String written =
                    entry.object()
                            .path("metadata")
                            .path("annotations")
                            .path(ApiGroups.CLAIM)
                            .asText();
            Claim.parse(written)
                    .ifPresent(
                            claim -> {
                                Claim before = highest.put(shown(entry), claim);
                                if (before != null && before.isHigherThan(claim)) {
                                    older.add(site.name() + ": " + shown(entry) + " " + claim);
                                }
                            });
        }
        return older;
    }

    /** I5 and I12: nodes are not written while they carry no quorum taint, nothing is deleted. */
    static List<String> neverDone(KubernetesApiServer site) {
        return site.history().stream()
                .filter(Histories::isOurs)
                .filter(
                        e ->
                                e.resource().equals("nodes")
                                        || (KEPT.contains(e.resource())
                                                && e.verb().equals("delete")))
                .map(e -> site.name() + ": " + e.user() + " " + e.verb() + " " + shown(e))
                .toList();
    }

    /** I13: whatever we started, we started where its group was held at that moment. */
    static List<String> startedWithoutHolding(
            KubernetesApiServer site, KubernetesApiServer quorum) {
        List<HistoryEntry> ownerships =
                quorum.history().stream()
                        .filter(e -> e.resource().startsWith("groupownerships."))
                        .toList();
        Map<String, Boolean> ran = new HashMap<>();
        List<String> started = new ArrayList<>();
        for (HistoryEntry entry : site.history()) {
            if (!entry.resource().equals(VMS)) {
                continue;
            }
            boolean runs = !entry.verb().equals("delete") && isWishedRunning(entry.object());
            boolean before = Boolean.TRUE.equals(ran.put(shown(entry), runs));
            if (runs && !before && isOurs(entry) && !isHeld(entry, site, ownerships)) {
                started.add(site.name() + ": " + shown(entry) + " was started by " + entry.user());
            }
        }
        return started;
    }

    private static boolean isHeld(
            HistoryEntry vm, KubernetesApiServer site, List<HistoryEntry> ownerships) {
        String claim =
                vm.object().path("metadata").path("annotations").path(ApiGroups.CLAIM).asText();
        return Claim.parse(claim)
                .flatMap(
                        c ->
                                ownerships.stream()
                                        .filter(o -> o.name().equals(c.group()))
                                        .filter(o -> o.nanoTime() <= vm.nanoTime())
                                        .reduce((_, later) -> later))
                .filter(o -> o.object().at("/spec/holder/at").asText().equals(site.name()))
                .isPresent();
    }

    private static boolean isWishedRunning(JsonNode vm) {
        JsonNode spec = vm.path("spec");
        return spec.has("running")
                ? spec.path("running").asBoolean()
                : !spec.path("runStrategy").asText().equals("Halted");
    }

    private static boolean isOurs(HistoryEntry entry) {
        return entry.user().startsWith("site-recovery");
    }

    private static String shown(HistoryEntry entry) {
        return entry.resource() + " " + entry.namespace() + "/" + entry.name();
    }

    private Histories() {}
}
