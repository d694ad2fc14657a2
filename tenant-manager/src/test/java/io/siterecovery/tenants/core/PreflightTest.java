package io.siterecovery.tenants.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tenants.core.ClusterSeen.Agent;
import io.siterecovery.tenants.core.ClusterSeen.Answered;
import io.siterecovery.tenants.core.Preflight.Check;
import io.siterecovery.tenants.core.Preflight.Finding;
import io.siterecovery.tenants.core.Preflight.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreflightTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String UID = "0123456789abcdef";
    private static final Set<String> GROUPS = Set.of("kubevirt.io", "storage.k8s.io");
    private static final Set<String> OURS =
            Set.of("protectiongroups.siterecovery.trilio.io", "failovers.siterecovery.trilio.io");
    private static final Set<String> LINSTOR = Set.of("linstor.csi.linbit.com");
    private static final List<Agent> AGENTS =
            List.of(new Agent("n1", NOW.minusSeconds(1), "9.2.18"));

    private static final Answered SOUND =
            new Answered(
                    UID,
                    "v1.34.1",
                    GROUPS,
                    OURS,
                    List.of(),
                    LINSTOR,
                    Optional.of(Duration.ZERO),
                    AGENTS);

    @Test
    void a_cluster_that_has_and_allows_everything_passes() {
        List<Finding> findings = judge(SOUND);
        assertThat(findings).extracting(Finding::outcome).containsOnly(Outcome.OK);
        assertThat(Preflight.passed(findings)).isTrue();
    }

    @Test
    void what_was_not_tried_says_why_and_nothing_else() {
        List<Finding> findings = judge(new ClusterSeen.NotTried("exec is not accepted"));
        assertThat(findings)
                .containsExactly(
                        new Finding(Check.KUBECONFIG, Outcome.FAILED, "exec is not accepted"));
    }

    @Test
    void a_silent_cluster_fails() {
        assertThat(outcome(judge(new ClusterSeen.Silent("does not answer")), Check.REACHABLE))
                .isEqualTo(Outcome.FAILED);
    }

    @Test
    void another_cluster_than_the_zone_names_fails() {
        assertThat(
                        outcome(
                                Preflight.judge(SOUND, "fedcba9876543210", "linstor", NOW),
                                Check.CLUSTER))
                .isEqualTo(Outcome.FAILED);
    }

    @Test
    void versions_are_compared_as_numbers() {
        assertThat(version("v1.28.0")).isEqualTo(Outcome.OK);
        assertThat(version("v1.9.9")).isEqualTo(Outcome.FAILED);
        assertThat(version("1.27+")).isEqualTo(Outcome.FAILED);
        assertThat(version("v2.0.0")).isEqualTo(Outcome.OK);
        assertThat(version("")).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void rights_that_are_denied_are_named_and_secrets_alone_only_warn() {
        NeededRight vms = new NeededRight("kubevirt.io", "virtualmachines", "patch", "");
        NeededRight secrets = new NeededRight("", "secrets", "get", "");
        Finding denied = finding(judge(denied(List.of(vms, secrets))), Check.RIGHTS);
        assertThat(denied.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(denied.message()).contains("patch virtualmachines.kubevirt.io");
        assertThat(outcome(judge(denied(List.of(secrets))), Check.RIGHTS))
                .isEqualTo(Outcome.WARNING);
    }

    @Test
    void openshift_virtualization_is_told_from_kubevirt() {
        Answered openshift =
                new Answered(
                        UID,
                        "v1.31",
                        Set.of("kubevirt.io", "hco.kubevirt.io", "config.openshift.io"),
                        OURS,
                        List.of(),
                        LINSTOR,
                        Optional.empty(),
                        AGENTS);
        assertThat(finding(judge(openshift), Check.VIRTUALIZATION).message())
                .isEqualTo("OpenShift Virtualization");
        assertThat(outcome(judge(openshift), Check.CLOCK)).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void a_storage_model_that_is_declared_and_not_found_fails_and_names_what_is_there() {
        Finding storage =
                finding(Preflight.judge(SOUND, null, "drbd-operator", NOW), Check.STORAGE);
        assertThat(storage.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(storage.message()).contains("found: linstor");
    }

    @Test
    void what_a_bare_cluster_lacks_is_named() {
        Answered bare =
                new Answered(
                        UID,
                        "v1.34.1",
                        Set.of(),
                        Set.of(),
                        List.of(),
                        Set.of(),
                        Optional.of(Duration.ofMinutes(-2)),
                        List.of(new Agent("n1", NOW.minusSeconds(60), "9.2.18")));
        List<Finding> findings = judge(bare);
        for (Check check :
                List.of(Check.VIRTUALIZATION, Check.STORAGE, Check.DEFINITIONS, Check.AGENTS)) {
            assertThat(outcome(findings, check)).as(check.word()).isEqualTo(Outcome.FAILED);
        }
        assertThat(outcome(findings, Check.CLOCK)).isEqualTo(Outcome.WARNING);
        assertThat(Preflight.passed(findings)).isFalse();
        assertThat(Preflight.summary(findings)).contains("KubeVirt is not installed");
    }

    private static Outcome version(String version) {
        Answered answered =
                new Answered(
                        UID, version, GROUPS, OURS, List.of(), LINSTOR, Optional.empty(), AGENTS);
        return outcome(judge(answered), Check.VERSION);
    }

    private static Answered denied(List<NeededRight> denied) {
        return new Answered(
                UID, "v1.34.1", GROUPS, OURS, denied, LINSTOR, Optional.empty(), AGENTS);
    }

    private static List<Finding> judge(ClusterSeen seen) {
        return Preflight.judge(seen, null, "linstor", NOW);
    }

    private static Outcome outcome(List<Finding> findings, Check check) {
        return finding(findings, check).outcome();
    }

    private static Finding finding(List<Finding> findings, Check check) {
        return findings.stream().filter(f -> f.check() == check).findFirst().orElseThrow();
    }
}
