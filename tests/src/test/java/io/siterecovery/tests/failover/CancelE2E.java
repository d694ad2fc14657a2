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

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Orders that are tried out, cancelled, or deleted while they are carried out. */
@ExtendWith(FailoverWorld.Shared.class)
class CancelE2E {

    private static final String NAMESPACE = "default";
    private static final String GROUP = "database";
    private static final String VM = "vm-database";

    private final FailoverWorld in;

    CancelE2E(FailoverWorld in) {
        this.in = in;
    }

    @BeforeEach
    void there_is_a_group() {
        in.primary.apply(group(CANONICAL, NAMESPACE, GROUP, VM));
        healthy(in.primary, NAMESPACE, GROUP);
    }

    @Test
    void a_dry_run_says_what_would_be_and_changes_nothing() {
        String ownership = ownership();
        in.primary.apply(order("tried-out") + "  dryRun: true\n");
        completes(in.primary, NAMESPACE, "tried-out");
        assertThat(field("failover", "tried-out", "{.status.message}"))
                .isEqualTo(
                        "dry run, nothing was changed: default/database would move from cluster1"
                                + " to cluster2, nothing found against it");
        assertThat(ownership()).isEqualTo(ownership);
    }

    @Test
    void cancelled_on_the_way_it_runs_on_the_source_again() {
        duringAnOutageOfTheSource(
                "stopped-short",
                () ->
                        in.dr.ok(
                                "patch",
                                "failover",
                                "stopped-short",
                                "-n",
                                NAMESPACE,
                                "--type=merge",
                                "-p",
                                "{\"spec\":{\"cancel\":true}}"));
        assertThat(refusal(in.dr, NAMESPACE, "stopped-short"))
                .startsWith("cancelled; given back to cluster1");
        assertThat(phase(in.primary, NAMESPACE, VM)).isEqualTo("Running");
    }

    @Test
    void deleted_on_the_way_it_is_cancelled_and_goes_when_that_is_done() {
        duringAnOutageOfTheSource(
                "thrown-away",
                () ->
                        in.dr.ok(
                                "delete",
                                "failover",
                                "thrown-away",
                                "-n",
                                NAMESPACE,
                                "--wait=false"));
        await().atMost(PATIENCE)
                .until(
                        () ->
                                in.dr.run("get", "failover", "thrown-away", "-n", NAMESPACE).code()
                                        != 0);
        assertThat(refusal(in.quorum, "dr-prod", "cluster2.default.thrown-away"))
                .startsWith("cancelled; given back to cluster1");
        assertThat(phase(in.primary, NAMESPACE, VM)).isEqualTo("Running");
    }

    private void duringAnOutageOfTheSource(String name, Runnable what) {
        in.at(
                "Closing|StoppingVMs",
                "cluster2.default." + name,
                () -> in.dr.apply(order(name)),
                () -> in.world.apiServer("cluster1").stop());
        try {
            what.run();
        } finally {
            in.world.apiServer("cluster1").resume();
        }
    }

    private static String order(String name) {
        return failover(CANONICAL, NAMESPACE, name, GROUP, "dr");
    }

    private String ownership() {
        return in.quorum.ok(
                "get",
                "groupownership",
                "default.database",
                "-n",
                "dr-prod",
                "-o",
                "jsonpath={.spec}");
    }

    private String field(String kind, String name, String path) {
        return in.primary.ok("get", kind, name, "-n", NAMESPACE, "-o", "jsonpath=" + path);
    }
}
