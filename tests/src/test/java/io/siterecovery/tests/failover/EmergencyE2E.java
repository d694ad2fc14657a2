package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.PATIENCE;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.emergency;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static io.siterecovery.tests.failover.FailoverWorld.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The worst day: a site goes dark, and comes back. */
class EmergencyE2E {

    private static final String NAMESPACE = "production";
    private static final String GROUP = "web-tier";
    private static final String VM = "web-vm-1";

    @Test
    void without_a_quorum_only_a_humans_word_moves_it_and_what_returns_is_stopped() {
        try (FailoverWorld in = new FailoverWorld(EmbeddedWorld::start)) {
            protect(in);
            in.world.isolate("cluster1");
            in.dr.apply(emergency(NAMESPACE, "on-drbds-word", GROUP, false));
            assertThat(refusal(in.dr, NAMESPACE, "on-drbds-word"))
                    .contains("cluster1 is silent, and nothing proves that production/web-tier")
                    .contains("quorum is off: DRBD cannot tell whether the other site still writes")
                    .contains("cluster1 is SiteDown: API silent since")
                    .contains("order again with force: true");
            assertThat(phase(in.dr, NAMESPACE, VM)).isEmpty();

            in.dr.apply(emergency(NAMESPACE, "on-my-word", GROUP, true));
            completes(in.dr, NAMESPACE, "on-my-word");
            assertThat(phase(in.dr, NAMESPACE, VM)).isEqualTo("Running");
            assertThat(status(in, "on-my-word", "{.status.dataLoss.verdict}")).isEqualTo("Unknown");
            assertThat(
                            status(
                                    in,
                                    "on-my-word",
                                    "{.status.conditions[?(@.type==\"SafetyOverridden\")].message}"))
                    .contains("nothing proved that cluster1 had stopped");

            in.world.reach("cluster1");
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> {
                                assertThat(phase(in.primary, NAMESPACE, VM)).isEmpty();
                                assertThat(halted(in.primary)).isTrue();
                            });
            assertThat(phase(in.dr, NAMESPACE, VM)).isEqualTo("Running");
            awaitCondition(in, "SplitBrainSuspected", VM + " on cluster1");
            awaitCondition(in, "Reprotecting", "connect --discard-my-data");
            repair(in);
            healthy(in.dr, NAMESPACE, GROUP);
            assertThat(in.quorum.ok("describe", "protectionzone", "-n", "dr-prod"))
                    .contains("cluster1 is SiteDown: API silent since")
                    .contains("cluster1 is Healthy");
        }
    }

    /** What the condition says has to be typed, typed. */
    private static void repair(FailoverWorld in) {
        String typed = condition(in, "Reprotecting");
        Matcher loser =
                Pattern.compile("on (\\S+): drbdadm secondary (\\S+) && drbdadm connect --disc")
                        .matcher(typed);
        while (loser.find()) {
            Matcher winner =
                    Pattern.compile("on (cluster2-\\S+): drbdadm connect " + loser.group(2) + "\\b")
                            .matcher(typed);
            assertThat(winner.find()).as(typed).isTrue();
            in.world.drbd().discardData(loser.group(1), winner.group(1), loser.group(2));
        }
    }

    private static void awaitCondition(FailoverWorld in, String type, String words) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(condition(in, type)).contains(words));
    }

    private static String condition(FailoverWorld in, String type) {
        return in.dr.ok(
                "get",
                "pg",
                GROUP,
                "-n",
                NAMESPACE,
                "-o",
                "jsonpath={.status.conditions[?(@.type==\"" + type + "\")].message}");
    }

    @Test
    void a_quorum_at_the_other_site_moves_it_without_a_humans_word_and_without_loss() {
        try (FailoverWorld in = new FailoverWorld(EmbeddedWorld::withQuorumAtDr)) {
            protect(in);
            in.world.apiServer("cluster1").stop();
            in.dr.apply(emergency(NAMESPACE, "api-only", GROUP, true));
            assertThat(refusal(in.dr, NAMESPACE, "api-only"))
                    .contains("only the API of cluster1 is silent: the VMs of production/web-tier")
                    .contains("alive there and writing");
            in.world.apiServer("cluster1").resume();
            healthy(in.primary, NAMESPACE, GROUP);

            in.world.powerOff("cluster1");
            in.dr.apply(emergency(NAMESPACE, "lost", GROUP, false));
            completes(in.dr, NAMESPACE, "lost");
            assertThat(phase(in.dr, NAMESPACE, VM)).isEqualTo("Running");
            assertThat(status(in, "lost", "{.status.dataLoss.verdict}")).isEqualTo("NoLoss");
            assertThat(in.world.drbd().doubleUses()).isEmpty();

            in.world.powerOn("cluster1");
            healthy(in.dr, NAMESPACE, GROUP);
            in.world.powerOff("cluster2");
            in.primary.apply(
                    emergency(NAMESPACE, "without-quorum", GROUP, true)
                            .replace("targetCluster: dr", "targetCluster: primary"));
            force(in, "without-quorum");
            completes(in.primary, NAMESPACE, "without-quorum");
            assertThat(phase(in.primary, NAMESPACE, VM)).isEqualTo("Running");
            in.world.powerOn("cluster2");
            healthy(in.primary, NAMESPACE, GROUP);
            assertThat(in.world.drbd().doubleUses()).isEmpty();
        }
    }

    /** Types what the Failover asks for, on each node it names. */
    private static void force(FailoverWorld in, String failover) {
        in.primary.ok(
                "wait",
                "--for=jsonpath={.status.step}=AwaitingOperator",
                "failover/" + failover,
                "-n",
                NAMESPACE,
                "--timeout=60s");
        String asked =
                in.primary.ok(
                        "get",
                        "failover",
                        failover,
                        "-n",
                        NAMESPACE,
                        "-o",
                        "jsonpath={.status.message}");
        Matcher command =
                Pattern.compile("on (cluster1-\\S+): drbdadm primary --force (\\S+)")
                        .matcher(asked);
        assertThat(command.results().count()).as(asked).isEqualTo(2);
        command.reset().results().forEach(c -> in.world.drbd().force(c.group(1), c.group(2)));
    }

    private static void protect(FailoverWorld in) {
        in.primary.apply(group(CANONICAL, NAMESPACE, GROUP, VM, "web-vm-2"));
        healthy(in.primary, NAMESPACE, GROUP);
    }

    private static String status(FailoverWorld in, String failover, String path) {
        return in.dr.ok("get", "failover", failover, "-n", NAMESPACE, "-o", "jsonpath=" + path);
    }

    private static boolean halted(Kubectl cluster) {
        String spec = cluster.ok("get", "vm", VM, "-n", NAMESPACE, "-o", "jsonpath={.spec}");
        return spec.contains("\"running\":false") || spec.contains("\"runStrategy\":\"Halted\"");
    }
}
