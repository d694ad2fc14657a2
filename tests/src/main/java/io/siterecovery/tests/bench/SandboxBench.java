package io.siterecovery.tests.bench;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.players.WorkloadPlayers;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the embedded API server costs: with few and with many objects, and against none at all. */
@Command(
        name = "sandbox",
        description = "The embedded Kubernetes API server: flat cost, throughput, memory.",
        mixinStandardHelpOptions = true)
final class SandboxBench implements Callable<Integer> {
    private static final int FEW = 1_000;
    private static final int CLAIMS_PER_VM = 2;
    private static final int VMS_PER_NAMESPACE = 1_000;
    private static final int WRITERS = 8;
    private static final int WATCHERS = 5;
    private static final int ROUNDS = 8;
    private static final int SAMPLES = 150;
    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON = "application/json";

    @Option(
            names = "--vms",
            defaultValue = "50000",
            description = "VMs in the large world; twice as many claims")
    private int many;

    @Option(names = "--seconds", defaultValue = "5", description = "length of each throughput run")
    private int seconds;

    private SandboxBench() {}

    @Override
    public Integer call() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Path dir = Files.createTempDirectory("sandbox-bench");
            try (World small = World.of(vertx, dir.resolve("small"), FEW);
                    World large = World.of(vertx, dir.resolve("large"), many)) {
                report(vertx, small, large);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        return 0;
    }

    private void report(Vertx vertx, World small, World large) throws Exception {
        double memory = large.memoryRatio();
        List<Sample> few = new ArrayList<>();
        List<Sample> lots = new ArrayList<>();
        // In turns, so that both see the same machine; the first round only warms up.
        for (int round = 0; round <= ROUNDS; round++) {
            (round == 0 ? new ArrayList<Sample>() : few).addAll(small.samples());
            (round == 0 ? new ArrayList<Sample>() : lots).addAll(large.samples());
        }
        long patches = patchesPerSecond(small);
        long bare = bareRequestsPerSecond(vertx);
        System.out.printf("%-28s %12s %12s %8s%n", "median", FEW + " VMs", many + " VMs", "ratio");
        double get = row("GET ms", few, lots, Sample::get);
        double patch = row("PATCH ms", few, lots, Sample::patch);
        double event = row("PATCH to watch event ms", few, lots, Sample::event);
        System.out.printf("memory per stored JSON byte   %.2f%n", memory);
        System.out.printf(
                "%d writers, %d watchers       %,d patches/s; a bare handler %,d requests/s: %.2f%n",
                WRITERS, WATCHERS, patches, bare, patches / (double) bare);
        System.out.println(
                new Figures()
                        .with("patchesToBareHandler", patches / (double) bare)
                        .with("getRatio", get)
                        .with("patchRatio", patch)
                        .with("eventRatio", event)
                        .with("memoryPerJsonByte", memory)
                        .with("patchesPerSecond", patches)
                        .with("bareRequestsPerSecond", bare)
                        .toJson());
    }

    private interface Field {
        long of(Sample sample);
    }

    private static double row(String name, List<Sample> few, List<Sample> lots, Field field) {
        double one = median(few, field);
        double other = median(lots, field);
        System.out.printf("%-28s %12.3f %12.3f %8.2f%n", name, one, other, other / one);
        return other / one;
    }

    private static double median(List<Sample> samples, Field field) {
        List<Long> sorted = new ArrayList<>(samples.stream().map(field::of).toList());
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2) / 1e6;
    }

    /** Nanoseconds of each. */
    private record Sample(long get, long patch, long event) {}

    private long patchesPerSecond(World world) throws Exception {
        AtomicLong seen = new AtomicLong();
        for (int i = 0; i < WATCHERS; i++) {
            world.api.watch(World.VMS + "?watch=true", bytes -> seen.addAndGet(bytes.length()));
        }
        Work patch =
                (writer, n) ->
                        world.api.send(
                                HttpMethod.PATCH,
                                World.vm(writer),
                                MERGE,
                                "{\"metadata\":{\"annotations\":{\"n\":\"" + n + "\"}}}");
        return Math.max(perSecond(patch), perSecond(patch));
    }

    private interface Work {
        void run(int writer, int n);
    }

    private long perSecond(Work work) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int id = writer;
                writers.add(
                        pool.submit(
                                () -> {
                                    int n = 0;
                                    while (System.nanoTime() < until) {
                                        work.run(id, n++);
                                    }
                                    return n;
                                }));
            }
            long done = 0;
            for (Future<Integer> writer : writers) {
                done += writer.get();
            }
            return done / seconds;
        }
    }

    /** The limit: a handler that reads a body and answers as many bytes as a VM has. */
    private long bareRequestsPerSecond(Vertx vertx) throws Exception {
        X509Bundle certificate =
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=bare")
                        .setIsCertificateAuthority(true)
                        .addSanIpAddress("127.0.0.1")
                        .buildSelfSigned();
        Buffer answer = Buffer.buffer(World.vmJson(0, "default"));
        HttpServer server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setKeyCertOptions(
                                                new PemKeyCertOptions()
                                                        .setCertValue(
                                                                Buffer.buffer(
                                                                        certificate
                                                                                .getCertificatePEM()))
                                                        .setKeyValue(
                                                                Buffer.buffer(
                                                                        certificate
                                                                                .getPrivateKeyPEM()))))
                        .requestHandler(
                                request ->
                                        request.body()
                                                .onSuccess(b -> request.response().end(answer)))
                        .listen(0, "127.0.0.1")
                        .await(10, TimeUnit.SECONDS);
        String kubeconfig =
                """
                clusters: [{cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}}]
                users: [{user: {client-certificate-data: %s, client-key-data: %s}}]
                """
                        .formatted(
                                server.actualPort(),
                                base64(certificate.getCertificatePEM()),
                                base64(certificate.getCertificatePEM()),
                                base64(certificate.getPrivateKeyPEM()));
        try (ApiConnection api = new ApiConnection(vertx, kubeconfig, WRITERS)) {
            Work work = (writer, n) -> api.send(HttpMethod.PATCH, "/x", MERGE, "{\"n\":" + n + "}");
            return Math.max(perSecond(work), perSecond(work));
        } finally {
            server.close().await(10, TimeUnit.SECONDS);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A server with so many VMs, and twice as many claims. */
    private static final class World implements AutoCloseable {
        static final String VMS = "/apis/kubevirt.io/v1/virtualmachines";
        private final KubernetesApiServer server;
        private final ApiConnection api;
        private final BlockingQueue<Long> events = new LinkedBlockingQueue<>();
        private long jsonBytes;
        private long heapBytes;

        private World(Vertx vertx, Path dir) throws Exception {
            server =
                    KubernetesApiServer.start(
                            vertx,
                            new KubernetesApiServer.Options(dir.getFileName().toString(), dir, 0));
            String kubeconfig = server.kubeconfig("admin", "system:masters");
            WorkloadPlayers.installCrds(kubeconfig);
            api = new ApiConnection(vertx, kubeconfig, 2 * WRITERS);
        }

        static World of(Vertx vertx, Path dir, int vms) throws Exception {
            World world = new World(vertx, dir);
            long before = usedHeap();
            world.fill(vms);
            world.server.expireWatchHistory();
            world.heapBytes = usedHeap() - before;
            world.api.watch(
                    "/apis/kubevirt.io/v1/namespaces/ns0/virtualmachines?watch=true&fieldSelector=metadata.name%3Dvm0&resourceVersion="
                            + world.server.history().getLast().resourceVersion(),
                    bytes -> world.events.offer(System.nanoTime()));
            return world;
        }

        private void fill(int vms) throws Exception {
            AtomicLong bytes = new AtomicLong();
            for (int n = 0; n < vms; n += VMS_PER_NAMESPACE) {
                String namespace = namespace(n);
                post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + namespace + "\"}}");
            }
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> writers = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    int first = writer;
                    writers.add(
                            pool.submit(
                                    () -> {
                                        for (int n = first; n < vms; n += WRITERS) {
                                            bytes.addAndGet(create(n));
                                        }
                                    }));
                }
                for (Future<?> writer : writers) {
                    writer.get();
                }
            }
            jsonBytes = bytes.get();
        }

        private long create(int n) {
            String namespace = namespace(n);
            long bytes =
                    post(
                            "/apis/kubevirt.io/v1/namespaces/" + namespace + "/virtualmachines",
                            vmJson(n, namespace));
            for (int disk = 0; disk < CLAIMS_PER_VM; disk++) {
                bytes +=
                        post(
                                "/api/v1/namespaces/" + namespace + "/persistentvolumeclaims",
                                claimJson(n, disk));
            }
            return bytes;
        }

        private long post(String path, String body) {
            return api.send(HttpMethod.POST, path, JSON, body).length();
        }

        /** One reader and writer at a time: what a single step costs. */
        List<Sample> samples() throws InterruptedException {
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < SAMPLES; i++) {
                long began = System.nanoTime();
                api.send(HttpMethod.GET, vm(0), JSON, "");
                long got = System.nanoTime();
                events.clear();
                Thread sender =
                        Thread.ofVirtual()
                                .start(
                                        () ->
                                                api.send(
                                                        HttpMethod.PATCH,
                                                        vm(0),
                                                        MERGE,
                                                        "{\"metadata\":{\"annotations\":{\"t\":\""
                                                                + got
                                                                + "\"}}}"));
                Long event = events.poll(5, TimeUnit.SECONDS);
                sender.join();
                if (event == null) {
                    throw new IllegalStateException("no event of a patch");
                }
                long sent = System.nanoTime();
                api.send(
                        HttpMethod.PATCH,
                        vm(1),
                        MERGE,
                        "{\"metadata\":{\"annotations\":{\"t\":\"" + sent + "\"}}}");
                samples.add(new Sample(got - began, System.nanoTime() - sent, event - got));
            }
            return samples;
        }

        double memoryRatio() {
            return heapBytes / (double) jsonBytes;
        }

        static String namespace(int n) {
            return "ns" + n / VMS_PER_NAMESPACE;
        }

        static String vm(int n) {
            return "/apis/kubevirt.io/v1/namespaces/" + namespace(n) + "/virtualmachines/vm" + n;
        }

        static String vmJson(int n, String namespace) {
            return """
                   {"apiVersion":"kubevirt.io/v1","kind":"VirtualMachine",
                    "metadata":{"name":"vm%1$d","namespace":"%2$s","labels":{"app":"a%1$d"}},
                    "spec":{"running":true,"template":{"metadata":{"labels":{"kubevirt.io/vm":"vm%1$d"}},
                     "spec":{"terminationGracePeriodSeconds":180,"domain":{"resources":{"requests":{"memory":"1Gi"}},
                      "devices":{"disks":[{"name":"root","disk":{"bus":"virtio"}},{"name":"data","disk":{"bus":"virtio"}}],
                       "interfaces":[{"name":"default","macAddress":"02:00:00:00:00:01","masquerade":{}}]}},
                      "networks":[{"name":"default","pod":{}}],
                      "volumes":[{"name":"root","persistentVolumeClaim":{"claimName":"vm%1$d-0"}},
                       {"name":"data","persistentVolumeClaim":{"claimName":"vm%1$d-1"}}]}}}}
                   """
                    .formatted(n, namespace);
        }

        private static String claimJson(int n, int disk) {
            return """
                   {"metadata":{"name":"vm%d-%d","annotations":{"volume.kubernetes.io/storage-provisioner":"linstor.csi.linbit.com"}},
                    "spec":{"storageClassName":"replicated","volumeMode":"Block","accessModes":["ReadWriteMany"],
                     "resources":{"requests":{"storage":"10Gi"}}}}
                   """
                    .formatted(n, disk);
        }

        private static long usedHeap() {
            Runtime runtime = Runtime.getRuntime();
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            return runtime.totalMemory() - runtime.freeMemory();
        }

        @Override
        public void close() {
            api.close();
            server.close();
        }
    }
}
