package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import io.siterecovery.tests.bench.Fleet.Group;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;

/** One of the two that keep copies of the same VMs, and what it took for that. */
final class GroupsSide implements AutoCloseable {

    private static final String ALL = "/apis/%s/namespaces/%s/%s";
    private static final List<String> CLUSTERS = List.of(Fleet.PRIMARY, Fleet.DR, Fleet.QUORUM);
    private static final String MACHINES = "virtualmachines.kubevirt.io";
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int FIRST_SIZE = 1024;

    /** A change of one field of one VM to a value that no VM has had. */
    private record Change(String vm, String field, String value, String patch) {

        boolean isIn(JsonNode machine) {
            return machine.at(field).asText().equals(value);
        }
    }

    private final String name;
    private final Fleet fleet;
    private final String namespace;
    private final JavaProcess process;
    private final Predicate<String> user;
    private final List<String> machines;
    private final Random random = new Random(7);
    private final Watched copies;
    private final List<Long> latencies = new ArrayList<>();
    private final Map<String, Integer> writes = new TreeMap<>();
    private int changes;
    private Duration cpu = Duration.ZERO;
    private Duration wall = Duration.ZERO;
    private Duration idleCpu = Duration.ZERO;
    private Duration idle = Duration.ZERO;
    private long idleWrites;
    private long heapBytes;

    /**
     * @param user whether a user of the API servers is this side
     */
    GroupsSide(
            String name,
            Fleet fleet,
            String namespace,
            JavaProcess process,
            Predicate<String> user,
            List<Group> groups,
            int vms) {
        this.name = name;
        this.fleet = fleet;
        this.namespace = namespace;
        this.process = process;
        this.user = user;
        this.machines =
                groups.stream()
                        .flatMap(
                                group ->
                                        IntStream.rangeClosed(1, vms)
                                                .mapToObj(vm -> group.name() + "-vm-" + vm))
                        .toList();
        this.copies = new Watched(fleet.api(Fleet.DR), machines(namespace));
    }

    String name() {
        return name;
    }

    static String machines(String namespace) {
        return ALL.formatted("kubevirt.io/v1", namespace, "virtualmachines");
    }

    static String groups(String namespace) {
        return ALL.formatted("siterecovery.trilio.io/v1alpha1", namespace, "protectiongroups");
    }

    /** Returns when every group is told to be complete at the other site. */
    void awaitSynced(List<Group> all) {
        try (Watched watched = new Watched(fleet.api(Fleet.PRIMARY), groups(namespace))) {
            watched.until(
                    groups -> all.stream().allMatch(g -> isSynced(Watched.in(groups, g.name()))),
                    PATIENCE);
        }
    }

    private static boolean isSynced(JsonNode group) {
        JsonNode status = group.path("status");
        return status.path("state").asText().equals("Active")
                && status.path("replicationHealth").asText("Healthy").equals("Healthy")
                && StreamSupport.stream(status.path("conditions").spliterator(), false)
                        .anyMatch(
                                c ->
                                        c.path("type").asText().equals("Synced")
                                                && c.path("status").asText().equals("True"));
    }

    /** Returns when it has written nothing for a while. */
    void awaitQuiet() {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> System.nanoTime() - lastWrite() > QUIET.toNanos());
    }

    private long lastWrite() {
        return CLUSTERS.stream()
                .flatMap(cluster -> history(cluster, 0).stream())
                .mapToLong(HistoryEntry::nanoTime)
                .max()
                .orElse(System.nanoTime());
    }

    /** What it writes and needs while nothing happens. */
    void idle(Duration length) {
        Map<String, Long> before = versions();
        Duration begun = process.cpu();
        CompletableFuture.runAsync(
                        () -> {},
                        CompletableFuture.delayedExecutor(length.toMillis(), TimeUnit.MILLISECONDS))
                .join();
        idleCpu = process.cpu().minus(begun);
        idle = length;
        Map<String, Integer> written = new TreeMap<>();
        count(before, written);
        written.forEach((what, n) -> System.out.printf("  while idle: %d %s%n", n, what));
        idleWrites = written.values().stream().mapToInt(Integer::intValue).sum();
        heapBytes = process.heapBytes();
    }

    /** So many changes, each when the one before it is at the other site. */
    void change(int times, boolean counts) {
        Map<String, Long> before = versions();
        Duration cpuBefore = process.cpu();
        long begun = System.nanoTime();
        List<Change> made = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Change change = next();
            made.add(change);
            String path = machines(namespace) + "/" + change.vm();
            fleet.api(Fleet.PRIMARY).merge(path, change.patch()).join();
            copies.until(all -> change.isIn(Watched.in(all, change.vm())));
        }
        if (!counts) {
            return;
        }
        cpu = cpu.plus(process.cpu().minus(cpuBefore));
        wall = wall.plusNanos(System.nanoTime() - begun);
        latencies.addAll(latencies(made, before));
        count(before, writes);
    }

    /** What it wrote since then, by cluster and kind. */
    private void count(Map<String, Long> since, Map<String, Integer> into) {
        since.forEach(
                (cluster, version) ->
                        history(cluster, version).stream()
                                .map(w -> cluster + " " + w.verb() + " " + w.resource())
                                .forEach(what -> into.merge(what, 1, Integer::sum)));
    }

    private Change next() {
        int number = ++changes;
        String vm = machines.get(random.nextInt(machines.size()));
        if (number % 2 == 0) {
            String value = "change-" + number;
            return new Change(
                    vm,
                    "/metadata/labels/bench",
                    value,
                    "{\"metadata\": {\"labels\": {\"bench\": \"%s\"}}}".formatted(value));
        }
        String value = FIRST_SIZE + number + "Mi";
        return new Change(
                vm,
                "/spec/template/spec/domain/resources/requests/memory",
                value,
                """
                {"spec": {"template": {"spec": {"domain":
                 {"resources": {"requests": {"memory": "%s"}}}}}}}"""
                        .formatted(value));
    }

    /** From the source's write to the first one of its copy that says the same. */
    private List<Long> latencies(List<Change> made, Map<String, Long> since) {
        List<HistoryEntry> sources = ofMachines(Fleet.PRIMARY, since);
        List<HistoryEntry> results = ofMachines(Fleet.DR, since);
        return made.stream().map(c -> written(results, c) - written(sources, c)).toList();
    }

    private List<HistoryEntry> ofMachines(String cluster, Map<String, Long> since) {
        long version = since.getOrDefault(cluster, 0L);
        return fleet.world().apiServer(cluster).history().stream()
                .filter(e -> e.resourceVersion() > version && e.resource().equals(MACHINES))
                .filter(e -> e.namespace().equals(namespace))
                .toList();
    }

    private static long written(List<HistoryEntry> entries, Change change) {
        return entries.stream()
                .filter(e -> e.name().equals(change.vm()) && change.isIn(e.object()))
                .mapToLong(HistoryEntry::nanoTime)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("never written: " + change));
    }

    private Map<String, Long> versions() {
        Map<String, Long> versions = new LinkedHashMap<>();
        for (String cluster : CLUSTERS) {
            List<HistoryEntry> all = fleet.world().apiServer(cluster).history();
            versions.put(cluster, all.isEmpty() ? 0 : all.getLast().resourceVersion());
        }
        return versions;
    }

    /** Its own writes after a version. */
    private List<HistoryEntry> history(String cluster, long version) {
        return fleet.world().apiServer(cluster).history().stream()
                .filter(e -> e.resourceVersion() > version && user.test(e.user()))
                .toList();
    }

    double latencyMillis(double quantile) {
        long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)] / 1e6;
    }

    double cpuPerChangeMillis() {
        return cpu.toNanos() / 1e6 / latencies.size();
    }

    /** Less what it would have needed in that time had nothing changed. */
    double cpuBeyondIdleMillis() {
        double idling = wall.toNanos() * (idleCpu.toNanos() / (double) idle.toNanos());
        return (cpu.toNanos() - idling) / 1e6 / latencies.size();
    }

    /** Of a group, in each second of idling. */
    double idleCpuMicros(int groups) {
        return idleCpu.toNanos() / 1e3 / idle.toSeconds() / groups;
    }

    double heapKibibytes(int groups) {
        return heapBytes / 1024.0 / groups;
    }

    long idleWrites() {
        return idleWrites;
    }

    double writesPerChange() {
        return writes.values().stream().mapToInt(Integer::intValue).sum()
                / (double) latencies.size();
    }

    void printWrites() {
        writes.forEach(
                (what, n) ->
                        System.out.printf(
                                Locale.ROOT,
                                "  %-13s %6.2f  %s%n",
                                name,
                                n / (double) latencies.size(),
                                what));
    }

    @Override
    public void close() {
        copies.close();
    }
}
