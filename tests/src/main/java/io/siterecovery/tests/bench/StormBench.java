package io.siterecovery.tests.bench;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import io.siterecovery.tests.bench.Fleet.Group;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench storm}. */
@Command(
        name = "storm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "A site goes dark, and all its groups, of several deployments, are ordered to the other"
                    + " one at once. Guests take no time.",
            "ratio: when the last group of the largest storm runs, to the time that the API servers"
                    + " need for the same writes from a client that does nothing else; the aim is"
                    + " 1.2.",
            "fairness: when the last deployment is done, to the median; the aim is 3."
        })
final class StormBench implements Callable<Integer> {

    private static final double SECONDS = 1e9;
    private static final int HANG_GROUPS = 10;

    /** What only tells: nothing of a move waits for it. */
    private static final List<String> BESIDE_THE_PATH =
            List.of("events", "leases", "protectiongroups", "protectionzones");

    @Option(
            names = "--groups",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,10,100",
            description = "groups that move at once (default: ${DEFAULT-VALUE})")
    private List<Integer> sizes = List.of();

    @Option(
            names = "--vms",
            paramLabel = "K",
            defaultValue = "5",
            description = "VMs in a group (default: ${DEFAULT-VALUE})")
    private int vms;

    @Option(
            names = "--deployments",
            paramLabel = "D",
            defaultValue = "3",
            description = "deployments that share the sites (default: ${DEFAULT-VALUE})")
    private int deployments;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "storms of the largest size before those that count (default:"
                            + " ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--hang",
            description = {
                "instead: planned moves of all deployments but one, whose sites accept calls and"
                        + " never answer while it moves its own groups (10 groups unless --groups"
                        + " names another number)",
                "ratio: how long the others take then, to what they take otherwise in the same"
                        + " run; the aim is 1.1"
            })
    private boolean hang;

    @Option(
            names = "--drop",
            description =
                    "as --hang, but packets to these sites are dropped: nobody can connect, and"
                            + " what is connected hears nothing (Linux only)")
    private boolean drop;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "measured moves with --hang or --drop, and as many without (default:"
                            + " ${DEFAULT-VALUE})")
    private int repeat;

    /**
     * @param ordered when the last VM was ordered to start: from then on only players are at work
     * @param limits writes a second of each API server
     * @param writes of each API server, by what was written
     */
    private record Storm(
            int groups,
            Map<Group, Long> ends,
            double ordered,
            Map<String, Double> limits,
            Map<String, Map<String, Integer>> writes) {

        double end(double quantile) {
            return quantile(ends.values(), quantile);
        }

        /** Until the last group of each deployment runs. */
        List<Long> deployments() {
            return ends.entrySet().stream()
                    .collect(
                            Collectors.groupingBy(
                                    e -> e.getKey().deployment(),
                                    Collectors.reducing(0L, Map.Entry::getValue, Math::max)))
                    .values()
                    .stream()
                    .toList();
        }

        double fairness() {
            return quantile(deployments(), 1) / quantile(deployments(), 0.5);
        }

        int writes(Predicate<String> which) {
            return writes.values().stream()
                    .flatMap(w -> w.entrySet().stream())
                    .filter(w -> which.test(w.getKey()))
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        }

        /** The servers share one machine: what one of them needs, the other has not. */
        double needed() {
            double seconds = 0;
            for (var server : writes.entrySet()) {
                int onThePath =
                        server.getValue().entrySet().stream()
                                .filter(w -> !isBesideThePath(w.getKey()))
                                .mapToInt(Map.Entry::getValue)
                                .sum();
                seconds += onThePath / limits.getOrDefault(server.getKey(), 1.0);
            }
            return seconds;
        }

        double ratio() {
            return end(1) / needed();
        }
    }

    @Override
    public Integer call() throws IOException {
        Path home = Path.of(System.getProperty("site-recovery.home", "")).toAbsolutePath();
        Path folder = Files.createTempDirectory("bench-storm");
        System.setProperty("site-recovery.log", folder.resolve("sandbox.log").toString());
        int most = sizes.stream().mapToInt(Integer::intValue).max().orElse(1);
        if (hang || drop) {
            int groups = sizes.size() == 1 ? most : HANG_GROUPS;
            new HangBench(deployments, groups, vms, warmUp, repeat, drop).run(folder, home);
            return 0;
        }
        int each = (most + deployments - 1) / deployments;
        try (Fleet fleet = Fleet.start(folder, home, deployments, each, vms)) {
            List<Group> all = Fleet.groups(deployments, most);
            fleet.protect(all);
            fleet.settled(all, Fleet.PRIMARY);
            fleet.defined(all);
            Map<String, WriteLimit> limits = new LinkedHashMap<>();
            for (String cluster : List.of(Fleet.DR, Fleet.QUORUM)) {
                limits.put(cluster, new WriteLimit(fleet.api(cluster)));
            }
            for (int round = 0; round < warmUp; round++) {
                storm(fleet, all, most, limits, "warm-up-" + round);
                back(fleet, all, most, "warm-up-" + round);
            }
            Map<Integer, Storm> storms = new LinkedHashMap<>();
            for (int size : sizes) {
                storms.put(size, storm(fleet, all, size, limits, "storm-" + size));
                if (storms.size() < sizes.size()) {
                    back(fleet, all, size, "storm-" + size);
                }
            }
            print(storms, most);
        }
        return 0;
    }

    private Storm storm(
            Fleet fleet, List<Group> all, int size, Map<String, WriteLimit> limits, String name) {
        List<Group> some = all.subList(0, size);
        fleet.world().powerOff(Fleet.PRIMARY);
        fleet.diagnosed(all, Fleet.PRIMARY, "SiteDown");
        fleet.rehearsed(some, Fleet.DR, "rehearsal-" + name);
        Map<String, Double> perSecond = new LinkedHashMap<>();
        limits.forEach((c, limit) -> perSecond.put(c, limit.perSecond(Duration.ofSeconds(3))));
        Map<String, Long> before = new LinkedHashMap<>();
        limits.keySet().forEach(c -> before.put(c, version(fleet, c)));
        long begun = System.nanoTime();
        Map<Group, Long> ends = fleet.move(some, Fleet.DR, "emergency", name);
        double ordered = (lastOrder(fleet, before) - begun) / SECONDS;
        Map<String, Map<String, Integer>> writes = new LinkedHashMap<>();
        before.forEach((c, version) -> writes.put(c, writes(fleet, c, version)));
        Storm storm = new Storm(size, ends, ordered, perSecond, writes);
        System.out.printf(
                Locale.ROOT, "%s: last %.2f s, ratio %.2f%n", name, storm.end(1), storm.ratio());
        return storm;
    }

    /** The site returns, and what was moved goes home. */
    private static void back(Fleet fleet, List<Group> all, int size, String name) {
        List<Group> some = all.subList(0, size);
        fleet.world().powerOn(Fleet.PRIMARY);
        fleet.settled(some, Fleet.DR);
        fleet.diagnosed(all, Fleet.PRIMARY, "Healthy");
        Map<Group, Long> back = fleet.move(some, Fleet.PRIMARY, "planned", name + "-back");
        System.out.printf(Locale.ROOT, "%s: back after %.2f s%n", name, quantile(back.values(), 1));
        fleet.settled(all, Fleet.PRIMARY);
    }

    private static long version(Fleet fleet, String cluster) {
        List<HistoryEntry> history = fleet.world().apiServer(cluster).history();
        return history.getLast().resourceVersion();
    }

    private static long lastOrder(Fleet fleet, Map<String, Long> since) {
        return fleet.world().apiServer(Fleet.DR).history().stream()
                .filter(e -> e.resourceVersion() > since.getOrDefault(Fleet.DR, 0L))
                .filter(e -> e.resource().equals("virtualmachines.kubevirt.io"))
                .filter(e -> e.user().startsWith("site-recovery:"))
                .mapToLong(HistoryEntry::nanoTime)
                .max()
                .orElse(0);
    }

    private static Map<String, Integer> writes(Fleet fleet, String cluster, long since) {
        Map<String, Integer> counts = new TreeMap<>();
        for (HistoryEntry entry : fleet.world().apiServer(cluster).history()) {
            if (entry.resourceVersion() > since) {
                String who =
                        entry.user().equals("players")
                                ? "players "
                                : entry.user().startsWith("system:") ? "server " : "";
                counts.merge(who + entry.verb() + " " + entry.resource(), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static boolean isBesideThePath(String write) {
        return BESIDE_THE_PATH.stream().anyMatch(kind -> write.contains(" " + kind));
    }

    private static void print(Map<Integer, Storm> storms, int most) {
        Storm largest = storms.get(most);
        if (largest == null) {
            throw new IllegalArgumentException("no storm");
        }
        largest.writes()
                .forEach(
                        (cluster, writes) ->
                                writes.forEach(
                                        (what, n) ->
                                                System.out.printf(
                                                        "  %s %5d  %s%s%n",
                                                        cluster,
                                                        n,
                                                        what,
                                                        isBesideThePath(what)
                                                                ? " (beside the path)"
                                                                : "")));
        largest.ends().entrySet().stream()
                .collect(
                        Collectors.groupingBy(
                                e -> e.getKey().priority(),
                                TreeMap::new,
                                Collectors.mapping(Map.Entry::getValue, Collectors.toList())))
                .forEach(
                        (priority, ends) ->
                                System.out.printf(
                                        Locale.ROOT,
                                        "priority %d: median end %.2f s%n",
                                        priority,
                                        quantile(ends, 0.5)));
        System.out.printf(
                Locale.ROOT,
                "%n%6s %8s %8s %8s %10s %9s %7s %9s %9s %8s %7s%n",
                "groups",
                "first s",
                "median s",
                "last s",
                "ordered s",
                "fairness",
                "writes",
                "dr/s",
                "quorum/s",
                "needed s",
                "ratio");
        Map<String, Object> bySize = new LinkedHashMap<>();
        double fairness = 0;
        for (Storm storm : storms.values()) {
            int writes = storm.writes(w -> !isBesideThePath(w));
            fairness = Math.max(fairness, storm.fairness());
            System.out.printf(
                    Locale.ROOT,
                    "%6d %8.2f %8.2f %8.2f %10.2f %9.2f %7d %9.0f %9.0f %8.2f %7.2f%n",
                    storm.groups(),
                    storm.end(0),
                    storm.end(0.5),
                    storm.end(1),
                    storm.ordered(),
                    storm.fairness(),
                    writes,
                    storm.limits().get(Fleet.DR),
                    storm.limits().get(Fleet.QUORUM),
                    storm.needed(),
                    storm.ratio());
            bySize.put(
                    String.valueOf(storm.groups()),
                    Map.of(
                            "firstMs", Math.round(1000 * storm.end(0)),
                            "medianMs", Math.round(1000 * storm.end(0.5)),
                            "lastMs", Math.round(1000 * storm.end(1)),
                            "orderedMs", Math.round(1000 * storm.ordered()),
                            "writes", writes,
                            "neededMs", Math.round(1000 * storm.needed())));
        }
        System.out.println(
                new Figures()
                        .with("ratio", largest.ratio())
                        .with("fairness", fairness)
                        .with("groups", bySize)
                        .toJson());
    }

    /** In seconds. */
    private static double quantile(Collection<Long> nanos, double quantile) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)] / SECONDS;
    }
}
