package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.last;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.sandbox.quickstart.EmbeddedWorld;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where it is wished, a lost site's groups move by themselves; from silence all around, never. */
@Tag("full")
class AutomaticE2E {

    private static final String NAMESPACE = "production";
    private static final String GROUP = "web-tier";
    private static final String VM = "web-vm-1";
    private static final Duration DELAY = Duration.ofMinutes(1);
    private static final Duration CUT_OFF = Duration.ofMinutes(10);

    @Test
    void one_lost_site_is_left_after_the_delay_and_silence_all_around_is_waited_out() {
        try (FailoverWorld in = new FailoverWorld(EmbeddedWorld::withQuorumAtDr)) {
            in.quorum.ok(
                    "patch",
                    "protectionzone",
                    "prod",
                    "-n",
                    "dr-prod",
                    "--type",
                    "merge",
                    "-p",
                    "{\"spec\": {\"failureResponse\": \"Automatic\"}}");
            in.primary.apply(group(CANONICAL, NAMESPACE, GROUP, VM, "web-vm-2"));
            healthy(in.primary, NAMESPACE, GROUP);

            in.world.isolate("cluster1");
            in.world.isolate("cluster2");
            await().atMost(FailoverWorld.PATIENCE)
                    .untilAsserted(() -> assertThat(zone(in)).contains("cluster1 is Unknown"));
            last(CUT_OFF);
            assertThat(orders(in)).isEmpty();
            in.world.reach("cluster1");
            in.world.reach("cluster2");
            healthy(in.primary, NAMESPACE, GROUP);

            in.world.powerOff("cluster1");
            await().atMost(DELAY.plusSeconds(60))
                    .untilAsserted(
                            () -> assertThat(phase(in.dr, NAMESPACE, VM)).isEqualTo("Running"));
            assertThat(orders(in)).startsWith("auto-production.web-tier-");
            assertThat(in.world.drbd().doubleUses()).isEmpty();
        }
    }

    private static String zone(FailoverWorld in) {
        return in.quorum.ok("describe", "protectionzone", "prod", "-n", "dr-prod");
    }

    private static String orders(FailoverWorld in) {
        return in.quorum.ok(
                "get", "failovers", "-n", "dr-prod", "-o", "jsonpath={.items[*].metadata.name}");
    }
}
