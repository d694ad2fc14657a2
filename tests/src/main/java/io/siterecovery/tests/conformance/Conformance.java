package io.siterecovery.tests.conformance;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/conformance}: what API servers do of what Site Recovery needs, row by row. */
@Command(
        name = "bin/conformance",
        description = {
            "Checks Kubernetes API servers row by row, over HTTPS and with kubectl.",
            "Without --clusters it looks at the embedded one."
        },
        mixinStandardHelpOptions = true)
public final class Conformance implements Callable<Integer> {
    private static final List<String> NAMES = List.of("primary", "dr", "quorum");

    @Option(
            names = "--clusters",
            paramLabel = "DIR",
            description =
                    "folder with primary.kubeconfig, dr.kubeconfig, quorum.kubeconfig, or some")
    private @Nullable Path clusters;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "only rows whose title contains this")
    private String only = "";

    @Option(names = "--table", description = "only prints the rows, as sandbox/README.md has them")
    private boolean table;

    private int passed;
    private int failed;

    private Conformance() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Conformance()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (table) {
            System.out.print(Suite.table());
            return 0;
        }
        Path work = Files.createTempDirectory("conformance");
        Path given = clusters;
        if (given == null) {
            embedded(work);
        } else {
            Map<String, String> servers = kubeconfigs(given);
            if (servers.isEmpty()) {
                System.err.println(given + ": none of " + NAMES + " with the ending .kubeconfig");
                return 2;
            }
            for (Map.Entry<String, String> server : servers.entrySet()) {
                run(server.getKey(), server.getValue(), work.resolve(server.getKey()));
            }
        }
        System.out.printf("%d rows, %d passed, %d failed%n", passed + failed, passed, failed);
        return failed == 0 ? 0 : 1;
    }

    private void embedded(Path work) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (KubernetesApiServer server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options("embedded", work, 0))) {
            run("embedded", server.kubeconfig("admin", "system:masters"), work.resolve("kubectl"));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private void run(String name, String kubeconfig, Path dir) throws Exception {
        try (Target target = new Target(kubeconfig, dir)) {
            System.out.printf("%s: %s, v1.%d%n", name, target.server(), target.minor());
            for (Row row : Suite.rows()) {
                if (row.title().contains(only)) {
                    run(row, target);
                }
            }
        }
    }

    private void run(Row row, Target target) {
        if (row.sinceMinor() > target.minor()) {
            System.out.printf("  -    %s (since 1.%d)%n", row.title(), row.sinceMinor());
            return;
        }
        long began = System.nanoTime();
        try {
            row.check().run(target);
            passed++;
            System.out.printf(
                    "  pass %s (%d ms)%n", row.title(), (System.nanoTime() - began) / 1_000_000);
        } catch (Exception | AssertionError e) {
            failed++;
            System.out.printf("  FAIL %s%n%s%n", row.title(), indented(e));
        }
    }

    private static String indented(Throwable failure) {
        String at =
                List.of(failure.getStackTrace()).stream()
                        .filter(f -> f.getClassName().contains(".conformance.rows."))
                        .filter(f -> !f.getClassName().endsWith("Checks"))
                        .findFirst()
                        .map(StackTraceElement::toString)
                        .orElse("");
        return (failure + "\n" + at).strip().indent(9).stripTrailing();
    }

    /** By name; two kubeconfigs of one server count once. */
    private static Map<String, String> kubeconfigs(Path folder) throws IOException {
        Map<String, String> byName = new LinkedHashMap<>();
        Map<String, String> byServer = new LinkedHashMap<>();
        for (String name : NAMES) {
            Path file = folder.resolve(name + ".kubeconfig");
            if (Files.isReadable(file)) {
                Kubectl kubectl =
                        new Kubectl(
                                Files.createTempDirectory("kubeconfig"),
                                "given",
                                Files.readString(file));
                String flat = kubectl.out("config", "view", "--raw", "--flatten", "--minify");
                if (byServer.putIfAbsent(new Access(flat).server(), name) == null) {
                    byName.put(name, flat);
                }
            }
        }
        return byName;
    }
}
