package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.ALIAS;
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
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The way back: only when the old site has all that was written meanwhile. */
@ExtendWith(FailoverWorld.Shared.class)
class FailbackE2E {

    private static final String NAMESPACE = "production";
    private static final String GROUP = "database";
    private static final String VM = "database-primary";

    private final FailoverWorld in;
    private final DrbdWorld drbd;

    FailbackE2E(FailoverWorld in) {
        this.in = in;
        this.drbd = in.world.drbd();
    }

    @Test
    void the_way_back_waits_for_the_resync_and_says_how_long() {
        in.primary.apply(group(ALIAS, NAMESPACE, GROUP, VM));
        healthy(in.primary, NAMESPACE, GROUP);
        in.primary.apply(failover(ALIAS, NAMESPACE, "database-away", GROUP, "dr"));
        completes(in.primary, NAMESPACE, "database-away");
        healthy(in.dr, NAMESPACE, GROUP);

        interrupt(Duration.ofSeconds(4), 10 << 10);
        condition("Reprotecting=True");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(reprotecting())
                                        .matches("\\d+ [KM]iB left, about \\d+ (s|min)"));
        in.dr.apply(failover(ALIAS, NAMESPACE, "too-early", GROUP, "primary"));
        assertThat(refusal(in.dr, NAMESPACE, "too-early"))
                .startsWith("production/database is not in sync yet: volume database-primary-disk")
                .containsPattern("; [0-9.]+ [KM]iB left, about \\d+ (s|min); a planned failover");
        assertThat(phase(in.dr, NAMESPACE, VM)).isEqualTo("Running");

        interrupt(Duration.ZERO, 200 << 20);
        condition("Reprotecting=False");
        healthy(in.dr, NAMESPACE, GROUP);
        in.dr.apply(failover(ALIAS, NAMESPACE, "database-back", GROUP, "primary"));
        completes(in.dr, NAMESPACE, "database-back");
        healthy(in.primary, NAMESPACE, GROUP);
        assertThat(phase(in.dr, NAMESPACE, VM)).isEmpty();
    }

    /** The link fails for so long; then what the guests wrote is copied at this speed. */
    private void interrupt(Duration cut, long bytesPerSecond) {
        drbd.resyncRate(bytesPerSecond);
        FailoverWorld.betweenSites(drbd::cutLink);
        FailoverWorld.last(cut);
        FailoverWorld.betweenSites(drbd::healLink);
    }

    private void condition(String condition) {
        in.dr.ok(
                "wait",
                "--for=condition=" + condition,
                "pg/" + GROUP,
                "-n",
                NAMESPACE,
                "--timeout=60s");
    }

    private String reprotecting() {
        return in.dr.ok(
                "get",
                "pg",
                GROUP,
                "-n",
                NAMESPACE,
                "-o",
                "jsonpath={.status.conditions[?(@.type==\"Reprotecting\")].message}");
    }
}
