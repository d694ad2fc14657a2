package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.ALIAS;
import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.PATIENCE;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bad orders and bad groups: each is refused with its reason, and nothing has changed. */
@ExtendWith(FailoverWorld.Shared.class)
class RefusalsE2E {

    private static final String NAMESPACE = "default";

    private final FailoverWorld in;

    RefusalsE2E(FailoverWorld in) {
        this.in = in;
    }

    @Test
    void bad_orders_are_refused_with_a_reason_and_change_nothing() {
        in.primary.apply(group(CANONICAL, NAMESPACE, "production-pg", "prod-vm-1", "prod-vm-2"));
        healthy(in.primary, NAMESPACE, "production-pg");
        String vms = instances();

        order("no-group", "nothing", "cluster2");
        order("no-cluster", "production-pg", "mars");
        order("already", "production-pg", "primary");
        assertThat(refusal(in.primary, NAMESPACE, "no-group"))
                .contains("no ProtectionGroup nothing");
        assertThat(refusal(in.primary, NAMESPACE, "no-cluster"))
                .contains("mars is no cluster of this deployment");
        assertThat(refusal(in.primary, NAMESPACE, "already")).contains("already runs on cluster1");
        String odd =
                failover(CANONICAL, NAMESPACE, "odd", "production-pg", "dr")
                        .replace("targetCluster:", "target:");
        assertThat(in.primary.feed(odd, "apply", "-f", "-").text()).contains("spec.target");
        assertThat(instances()).isEqualTo(vms);

        in.primary.apply(group(CANONICAL, NAMESPACE, "thief", "prod-vm-3", "prod-vm-1"));
        describes(
                NAMESPACE,
                "thief",
                "VM prod-vm-1 belongs to protection group default/production-pg already");
        in.primary.apply(group(ALIAS, "staging", "invalid-pg", "local-only-vm"));
        describes(
                "staging",
                "invalid-pg",
                "PVC local-only-vm-disk for VM local-only-vm: Storage class linstor-local has"
                        + " placementCount=1, minimum 2 required for geo-replication");
        describes("staging", "invalid-pg", "InvalidConfiguration");
        assertThat(instances()).isEqualTo(vms);
    }

    @Test
    void a_second_order_is_refused_by_the_name_of_the_first_whose_lock_nobody_can_delete() {
        in.primary.apply(group(CANONICAL, NAMESPACE, "web", "vm-web-server"));
        healthy(in.primary, NAMESPACE, "web");
        in.at(
                "Closing|StoppingVMs",
                "cluster1.default.first",
                () -> order("first", "web", "dr"),
                () -> in.world.apiServer("cluster1").stop());
        try {
            in.dr.apply(failover(CANONICAL, NAMESPACE, "second", "web", "dr"));
            assertThat(refusal(in.dr, NAMESPACE, "second"))
                    .matches(
                            "Failed to acquire failover lock for web: Failover lock is held by:"
                                    + " failover-controller-[0-9a-f-]+ \\(Failover"
                                    + " default/first\\)");
            in.quorum.ok("delete", "lease", "failover-lock-default.web", "-n", "dr-prod");
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    in.quorum
                                            .run(
                                                    "get",
                                                    "lease",
                                                    "failover-lock-default.web",
                                                    "-n",
                                                    "dr-prod",
                                                    "-o",
                                                    "jsonpath={.spec.holderIdentity}")
                                            .text()
                                            .startsWith("failover-controller-"));
        } finally {
            in.world.apiServer("cluster1").resume();
        }
        completes(in.primary, NAMESPACE, "first");
        await().atMost(PATIENCE)
                .until(() -> in.quorum.ok("get", "lease", "-n", "dr-prod", "-o", "name").isEmpty());
    }

    private String instances() {
        return in.primary.ok(
                "get",
                "vmi",
                "prod-vm-1",
                "prod-vm-2",
                "prod-vm-3",
                "-n",
                NAMESPACE,
                "-o",
                "jsonpath={.items[*].metadata.uid}");
    }

    private void order(String failover, String group, String target) {
        in.primary.apply(failover(CANONICAL, NAMESPACE, failover, group, target));
    }

    private void describes(String namespace, String group, String sentence) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(in.primary.ok("describe", "pg", group, "-n", namespace))
                                        .contains(sentence));
    }
}
