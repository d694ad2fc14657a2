package io.siterecovery.sandbox.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siterecovery.model.ApiGroups;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our CRDs, with the real kubectl. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CustomResourcesIT {

    private static final Path MODEL = Path.of("../resource-model");

    private final Vertx vertx = Vertx.vertx();
    private Path folder;
    private KubernetesApiServer server;
    private Kubectl human;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        server = KubernetesApiServer.start(vertx, new KubernetesApiServer.Options("c", folder, 0));
        human = kubectl("admin");
        human.run("apply", "-f", MODEL.resolve("crds").toString());
        for (String namespace : List.of("production", "staging", "dr-system", "dr-prod")) {
            human.run("create", "namespace", namespace);
        }
    }

    @AfterAll
    void stop() {
        server.close();
        vertx.close().await();
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void documented_manifest_applied_twice_is_written_once(Path manifest) {
        human.run("apply", "-f", manifest.toString());
        String version = version(manifest);
        human.run("apply", "-f", manifest.toString());
        assertThat(version(manifest)).isEqualTo(version);
        human.run("delete", "-f", manifest.toString());
    }

    private String version(Path manifest) {
        return human.run(
                "get", "-f", manifest.toString(), "-o", "jsonpath={.metadata.resourceVersion}");
    }

    static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(MODEL.resolve("src/test/resources/manifests"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void default_values_are_filled_in() throws IOException {
        apply(
                """
                apiVersion: siterecovery.trilio.io/v1alpha1
                kind: ProtectionGroup
                metadata: {name: defaults, namespace: production}
                spec: {virtualMachines: [{name: a}], replicationPolicy: {}}
                """);
        assertThat(human.run("get", "pg", "defaults", "-n", "production", "-o", "jsonpath={.spec}"))
                .contains("\"desiredState\":\"running\"")
                .contains("\"bootGroup\":3")
                .contains("\"paused\":false")
                .contains("\"priority\":3")
                .contains("\"type\":\"synchronous\"");
    }

    @Test
    void columns_are_those_of_the_contract() throws IOException {
        apply(failover("columns", "planned", "false"));
        apply(
                """
                apiVersion: siterecovery.trilio.io/v1alpha1
                kind: ProtectionGroup
                metadata: {name: columns, namespace: dr-system}
                spec: {virtualMachines: [{name: a}]}
                """);
        assertThat(header("pg", "dr-system"))
                .isEqualTo("NAME STATE VMS REPLICATION HEALTH DESIRED CURRENT AGE");
        assertThat(header("pg", "dr-system", "-o", "wide"))
                .isEqualTo("NAME STATE VMS REPLICATION HEALTH DESIRED CURRENT AGE SYNC ACTIVE ON");
        assertThat(header("fo", "production")).isEqualTo("NAME PHASE STATE STATUS AGE");
        assertThat(header("failover", "production", "-o", "wide"))
                .isEqualTo("NAME PHASE STATE STATUS AGE GROUP TARGET STEP");
    }

    /** With equal plurals kubectl would find the alias first. */
    @Test
    void plain_name_finds_the_canonical_group() throws IOException {
        for (String group : List.of(ApiGroups.CANONICAL, ApiGroups.ALIAS)) {
            apply(
                    """
                    apiVersion: %s/v1alpha1
                    kind: ProtectionGroup
                    metadata: {name: plain, namespace: staging}
                    spec: {virtualMachines: [{name: a}]}
                    """
                            .formatted(group));
        }
        for (String word : List.of("protectiongroup", "protectiongroups", "pg")) {
            assertThat(human.run("get", word, "plain", "-n", "staging", "-o", "name"))
                    .isEqualTo("protectiongroup.siterecovery.trilio.io/plain");
        }
        for (String word : List.of("drpg", "drlinstorprotectiongroups")) {
            assertThat(human.run("get", word, "plain", "-n", "staging", "-o", "name"))
                    .isEqualTo("protectiongroup.dr.linstor.io/plain");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ProtectionGroup|{virtualMachines: []}|spec.virtualMachines",
                "ProtectionGroup|{}|spec.virtualMachines",
                "ProtectionGroup|{virtualMachines: [{name: A_B}]}|spec.virtualMachines[0].name",
                "ProtectionGroup|{virtualMachines: [{name: a}, {name: a}]}|Duplicate value",
                "ProtectionGroup|{virtualMachines: [{name: a, bootGroup: 6}]}|bootGroup",
                "ProtectionGroup|{virtualMachines: [{name: a}], priority: 0}|spec.priority",
                "ProtectionGroup|{virtualMachines: [{name: a}], priority: 6}|spec.priority",
                "ProtectionGroup|{virtualMachines: [{name: a}], priority: high}|spec.priority",
                "ProtectionGroup|{virtualMachines: [{name: a}], desiredState: paused}"
                        + "|spec.desiredState",
                "Failover|{targetCluster: dr}|spec.protectionGroup",
                "Failover|{protectionGroup: a}|spec.targetCluster",
                "Failover|{protectionGroup: a, targetCluster: dr, failoverType: now}|failoverType",
                "GroupOwnership|{namespace: a, group: b, epoch: 0, holder: {}}|exactly one",
                "GroupOwnership|{namespace: a, group: b, epoch: 0, holder: {at: c, unclaimed: true}}"
                        + "|exactly one",
                "GroupOwnership|{namespace: a, group: b, epoch: -1, holder: {at: c}}|spec.epoch",
                "ProtectionZone|{primary: {name: a}, dr: {name: a}}|two different clusters",
                "ProtectionZone|{primary: {name: a}, dr: {name: b}, automaticDelaySeconds: 59}"
                        + "|automaticDelaySeconds",
                "ProtectionZone|{primary: {name: a}, dr: {name: b}, timeouts: {LUNCH: 1}}"
                        + "|known timeouts",
            })
    void malformed_resource_is_refused_by_name_of_the_fault(
            String kind, String spec, String fault) {
        String yaml =
                """
                apiVersion: siterecovery.trilio.io/v1alpha1
                kind: %s
                metadata: {name: malformed, namespace: dr-prod}
                spec: %s
                """
                        .formatted(kind, spec);
        assertThatThrownBy(() -> apply(yaml)).hasMessageContaining(fault);
    }

    @Test
    void failover_can_be_cancelled_once_and_changed_in_no_other_way() throws IOException {
        apply(failover("immutable", "planned", "false"));
        assertThatThrownBy(() -> apply(failover("immutable", "emergency", "false")))
                .hasMessageContaining("failoverType is immutable");
        assertThatThrownBy(() -> patchFailover("{\"targetCluster\":\"primary\"}"))
                .hasMessageContaining("targetCluster is immutable");
        assertThatThrownBy(() -> patchFailover("{\"reason\":\"changed my mind\"}"))
                .hasMessageContaining("reason is immutable");
        patchFailover("{\"cancel\":true}");
        assertThatThrownBy(() -> patchFailover("{\"cancel\":false}"))
                .hasMessageContaining("cancel cannot be taken back");
    }

    @Test
    void ownership_goes_forward_only() throws IOException {
        apply(ownership("{at: cluster1}", 4));
        apply(ownership("{moving: {from: cluster1, to: cluster2}}", 5));
        assertThatThrownBy(() -> apply(ownership("{at: cluster2}", 5)))
                .hasMessageContaining("a new holder needs a higher epoch");
        assertThatThrownBy(() -> apply(ownership("{at: cluster1}", 4)))
                .hasMessageContaining("epoch never goes back");
        apply(ownership("{at: cluster2}", 6));
    }

    private static String failover(String name, String type, String force) {
        return """
               apiVersion: siterecovery.trilio.io/v1alpha1
               kind: Failover
               metadata: {name: %s, namespace: production}
               spec: {protectionGroup: a, targetCluster: dr, failoverType: %s, force: %s}
               """
                .formatted(name, type, force);
    }

    private static String ownership(String holder, int epoch) {
        return """
               apiVersion: siterecovery.trilio.io/v1alpha1
               kind: GroupOwnership
               metadata: {name: production.a, namespace: dr-prod}
               spec: {namespace: production, group: a, epoch: %d, holder: %s}
               """
                .formatted(epoch, holder);
    }

    private void patchFailover(String spec) {
        human.run(
                "patch",
                "failover",
                "immutable",
                "-n",
                "production",
                "--type=merge",
                "-p",
                "{\"spec\":" + spec + "}");
    }

    private String header(String kind, String namespace, String... more) {
        String[] arguments =
                Stream.concat(Stream.of("get", kind, "-n", namespace), Stream.of(more))
                        .toArray(String[]::new);
        return human.run(arguments).lines().findFirst().orElseThrow().strip().replaceAll(" +", " ");
    }

    private void apply(String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("applied.yaml"), yaml);
        human.run("apply", "-f", file.toString());
    }

    private Kubectl kubectl(String user) throws IOException {
        Path file = folder.resolve(user + ".kubeconfig");
        return new Kubectl(Files.writeString(file, server.kubeconfig(user, "system:masters")));
    }
}
