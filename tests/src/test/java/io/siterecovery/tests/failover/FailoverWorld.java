package io.siterecovery.tests.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The quickstart's world, one for all end-to-end tests of a run. Each test has groups of its own.
 */
final class FailoverWorld implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(90);
    static final String CANONICAL = "siterecovery.trilio.io";
    static final String ALIAS = "dr.linstor.io";

    /** Of each site. */
    private static final int NODES = 3;

    private static final Duration GUEST = Duration.ofMillis(400);

    final EmbeddedWorld world;
    final Kubectl primary;
    final Kubectl dr;
    final Kubectl quorum;

    /** Starts it for the first test that asks, and after each test looks whether all went well. */
    static final class Shared implements ParameterResolver, AfterEachCallback {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
            return parameter.getParameter().getType() == FailoverWorld.class;
        }

        @Override
        public FailoverWorld resolveParameter(ParameterContext parameter, ExtensionContext test) {
            return world(test);
        }

        /** No VM has ever run, and no disk was ever open, on two sites at once. */
        @Override
        public void afterEach(ExtensionContext test) {
            FailoverWorld in = world(test);
            EmbeddedWorld world = in.world;
            assertThat(
                            Histories.onBothSites(
                                    world.apiServer("cluster1"), world.apiServer("cluster2")))
                    .isEmpty();
            assertThat(world.drbd().doubleUses()).isEmpty();
            in.assertThatNothingWasRefused();
        }

        private static FailoverWorld world(ExtensionContext test) {
            return test.getRoot()
                    .getStore(Namespace.create(FailoverWorld.class))
                    .computeIfAbsent(
                            FailoverWorld.class,
                            _ -> new FailoverWorld(EmbeddedWorld::start),
                            FailoverWorld.class);
        }
    }

    /** How a world is made. */
    interface Making {
        EmbeddedWorld make(Path folder, Path home, Duration vmStop, Duration vmBoot);
    }

    FailoverWorld(Making making) {
        try {
            Path home = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
            Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
            Path folder = Files.createTempDirectory(target, "world-");
            world = making.make(folder, home, GUEST, GUEST);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        primary = new Kubectl(world.kubeconfig("cluster1"));
        dr = new Kubectl(world.kubeconfig("cluster2"));
        quorum = new Kubectl(world.kubeconfig("cluster3"));
    }

    @Override
    public void close() {
        try {
            assertThatNothingWasRefused();
        } finally {
            world.close();
        }
    }

    /** Nobody needed more rights than those of deploy/. */
    private void assertThatNothingWasRefused() {
        for (String cluster : List.of("cluster1", "cluster2", "cluster3")) {
            assertThat(world.apiServer(cluster).refusals()).as(cluster).isEmpty();
        }
    }

    static String group(String api, String namespace, String name, String... vms) {
        return group(api, namespace, name, "", List.of(vms));
    }

    /** A group of {@code dr-<d>}, which names the namespace of its VMs. */
    static String hubGroup(String hub, String name, String namespace, String... vms) {
        return group(CANONICAL, hub, name, "      namespace: " + namespace + "\n", List.of(vms));
    }

    private static String group(
            String api, String namespace, String name, String each, List<String> vms) {
        StringBuilder manifest =
                new StringBuilder(
                        """
                        apiVersion: %s/v1alpha1
                        kind: ProtectionGroup
                        metadata:
                          name: %s
                          namespace: %s
                        spec:
                          desiredState: running
                          virtualMachines:
                        """
                                .formatted(api, name, namespace));
        for (String vm : vms) {
            manifest.append("    - name: ").append(vm).append('\n').append(each);
        }
        return manifest.toString();
    }

    static String failover(String api, String namespace, String name, String group, String target) {
        return """
        apiVersion: %s/v1alpha1
        kind: Failover
        metadata:
          name: %s
          namespace: %s
        spec:
          protectionGroup: %s
          targetCluster: %s
          failoverType: planned
        """
                .formatted(api, name, namespace, group, target);
    }

    /** The worst day: on DRBD's word alone, or with {@code force} on a human's. */
    static String emergency(String namespace, String name, String group, boolean force) {
        return failover(CANONICAL, namespace, name, group, "dr")
                .replace("planned", force ? "emergency\n  force: true" : "emergency");
    }

    static void healthy(Kubectl cluster, String namespace, String group) {
        // One that was made through an alias comes a moment later.
        await().atMost(PATIENCE)
                .until(() -> cluster.run("get", "pg", group, "-n", namespace).code() == 0);
        for (String field :
                List.of("state=Active", "replicationHealth=Healthy", "currentState=running")) {
            Kubectl.Answer answer =
                    cluster.run(
                            "wait",
                            "--for=jsonpath={.status." + field.replace("=", "}="),
                            "pg/" + group,
                            "-n",
                            namespace,
                            "--timeout=90s");
            succeeded(answer, cluster, "pg", namespace, group);
        }
    }

    static void completes(Kubectl cluster, String namespace, String failover) {
        Kubectl.Answer answer =
                cluster.run(
                        "wait",
                        "--for=jsonpath={.status.state}=Completed",
                        "failover/" + failover,
                        "-n",
                        namespace,
                        "--timeout=120s");
        succeeded(answer, cluster, "failover", namespace, failover);
    }

    private static void succeeded(
            Kubectl.Answer answer, Kubectl cluster, String kind, String namespace, String name) {
        assertThat(answer.code())
                .as(
                        "%s: %s",
                        answer.text(),
                        cluster.run("get", kind, name, "-n", namespace, "-o", "yaml").text())
                .isZero();
    }

    /** Why a failover was refused, once it was. */
    static String refusal(Kubectl cluster, String namespace, String failover) {
        cluster.ok(
                "wait",
                "--for=jsonpath={.status.state}=Failed",
                "failover/" + failover,
                "-n",
                namespace,
                "--timeout=60s");
        return cluster.ok(
                "get", "failover", failover, "-n", namespace, "-o", "jsonpath={.status.message}");
    }

    /**
     * Orders something, does something else as soon as the operation is at a step (which may last a
     * moment only), and returns.
     */
    void at(String step, String operation, Runnable order, Runnable then) {
        String[] words = {
            "get",
            "failover",
            "-n",
            "dr-prod",
            "-w",
            "-o",
            "jsonpath={.metadata.name} {.status.step}{.status.state}{\"\\n\"}"
        };
        try (Kubectl.Printing steps = quorum.start(words)) {
            order.run();
            steps.until(".*\\b" + operation + " (" + step + ")", PATIENCE);
            then.run();
        }
    }

    static String phase(Kubectl cluster, String namespace, String vm) {
        return cluster.run(
                        "get",
                        "vmi",
                        vm,
                        "-n",
                        namespace,
                        "--ignore-not-found",
                        "-o",
                        "jsonpath={.status.phase}")
                .text();
    }

    /** An outage has a length; nothing is waited for. */
    static void last(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        await().atMost(length.plusSeconds(5)).until(() -> System.nanoTime() > end);
    }

    /** Does it with every two nodes of different sites. */
    static void betweenSites(BiConsumer<String, String> action) {
        for (int here = 1; here <= NODES; here++) {
            for (int there = 1; there <= NODES; there++) {
                action.accept("cluster1-node" + here, "cluster2-node" + there);
            }
        }
    }

    /**
     * @param signal as {@code kill} calls it: STOP, CONT, KILL
     */
    static void signal(String signal, long pid) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
