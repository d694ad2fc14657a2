package io.siterecovery.tests.bench;

import io.siterecovery.sandbox.quickstart.ServiceProcess;
import io.siterecovery.tests.bench.Fleet.Group;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench tenants}. */
@Command(
        name = "tenants",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "What a deployment costs in which nothing happens, with groups and VMs: heap, processor,"
                    + " threads and connections; how long it takes until all run after a start, and"
                    + " until another instance runs all of one that was killed.",
            "All of them share one pair of embedded clusters.",
            "ratio: heap per VM of the largest number to that of the smallest; the aim is 1: cost grows"
                    + " no faster than linearly."
        })
final class TenantsBench implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration RETRY = Duration.ofMillis(50);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Option(
            names = "--tenants",
            split = ",",
            paramLabel = "N",
            defaultValue = "2,10,30",
            description = "deployments at once (default: ${DEFAULT-VALUE})")
    private List<Integer> sizes = List.of();

    @Option(
            names = "--groups",
            paramLabel = "M",
            defaultValue = "10",
            description = "groups in each (default: ${DEFAULT-VALUE})")
    private int groups;

    @Option(
            names = "--vms",
            paramLabel = "K",
            defaultValue = "5",
            description = "VMs in a group (default: ${DEFAULT-VALUE})")
    private int vms;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "how long nothing happens (default: ${DEFAULT-VALUE})")
    private int idleSeconds;

    /** What one number of tenants costs. */
    private record Cost(
            int tenants,
            int vms,
            long heapBytes,
            Duration idleCpu,
            Duration idle,
            long threads,
            long connections,
            Duration start,
            Duration takeover) {

        double heapPerVm() {
            return heapBytes / 1024.0 / vms;
        }

        double cpuPerTenant() {
            return idleCpu.toNanos() / 1e3 / idle.toSeconds() / tenants;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%5d tenants %6d VMs: heap %4d MiB (%.1f KiB a VM), idle %.0f us/s a tenant, %d"
                            + " threads, %d connections; all run %.1f s after a start, %.1f s after"
                            + " a kill",
                    tenants,
                    vms,
                    heapBytes >> 20,
                    heapPerVm(),
                    cpuPerTenant(),
                    threads,
                    connections,
                    start.toMillis() / 1e3,
                    takeover.toMillis() / 1e3);
        }
    }

    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getProperty("site-recovery.home", "")).toAbsolutePath();
        List<Cost> costs = new ArrayList<>();
        for (int tenants : sizes) {
            Path folder = Files.createTempDirectory("bench-tenants");
            costs.add(measure(folder, home, tenants));
            System.out.println(costs.getLast());
        }
        Cost first = costs.getFirst();
        Cost last = costs.getLast();
        System.out.println(
                new Figures()
                        .with("ratio", last.heapPerVm() / first.heapPerVm())
                        .with("heapKibPerVm", last.heapPerVm())
                        .with("idleMicrosPerTenant", last.cpuPerTenant())
                        .with("startMs", last.start().toMillis())
                        .with("takeoverMs", last.takeover().toMillis())
                        .toJson());
        return 0;
    }

    private Cost measure(Path folder, Path home, int tenants) {
        try (Fleet fleet = Fleet.start(folder, home, tenants, groups, vms)) {
            List<Group> all = Fleet.groups(tenants, tenants * groups);
            fleet.protect(all);
            fleet.settled(all, Fleet.PRIMARY);
            fleet.defined(all);
            ServiceProcess first = fleet.world().controlPlane();
            first.kill();
            long begun = System.nanoTime();
            first.revive();
            until(first, tenants);
            Duration start = Duration.ofNanos(System.nanoTime() - begun);
            fleet.settled(all, Fleet.PRIMARY);
            JavaProcess process = new JavaProcess(first.pid());
            long heap = process.heapBytes();
            Duration before = process.cpu();
            pause(Duration.ofSeconds(idleSeconds));
            Duration cpu = process.cpu().minus(before);
            long threads = threads(first.pid());
            long connections = connections(first.pid());
            try (ServiceProcess second = fleet.world().anotherControlPlane("second")) {
                untilShared(first, second, tenants);
                long killed = System.nanoTime();
                first.kill();
                until(second, tenants);
                Duration takeover = Duration.ofNanos(System.nanoTime() - killed);
                return new Cost(
                        tenants,
                        tenants * groups * vms,
                        heap,
                        cpu,
                        Duration.ofSeconds(idleSeconds),
                        threads,
                        connections,
                        start,
                        takeover);
            }
        }
    }

    private static void untilShared(ServiceProcess first, ServiceProcess second, int tenants) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (running(first) + running(second) != tenants || running(second) < 0) {
            waitOrGiveUp(end);
        }
    }

    /** Returns when it runs all of them and is content. */
    private static void until(ServiceProcess process, int tenants) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (running(process) != tenants) {
            waitOrGiveUp(end);
        }
    }

    private static void waitOrGiveUp(long end) {
        if (System.nanoTime() > end) {
            throw new IllegalStateException("not within " + PATIENCE);
        }
        pause(RETRY);
    }

    /** How many tenants it runs; -1 while it is not ready. */
    private static int running(ServiceProcess process) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.port() + "/readyz"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        try {
            var answer = HTTP.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? BareApi.parse(answer.body()).path("tenants").size()
                    : -1;
        } catch (IOException notYet) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void pause(Duration time) {
        new CompletableFuture<@Nullable Void>()
                .completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private static long threads(long pid) {
        return count(Path.of("/proc", String.valueOf(pid), "task"), false);
    }

    private static long connections(long pid) {
        return count(Path.of("/proc", String.valueOf(pid), "fd"), true);
    }

    /** As far as this system tells; 0 otherwise. */
    private static long count(Path folder, boolean sockets) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !sockets || isSocket(entry)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException gone) {
            return false;
        }
    }
}
