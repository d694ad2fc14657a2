package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.PATIENCE;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.last;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many groups move while everything around them fails; what fails, and when, a seed draws. */
class TroubledE2E {

    private static final List<Trouble> TROUBLES = List.of(Trouble.values());
    private static final int GROUPS = 4;
    private static final int VMS = 2;
    private static final String NAMESPACE = "production";
    private static final Duration TO_THE_END = Duration.ofSeconds(200);

    @Test
    void three_failovers_in_trouble_end_as_they_should() {
        move(3, new Random(6));
    }

    @Tag("full")
    @Test
    void fifty_failovers_in_trouble_end_as_they_should() {
        move(50, new Random(50));
    }

    private static void move(int failovers, Random dice) {
        try (FailoverWorld in = new FailoverWorld(TroubledE2E::world)) {
            groups().forEach(
                            g ->
                                    in.primary.apply(
                                            group(
                                                    CANONICAL,
                                                    NAMESPACE,
                                                    g,
                                                    vms(g).toArray(String[]::new))));
            for (int ordered = 0; ordered < failovers; ) {
                List<String> moved =
                        groups().limit(Math.min(failovers - ordered, 1 + dice.nextInt(GROUPS)))
                                .toList();
                new Round(in, dice, ordered).play(moved);
                ordered += moved.size();
            }
        }
    }

    private static EmbeddedWorld world(Path folder, Path home, Duration vmStop, Duration vmBoot) {
        return EmbeddedWorld.withGroups(folder, home, Optional.empty(), GROUPS, VMS);
    }

    private static Stream<String> groups() {
        return IntStream.rangeClosed(1, GROUPS).mapToObj(n -> "group-" + n);
    }

    private static List<String> vms(String group) {
        return IntStream.rangeClosed(1, VMS).mapToObj(n -> group + "-vm-" + n).toList();
    }

    /** Some groups are ordered to the other site, some things fail and come back, all ends. */
    private record Round(FailoverWorld in, Random dice, int number) {

        void play(List<String> moved) {
            groups().forEach(g -> healthy(holder(g), NAMESPACE, g));
            List<String> orders = moved.stream().map(this::order).toList();
            List<String> story = new ArrayList<>();
            for (int troubles = 1 + dice.nextInt(3); troubles > 0; troubles--) {
                last(Duration.ofMillis(dice.nextInt(1_500)));
                Trouble trouble = TROUBLES.get(dice.nextInt(TROUBLES.size()));
                Duration length = Duration.ofMillis(500 + dice.nextInt(5_000));
                story.add(trouble + " for " + length.toMillis() + " ms");
                trouble.befall(in, length);
            }
            String told = "round from order " + number + " on: " + story;
            orders.forEach(order -> ends(order, told));
            groups().forEach(g -> runsWhereItIsHeld(g, told));
            assertThat(broken()).as(told).isEmpty();
        }

        private String order(String group) {
            Kubectl source = holder(group);
            boolean away = source == in.primary;
            String name = group + "-" + number;
            source.apply(failover(CANONICAL, NAMESPACE, name, group, away ? "dr" : "primary"));
            return (away ? "cluster1." : "cluster2.") + NAMESPACE + "." + name;
        }

        /** I3: Completed, or Failed with a reason. */
        private void ends(String order, String told) {
            await(told)
                    .atMost(TO_THE_END)
                    .untilAsserted(
                            () ->
                                    assertThat(status(order))
                                            .as(order)
                                            .matches("(?s)(Completed|Failed) .+"));
        }

        private String status(String order) {
            return in.quorum.ok(
                    "get",
                    "failover",
                    order,
                    "-n",
                    "dr-prod",
                    "-o",
                    "jsonpath={.status.state} {.status.message}");
        }

        private void runsWhereItIsHeld(String group, String told) {
            await(told)
                    .atMost(PATIENCE)
                    .untilAsserted(
                            () -> {
                                Kubectl there = holder(group);
                                Kubectl elsewhere = there == in.primary ? in.dr : in.primary;
                                for (String vm : vms(group)) {
                                    assertThat(phase(there, NAMESPACE, vm)).isEqualTo("Running");
                                    assertThat(phase(elsewhere, NAMESPACE, vm)).isEmpty();
                                }
                            });
        }

        private Kubectl holder(String group) {
            String held =
                    in.quorum
                            .run(
                                    "get",
                                    "groupownership",
                                    NAMESPACE + "." + group,
                                    "-n",
                                    "dr-prod",
                                    "-o",
                                    "jsonpath={.spec.holder.at}")
                            .text();
            return held.equals("cluster2") ? in.dr : in.primary;
        }

        /** I1, I4, I5, I12 and I13, from what the API servers themselves remember. */
        private List<String> broken() {
            KubernetesApiServer primary = in.world.apiServer("cluster1");
            KubernetesApiServer dr = in.world.apiServer("cluster2");
            KubernetesApiServer quorum = in.world.apiServer("cluster3");
            List<String> broken = new ArrayList<>(Histories.onBothSites(primary, dr));
            in.world.drbd().doubleUses().forEach(use -> broken.add(use.toString()));
            for (KubernetesApiServer site : List.of(primary, dr)) {
                broken.addAll(Histories.olderClaims(site));
                broken.addAll(Histories.neverDone(site));
                broken.addAll(Histories.startedWithoutHolding(site, quorum));
            }
            return broken;
        }
    }

    /** What fails, for so long; then all is as it was. */
    private enum Trouble {
        CONTROL_PLANE_KILLED {
            @Override
            void befall(FailoverWorld in, Duration length) {
                long pid = in.world.controlPlanePid();
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                await().atMost(PATIENCE).until(() -> in.world.controlPlanePid() != pid);
            }
        },
        CONTROL_PLANE_PAUSED {
            @Override
            void befall(FailoverWorld in, Duration length) {
                long pid = in.world.controlPlanePid();
                FailoverWorld.signal("STOP", pid);
                last(length);
                FailoverWorld.signal("CONT", pid);
            }
        },
        PRIMARY_API_CUT {
            @Override
            void befall(FailoverWorld in, Duration length) {
                cut(in, "cluster1", length);
            }
        },
        DR_API_CUT {
            @Override
            void befall(FailoverWorld in, Duration length) {
                cut(in, "cluster2", length);
            }
        },
        QUORUM_API_CUT {
            @Override
            void befall(FailoverWorld in, Duration length) {
                cut(in, "cluster3", length);
            }
        },
        KAFKA_CUT {
            @Override
            void befall(FailoverWorld in, Duration length) {
                in.world.stopKafka();
                last(length);
                in.world.startKafka();
            }
        },
        DRBD_LINKS_CUT {
            @Override
            void befall(FailoverWorld in, Duration length) {
                FailoverWorld.betweenSites(in.world.drbd()::cutLink);
                last(length);
                FailoverWorld.betweenSites(in.world.drbd()::healLink);
            }
        };

        abstract void befall(FailoverWorld in, Duration length);

        private static void cut(FailoverWorld in, String cluster, Duration length) {
            in.world.apiServer(cluster).stop();
            last(length);
            in.world.apiServer(cluster).resume();
        }
    }
}
