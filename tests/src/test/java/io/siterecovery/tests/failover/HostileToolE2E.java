package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.phase;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody starts VMs on the source before, during and after the move. */
@ExtendWith(FailoverWorld.Shared.class)
class HostileToolE2E {

    private final FailoverWorld in;

    HostileToolE2E(FailoverWorld in) {
        this.in = in;
    }

    @Test
    void never_gets_a_second_running_vm_with_the_admission_policy_or_without() {
        in.primary.apply(
                group(CANONICAL, "production", "production-app", "app-server-1", "app-server-2"));
        healthy(in.primary, "production", "production-app");
        moveUnderFire("fought");
        healthy(in.dr, "production", "production-app");
        in.dr.apply(failover(CANONICAL, "production", "back", "production-app", "cluster1"));
        completes(in.dr, "production", "back");

        // The same without the admission policy: what it starts is stopped again.
        in.primary.ok("delete", "validatingadmissionpolicy", "site-recovery-fence-prod");
        healthy(in.primary, "production", "production-app");
        moveUnderFire("fought-again");
        assertThat(phase(in.dr, "production", "app-server-1")).isEqualTo("Running");
    }

    /** An order at a moment when the tool has just deleted the VM is refused: it is made again. */
    private void moveUnderFire(String name) {
        try (HostileTool tool = new HostileTool(in.primary)) {
            String order = name;
            int attempts = 1;
            while (!accepted(order)) {
                assertThat(++attempts).as("orders refused").isLessThan(20);
                order = name + "-" + attempts;
            }
            completes(in.primary, "production", order);
            tool.hasTried(10);
        }
    }

    private boolean accepted(String name) {
        AtomicBoolean accepted = new AtomicBoolean();
        in.at(
                "Closing|Failed",
                "cluster1.production." + name,
                () ->
                        in.primary.apply(
                                failover(CANONICAL, "production", name, "production-app", "dr")),
                () -> {
                    String message =
                            in.quorum.ok(
                                    "get",
                                    "failover",
                                    "cluster1.production." + name,
                                    "-n",
                                    "dr-prod",
                                    "-o",
                                    "jsonpath={.status.state} {.status.message}");
                    accepted.set(
                            !message.matches(
                                    "Failed .*VM app-server-1 does not exist on cluster1"));
                });
        return accepted.get();
    }
}
