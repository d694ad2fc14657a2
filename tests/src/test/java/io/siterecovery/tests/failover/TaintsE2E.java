package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.PATIENCE;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static io.siterecovery.tests.failover.FailoverWorld.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.sandbox.players.DrbdWorld;
import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** DRBD closes a node of the target to new VMs: for whom that is undone, and for whom not. */
class TaintsE2E {

    private static final String LOST = "drbd.linbit.com/lost-quorum";
    private static final String FOREIGN = "example.com/maintenance";
    private static final String NODE = "cluster2-node1";
    private static final String OURS = "production";
    private static final String UNSAFE =
            "UNSAFE to remove taints on cluster2 - other Protection Groups have running VMs\n";

    @Test
    void a_taint_is_taken_off_unless_others_have_vms_there() {
        try (FailoverWorld in = new FailoverWorld(EmbeddedWorld::start)) {
            protect(in, OURS, "first", "app-server-1");
            protect(in, OURS, "second", "web-vm-1");
            protect(in, "default", "third", "vm-database");
            protect(in, "staging", "theirs", "web-vm-1");
            loseQuorum(in);
            in.dr.ok("taint", "node", NODE, FOREIGN + "=x:PreferNoSchedule");

            in.primary.apply(order(OURS, "what-if", "first", "\n  dryRun: true"));
            completes(in.primary, OURS, "what-if");
            assertThat(message(in, OURS, "what-if"))
                    .contains(LOST + " on " + NODE + " would be removed");
            assertThat(taints(in)).contains(LOST);

            in.primary.apply(order(OURS, "away", "first", ""));
            completes(in.primary, OURS, "away");
            assertThat(phase(in.dr, OURS, "app-server-1")).isEqualTo("Running");
            assertThat(taints(in)).contains(FOREIGN);
            assertThat(condition(in, "away", "TaintsRemoved")).isEqualTo(LOST + " on " + NODE);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(events(in, "away"))
                                            .contains("took " + LOST + " on " + NODE));

            awaitTaint(in);
            othersAreInTheWay(in);
            forcePassesOverOnesOwn(in);
            toleratedByPolicy(in);
            assertThat(in.world.drbd().doubleUses()).isEmpty();
        }
    }

    private static void othersAreInTheWay(FailoverWorld in) {
        in.primary.apply(order(OURS, "refused", "second", ""));
        assertThat(refusal(in.primary, OURS, "refused"))
                .startsWith(UNSAFE + "Conflicting PGs: first\n" + LOST + " on " + NODE)
                .contains("force: true");
        in.primary.apply(order(OURS, "refused-too", "second", "\n  dryRun: true"));
        assertThat(refusal(in.primary, OURS, "refused-too")).startsWith(UNSAFE);
        in.primary.apply(order("default", "from-elsewhere", "third", ""));
        assertThat(refusal(in.primary, "default", "from-elsewhere"))
                .startsWith(UNSAFE + "Conflicting PGs: production/first\n");
        assertThat(taints(in)).contains(LOST);
        assertThat(phase(in.primary, OURS, "web-vm-1")).isEqualTo("Running");
    }

    private static void forcePassesOverOnesOwn(FailoverWorld in) {
        in.primary.apply(order("staging", "forced", "theirs", "\n  force: true"));
        assertThat(refusal(in.primary, "staging", "forced"))
                .startsWith(UNSAFE + "Conflicting PGs: 1 of other deployments\n")
                .contains("force does not pass over other deployments")
                .doesNotContain("first");
        in.primary.apply(order(OURS, "forced", "second", "\n  force: true"));
        completes(in.primary, OURS, "forced");
        assertThat(condition(in, "forced", "SafetyOverridden"))
                .contains("taints removed by force", "production/first");
        assertThat(phase(in.dr, OURS, "web-vm-1")).isEqualTo("Running");
        awaitTaint(in);
    }

    private static void toleratedByPolicy(FailoverWorld in) {
        in.quorum.ok(
                "patch",
                "protectionzone",
                "prod",
                "-n",
                "dr-prod",
                "--type=merge",
                "-p",
                "{\"spec\":{\"taintPolicy\":\"Tolerate\"}}");
        // Where taints are to be tolerated a dry run has nothing against them.
        AtomicInteger tries = new AtomicInteger();
        await().atMost(PATIENCE).until(() -> rehearses(in, "try-" + tries.incrementAndGet()));
        in.primary.apply(order("default", "tolerating", "third", ""));
        completes(in.primary, "default", "tolerating");
        assertThat(
                        in.dr.ok(
                                "get",
                                "vm",
                                "vm-database",
                                "-n",
                                "default",
                                "-o",
                                "jsonpath={.spec.template.spec.tolerations[*].key}"))
                .isEqualTo(LOST);
        assertThat(taints(in)).contains(LOST, FOREIGN);
    }

    private static boolean rehearses(FailoverWorld in, String name) {
        in.primary.apply(order("default", name, "third", "\n  dryRun: true"));
        in.primary.ok(
                "wait",
                "--for=jsonpath={.status.state}",
                "failover/" + name,
                "-n",
                "default",
                "--timeout=60s");
        return !message(in, "default", name).startsWith(UNSAFE);
    }

    /** A resource of nobody's group loses its quorum on the node, and the node's agent says so. */
    private static void loseQuorum(FailoverWorld in) {
        DrbdWorld drbd = in.world.drbd();
        drbd.createResource(
                "elsewhere",
                1 << 20,
                List.of(NODE, "cluster2-node2", "cluster2-node3"),
                new DrbdWorld.Options(DrbdWorld.Protocol.C, DrbdWorld.Quorum.MAJORITY));
        drbd.cutLink(NODE, "cluster2-node2");
        drbd.cutLink(NODE, "cluster2-node3");
        awaitTaint(in);
    }

    private static void awaitTaint(FailoverWorld in) {
        await().atMost(PATIENCE).until(() -> taints(in).contains(LOST));
    }

    private static void protect(FailoverWorld in, String namespace, String name, String vm) {
        in.primary.apply(group(CANONICAL, namespace, name, vm));
        healthy(in.primary, namespace, name);
    }

    private static String order(String namespace, String name, String group, String more) {
        return failover(CANONICAL, namespace, name, group, "dr")
                .replace("planned", "planned" + more);
    }

    private static String taints(FailoverWorld in) {
        return in.dr.ok("get", "node", NODE, "-o", "jsonpath={.spec.taints[*].key}");
    }

    private static String message(FailoverWorld in, String namespace, String failover) {
        return in.primary.ok(
                "get", "failover", failover, "-n", namespace, "-o", "jsonpath={.status.message}");
    }

    private static String condition(FailoverWorld in, String failover, String type) {
        return in.primary.ok(
                "get",
                "failover",
                failover,
                "-n",
                OURS,
                "-o",
                "jsonpath={.status.conditions[?(@.type==\"" + type + "\")].message}");
    }

    private static String events(FailoverWorld in, String failover) {
        return in.primary.ok("describe", "failover", failover, "-n", OURS);
    }
}
