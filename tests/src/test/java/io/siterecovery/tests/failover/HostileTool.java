package io.siterecovery.tests.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A tool on the source that knows nothing of us: again and again it wishes the group running there,
 * and re-creates one of its VMs, running.
 */
final class HostileTool implements AutoCloseable {

    private static final String NAMESPACE = "production";
    private static final String GROUP = "production-app";
    private static final String VM = "app-server-1";
    private static final int PAUSE_MILLIS = 200;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<Integer> codes = new ArrayList<>();
    private final Kubectl source;
    private final String running;
    private final String halted;

    HostileTool(Kubectl source) {
        this.source = source;
        String vm = source.ok("get", "vm", VM, "-n", NAMESPACE, "-o", "json");
        running =
                vm.replaceAll("\"(resourceVersion|uid|creationTimestamp)\": \"[^\"]*\",?", "")
                        .replaceAll("\"siterecovery.trilio.io/[a-z-]*\": \"[^\"]*\",?", "")
                        .replace("\"running\": false", "\"running\": true")
                        .replace("\"runStrategy\": \"Halted\"", "\"runStrategy\": \"Always\"")
                        .replaceAll(",(\\s*})", "$1");
        halted =
                running.replace("\"running\": true", "\"running\": false")
                        .replace("\"runStrategy\": \"Always\"", "\"runStrategy\": \"Halted\"");
        var _ = clock.scheduleWithFixedDelay(this::act, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void act() {
        source.run(
                "patch",
                "pg",
                GROUP,
                "-n",
                NAMESPACE,
                "--type",
                "merge",
                "-p",
                "{\"spec\":{\"desiredState\":\"running\"}}");
        source.run("delete", "vm", VM, "-n", NAMESPACE, "--wait=false");
        int code = source.feed(running, "create", "-f", "-").code();
        synchronized (codes) {
            codes.add(code);
        }
    }

    void hasTried(int times) {
        await().atMost(FailoverWorld.PATIENCE)
                .until(
                        () -> {
                            synchronized (codes) {
                                return codes.size() >= times;
                            }
                        });
    }

    @Override
    public void close() {
        clock.shutdown();
        try {
            assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            // What it deleted and was not let create again running is put back as it should be.
            source.feed(halted, "create", "-f", "-");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
