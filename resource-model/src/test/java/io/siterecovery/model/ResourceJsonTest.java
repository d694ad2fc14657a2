package io.siterecovery.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResourceJsonTest {

    private static final YAMLMapper YAML = new YAMLMapper();

    @ParameterizedTest
    @MethodSource("manifests")
    void reads_each_documented_manifest_and_writes_the_same(Path manifest) throws IOException {
        JsonNode node = YAML.readTree(manifest.toFile());
        Class<? extends Record> type =
                node.path("kind").asText().equals("Failover")
                        ? FailoverSpec.class
                        : ProtectionGroupSpec.class;
        assertThat(ResourceJson.write(ResourceJson.spec(node, type))).isEqualTo(node.get("spec"));
    }

    static Stream<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/manifests"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|spec|is required",
                "{spec: 3}|spec|must be an object",
                "{spec: {}}|spec.virtualMachines|is required",
                "{spec: {virtualMachines: null}}|spec.virtualMachines|is required",
                "{spec: {virtualMachines: [{name: a}, {}]}}|spec.virtualMachines[1].name|required",
                "{spec: {virtualMachines: [null]}}|spec.virtualMachines[0]|must not be null",
                "{spec: {virtualMachines: [a]}}|spec.virtualMachines[0]|must be an object",
                "{spec: {virtualMachines: {}}}|spec.virtualMachines|deserialize",
                "{spec: {virtualMachines: [{name: 7}]}}|spec.virtualMachines[0].name|coerce",
                "{spec: {virtualMachines: [{name: a, bootGroup: '3'}]}}"
                        + "|spec.virtualMachines[0].bootGroup|coerce",
                "{spec: {virtualMachines: [], paused: 'true'}}|spec.paused|coerce",
            })
    void fault_names_its_path(String resource, String path, String fault) throws IOException {
        JsonNode node = YAML.readTree(resource);
        assertThatThrownBy(() -> ResourceJson.spec(node, ProtectionGroupSpec.class))
                .isInstanceOfSatisfying(
                        MalformedResource.class, e -> assertThat(e.path()).isEqualTo(path))
                .hasMessageContaining(fault);
    }

    @Test
    void missing_number_is_a_fault_and_not_zero() throws IOException {
        JsonNode node =
                YAML.readTree("{spec: {namespace: a, group: b, holder: {unclaimed: true}}}");
        assertThatThrownBy(() -> ResourceJson.spec(node, GroupOwnershipSpec.class))
                .hasMessage("spec.epoch: is required");
    }

    @Test
    void status_goes_there_and_back_with_times_and_without_nulls() {
        Instant since = Instant.parse("2026-11-21T10:00:00.25Z");
        FailoverStatus status =
                new FailoverStatus(
                        3L,
                        "StoppingOnSource",
                        "InProgress",
                        null,
                        "StoppingVMs",
                        null,
                        since,
                        null,
                        Map.of("Closing", 0.25),
                        "cluster1",
                        "cluster2",
                        List.of(),
                        null,
                        null,
                        List.of());
        JsonNode json = ResourceJson.write(status);
        assertThat(json.toString())
                .contains("\"startedAt\":\"2026-11-21T10:00:00.250Z\"")
                .doesNotContain("null");
        GenericKubernetesResource resource = new GenericKubernetesResource();
        assertThat(ResourceJson.status(resource, FailoverStatus.class)).isEmpty();
        resource.setAdditionalProperty("status", json);
        assertThat(ResourceJson.status(resource, FailoverStatus.class)).contains(status);
    }

    @Test
    void field_of_a_newer_version_is_ignored() throws IOException {
        JsonNode node =
                YAML.readTree("{spec: {protectionGroup: a, targetCluster: b, fromTheFuture: 1}}");
        assertThat(ResourceJson.spec(node, FailoverSpec.class).targetCluster()).isEqualTo("b");
    }
}
