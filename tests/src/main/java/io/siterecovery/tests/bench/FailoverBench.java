package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.model.definition.DefinitionCopy;
import io.siterecovery.model.definition.DefinitionCopy.Adaptation;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench failover}. */
@Command(
        name = "failover",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Planned failovers whose guests take no time, in turn with a straight-line script that"
                    + " does the same dependent writes and waits against the same players.",
            "ratio: the largest quotient of the medians; the aim is 1.5."
        })
final class FailoverBench implements Callable<Integer> {

    private static final String GROUPS =
            "/apis/siterecovery.trilio.io/v1alpha1/namespaces/production/protectiongroups";
    private static final String FAILOVERS =
            "/apis/siterecovery.trilio.io/v1alpha1/namespaces/dr-prod/failovers";
    private static final String OWNERSHIPS =
            "/apis/siterecovery.trilio.io/v1alpha1/namespaces/dr-prod/groupownerships";
    private static final List<String> SITES = List.of("cluster1", "cluster2");
    private static final double MILLIS = 1e6;

    /** Of the API servers themselves: garbage and namespaces. */
    private static final String CONTROLLERS = "system:serviceaccount:kube-system:";

    /** What only tells: nothing of the move waits for it. */
    private static final List<String> BESIDE_THE_PATH =
            List.of("events", "leases", "protectiongroups");

    @Option(
            names = "--vms",
            split = ",",
            paramLabel = "K",
            defaultValue = "1,5,20",
            description = "VMs in a group (default: ${DEFAULT-VALUE})")
    private List<Integer> sizes = List.of();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "20",
            description = "measured moves of each size (default: ${DEFAULT-VALUE})")
    private int repeat;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "moves of each size before that, which do not count (default:"
                            + " ${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--clusters",
            paramLabel = "DIR",
            description = "use the API servers of DIR instead of embedded ones")
    private @Nullable Path clusters;

    @Option(
            names = "--timeline",
            description = "print every write of the last move of each size, and when it landed")
    private boolean timeline;

    /** One size: a protected group, and as many VMs that only the script knows. */
    private record Pair(
            int vms,
            String group,
            StraightLine script,
            List<Long> ours,
            List<Long> line,
            Map<String, List<Double>> steps,
            Map<String, Integer> ourWrites,
            Map<String, Integer> lineWrites) {}

    @Override
    public Integer call() throws IOException {
        Path home = Path.of(System.getProperty("site-recovery.home", "")).toAbsolutePath();
        Path folder = Files.createTempDirectory("bench-failover");
        System.setProperty("site-recovery.log", folder.resolve("sandbox.log").toString());
        int most = sizes.stream().mapToInt(Integer::intValue).max().orElse(1);
        try (EmbeddedWorld world =
                EmbeddedWorld.withGroups(
                        folder, home, Optional.ofNullable(clusters), 2 * sizes.size(), most)) {
            Map<String, BareApi> apis = new LinkedHashMap<>();
            for (String cluster : List.of("cluster1", "cluster2", "cluster3")) {
                apis.put(cluster, new BareApi(world.kubeconfig(cluster)));
            }
            List<Pair> pairs = pairs(apis);
            for (int round = 0; round < warmUp + repeat; round++) {
                for (Pair pair : pairs) {
                    round(world, apis, pair, round, round >= warmUp);
                }
                System.out.printf("\r%d of %d rounds", round + 1, warmUp + repeat);
                System.out.flush();
            }
            System.out.println();
            print(pairs);
            apis.values().forEach(BareApi::close);
        }
        return 0;
    }

    private List<Pair> pairs(Map<String, BareApi> apis) {
        List<Pair> pairs = new ArrayList<>();
        List<BareApi> sites = SITES.stream().map(s -> api(apis, s)).toList();
        StraightLine.prepare(api(apis, "cluster3"));
        for (int i = 0; i < sizes.size(); i++) {
            int vms = sizes.get(i);
            String group = "group-" + (2 * i + 1);
            api(apis, "cluster1").create(GROUPS, group(group, names(2 * i + 1, vms))).join();
            names(2 * i + 2, vms)
                    .forEach(vm -> define(api(apis, "cluster1"), api(apis, "cluster2"), vm));
            StraightLine script =
                    new StraightLine(
                            api(apis, "cluster3"), sites, "line-" + vms, names(2 * i + 2, vms));
            pairs.add(
                    new Pair(
                            vms,
                            group,
                            script,
                            new ArrayList<>(),
                            new ArrayList<>(),
                            new LinkedHashMap<>(),
                            new TreeMap<>(),
                            new TreeMap<>()));
            settled(apis, group, "cluster1");
        }
        return pairs;
    }

    /** What the control plane does for its own group: the script finds it done. */
    private static void define(BareApi from, BareApi to, String vm) {
        String claims = "/api/v1/namespaces/production/persistentvolumeclaims";
        String volumes = "/api/v1/persistentvolumes";
        String machines = "/apis/kubevirt.io/v1/namespaces/production/virtualmachines";
        JsonNode claim = from.get(claims + "/" + vm + "-disk");
        String volume = claim.at("/spec/volumeName").asText();
        copy(ResourceKind.PERSISTENT_VOLUME, from.get(volumes + "/" + volume), to, volumes);
        copy(ResourceKind.PERSISTENT_VOLUME_CLAIM, claim, to, claims);
        copy(ResourceKind.VIRTUAL_MACHINE, from.get(machines + "/" + vm), to, machines);
    }

    private static void copy(ResourceKind kind, JsonNode source, BareApi to, String path) {
        to.create(path, DefinitionCopy.of(kind, source, Adaptation.NONE).toString()).join();
    }

    private void round(
            EmbeddedWorld world, Map<String, BareApi> apis, Pair pair, int round, boolean counts) {
        String from = SITES.get(round % 2);
        String to = SITES.get((round + 1) % 2);
        Writes writes = Writes.from(world);
        long begun = System.nanoTime();
        long ours = move(apis, pair, to, "move-" + pair.vms() + "-" + round);
        if (timeline && round == warmUp + repeat - 1) {
            writes.print(begun);
        }
        writes.into(
                pair.ourWrites(), user -> !user.equals("admin") && !user.startsWith(CONTROLLERS));
        settled(apis, pair.group(), to);
        Writes more = Writes.from(world);
        begun = System.nanoTime();
        long line =
                pair.script()
                        .move(api(apis, from), api(apis, to), "line-" + pair.vms() + "-" + round);
        if (timeline && round == warmUp + repeat - 1) {
            more.print(begun);
        }
        more.into(pair.lineWrites(), user -> user.equals("admin"));
        if (counts) {
            pair.ours().add(ours);
            pair.line().add(line);
        }
    }

    private static long move(Map<String, BareApi> apis, Pair pair, String to, String name) {
        BareApi hub = api(apis, "cluster3");
        try (Watched failovers = new Watched(hub, FAILOVERS)) {
            long begun = System.nanoTime();
            hub.create(FAILOVERS, failover(name, pair.group(), to)).join();
            failovers.until(all -> Watched.in(all, name).at("/status").has("state"));
            long took = System.nanoTime() - begun;
            failovers.until(
                    all -> {
                        JsonNode status = Watched.in(all, name).at("/status");
                        if (!status.path("state").asText().equals("Completed")) {
                            throw new IllegalStateException(status.toString());
                        }
                        status.path("durations")
                                .properties()
                                .forEach(
                                        step ->
                                                pair.steps()
                                                        .computeIfAbsent(
                                                                step.getKey(),
                                                                _ -> new ArrayList<>())
                                                        .add(step.getValue().asDouble()));
                        return true;
                    });
            return took;
        }
    }

    /** Nothing is left to do for the group: the next move finds it as the first one did. */
    private static void settled(Map<String, BareApi> apis, String group, String at) {
        try (Watched owners = new Watched(api(apis, "cluster3"), OWNERSHIPS);
                Watched groups = new Watched(api(apis, at), GROUPS)) {
            owners.until(
                    all ->
                            all.containsKey("production." + group)
                                    && !Watched.in(all, "production." + group)
                                            .path("spec")
                                            .hasNonNull("operation"));
            groups.until(
                    all -> {
                        JsonNode status = Watched.in(all, group).path("status");
                        return status.path("replicationHealth").asText().equals("Healthy")
                                && status.path("currentState").asText().equals("running");
                    });
        }
    }

    private void print(List<Pair> pairs) {
        System.out.printf(
                Locale.ROOT,
                "%n%6s %22s %22s %7s%n",
                "VMs",
                "failover p50/p99 ms",
                "script p50/p99 ms",
                "ratio");
        double worst = 0;
        Figures figures = new Figures();
        Map<String, Object> bySize = new LinkedHashMap<>();
        for (Pair pair : pairs) {
            double ratio = at(pair.ours(), 0.5) / at(pair.line(), 0.5);
            worst = Math.max(worst, ratio);
            System.out.printf(
                    Locale.ROOT,
                    "%6d %12.0f / %7.0f %12.0f / %7.0f %7.2f%n",
                    pair.vms(),
                    at(pair.ours(), 0.5),
                    at(pair.ours(), 0.99),
                    at(pair.line(), 0.5),
                    at(pair.line(), 0.99),
                    ratio);
            bySize.put(
                    String.valueOf(pair.vms()),
                    Map.of(
                            "p50ms", Math.round(at(pair.ours(), 0.5)),
                            "p99ms", Math.round(at(pair.ours(), 0.99)),
                            "scriptP50ms", Math.round(at(pair.line(), 0.5)),
                            "writes", onThePath(pair.ourWrites()),
                            "scriptWrites", onThePath(pair.lineWrites())));
        }
        for (Pair pair : pairs) {
            System.out.printf("%nsteps, p50 in ms, %d VMs:", pair.vms());
            pair.steps()
                    .forEach(
                            (step, seconds) ->
                                    System.out.printf(
                                            Locale.ROOT, "  %s %.0f", step, median(seconds)));
        }
        for (Pair pair : pairs) {
            System.out.printf("%nwrites of the last move, %d VMs%n", pair.vms());
            print("failover", pair.ourWrites());
            print("script", pair.lineWrites());
        }
        System.out.println(figures.with("ratio", worst).with("vms", bySize).toJson());
    }

    /** In milliseconds, of the measured ones. */
    private double median(List<Double> seconds) {
        double[] sorted =
                seconds.stream().skip(warmUp).mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2] * 1000;
    }

    /** How many of them something else waits for. */
    private static int onThePath(Map<String, Integer> writes) {
        return writes.entrySet().stream()
                .filter(write -> !isBesideThePath(write.getKey()))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    private static boolean isBesideThePath(String write) {
        return BESIDE_THE_PATH.stream().anyMatch(kind -> write.contains(" " + kind));
    }

    private static void print(String who, Map<String, Integer> writes) {
        writes.forEach(
                (name, n) ->
                        System.out.printf(
                                "  %-8s %4d  %s%s%n",
                                who, n, name, isBesideThePath(name) ? " (beside the path)" : ""));
        System.out.printf("  %-8s %4d  on the critical path%n", who, onThePath(writes));
    }

    /** In milliseconds. */
    private static double at(List<Long> nanos, double quantile) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)] / MILLIS;
    }

    private static BareApi api(Map<String, BareApi> apis, String cluster) {
        BareApi api = apis.get(cluster);
        if (api == null) {
            throw new IllegalStateException("no " + cluster);
        }
        return api;
    }

    private static List<String> names(int group, int vms) {
        return IntStream.rangeClosed(1, vms)
                .mapToObj(vm -> "group-%d-vm-%d".formatted(group, vm))
                .toList();
    }

    private static String group(String name, List<String> vms) {
        String members = String.join("\"}, {\"name\": \"", vms);
        return """
        {"apiVersion": "siterecovery.trilio.io/v1alpha1", "kind": "ProtectionGroup",
         "metadata": {"name": "%s", "namespace": "production"},
         "spec": {"desiredState": "running", "virtualMachines": [{"name": "%s"}]}}"""
                .formatted(name, members);
    }

    private static String failover(String name, String group, String target) {
        return """
        {"apiVersion": "siterecovery.trilio.io/v1alpha1", "kind": "Failover",
         "metadata": {"name": "%s", "namespace": "dr-prod"},
         "spec": {"protectionGroup": "%s", "targetCluster": "%s", "failoverType": "planned"}}"""
                .formatted(name, group, target);
    }

    /** What the API servers' own histories say was written meanwhile, where they are ours. */
    private record Writes(Map<String, Integer> before, EmbeddedWorld world) {

        static Writes from(EmbeddedWorld world) {
            Map<String, Integer> sizes = new LinkedHashMap<>();
            for (String cluster : List.of("cluster1", "cluster2", "cluster3")) {
                sizes.put(cluster, history(world, cluster).size());
            }
            return new Writes(sizes, world);
        }

        void into(Map<String, Integer> counts, java.util.function.Predicate<String> user) {
            counts.clear();
            before.forEach(
                    (cluster, size) ->
                            history(world, cluster).stream()
                                    .skip(size)
                                    .filter(entry -> !entry.user().equals("players"))
                                    .filter(entry -> user.test(entry.user()))
                                    .forEach(
                                            entry ->
                                                    counts.merge(
                                                            entry.verb() + " " + entry.resource(),
                                                            1,
                                                            Integer::sum)));
        }

        /** In the order in which they landed, whoever wrote them. */
        void print(long begun) {
            System.out.println();
            before.entrySet().stream()
                    .flatMap(
                            e ->
                                    history(world, e.getKey()).stream()
                                            .skip(e.getValue())
                                            .map(w -> Map.entry(e.getKey(), w)))
                    .sorted(Comparator.comparingLong(w -> w.getValue().nanoTime()))
                    .forEach(
                            w ->
                                    System.out.printf(
                                            Locale.ROOT,
                                            "  %8.1f ms  %-9s %-20s %-7s %s %s%n",
                                            (w.getValue().nanoTime() - begun) / MILLIS,
                                            w.getKey(),
                                            w.getValue().user(),
                                            w.getValue().verb(),
                                            w.getValue().resource(),
                                            w.getValue().name()));
        }

        private static List<HistoryEntry> history(EmbeddedWorld world, String cluster) {
            try {
                return world.apiServer(cluster).history();
            } catch (IllegalArgumentException e) {
                return List.of();
            }
        }
    }
}
