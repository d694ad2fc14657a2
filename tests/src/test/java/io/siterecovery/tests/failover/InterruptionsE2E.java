package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.last;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The control plane, Kafka or an API server goes away in the middle, and comes back. */
@ExtendWith(FailoverWorld.Shared.class)
class InterruptionsE2E {

    private static final String NAMESPACE = "dr-system";
    private static final String GROUP = "production-protection-group";
    private static final Duration SHORT = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final FailoverWorld in;

    InterruptionsE2E(FailoverWorld in) {
        this.in = in;
    }

    @BeforeEach
    void there_is_a_group() {
        in.primary.apply(group(CANONICAL, NAMESPACE, GROUP, "prod-vm-1", "prod-vm-2"));
        healthy(in.primary, NAMESPACE, GROUP);
    }

    @Test
    void goes_on_where_it_was_after_kill_nine() {
        killedAt("StoppingVMs");
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(strings = {"Closing", "Proving", "Granting", "StartingVMs"})
    void goes_on_where_it_was_after_kill_nine_at(String step) {
        killedAt(step);
    }

    @Test
    void outages_lose_nothing_and_decide_nothing() {
        outages(SHORT);
    }

    @Tag("full")
    @Test
    void outages_of_twenty_seconds_lose_nothing_and_decide_nothing() {
        outages(LONG);
        outagesElsewhere(LONG);
    }

    private void killedAt(String step) {
        long pid = in.world.controlPlanePid();
        String name = "killed-at-" + step.toLowerCase(Locale.ROOT);
        there(name, step, () -> ProcessHandle.of(pid).orElseThrow().destroyForcibly());
        assertThat(in.world.controlPlanePid()).isNotEqualTo(pid);
        back(name, "Closing|StoppingVMs|Proving", () -> {});
    }

    private void outages(Duration length) {
        String name = "outage-" + length.toSeconds();
        there(
                name + "-kafka",
                "Closing|StoppingVMs",
                () -> {
                    in.world.stopKafka();
                    last(length);
                    in.world.startKafka();
                });
        back(name + "-source", "Closing|StoppingVMs", () -> away("cluster2", length));
    }

    private void outagesElsewhere(Duration length) {
        String name = "outage-elsewhere-" + length.toSeconds();
        there(name + "-target", "Closing|StoppingVMs", () -> away("cluster2", length));
        back(name + "-quorum", "Closing|StoppingVMs", () -> away("cluster3", length));
    }

    private void away(String cluster, Duration length) {
        in.world.apiServer(cluster).stop();
        last(length);
        in.world.apiServer(cluster).resume();
    }

    private void there(String name, String step, Runnable meanwhile) {
        move(in.primary, "cluster1", "cluster2", name, step, meanwhile);
        assertThat(phase(in.dr, NAMESPACE, "prod-vm-1")).isEqualTo("Running");
        healthy(in.dr, NAMESPACE, GROUP);
    }

    private void back(String name, String step, Runnable meanwhile) {
        move(in.dr, "cluster2", "cluster1", name + "-back", step, meanwhile);
        assertThat(phase(in.primary, NAMESPACE, "prod-vm-1")).isEqualTo("Running");
        healthy(in.primary, NAMESPACE, GROUP);
    }

    private void move(
            Kubectl from, String source, String target, String name, String step, Runnable what) {
        in.at(
                step,
                source + "." + NAMESPACE + "." + name,
                () -> from.apply(failover(CANONICAL, NAMESPACE, name, GROUP, target)),
                what);
        completes(from, NAMESPACE, name);
    }
}
