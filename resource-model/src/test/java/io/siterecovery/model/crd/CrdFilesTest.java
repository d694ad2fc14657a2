package io.siterecovery.model.crd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CrdFilesTest {

    private static final Path FOLDER = Path.of("crds");
    private static final String REGENERATE =
            "mvn -pl resource-model test -Dtest=CrdFilesTest -Dcrds.write=true";

    @Test
    void folder_holds_what_the_records_generate() throws IOException {
        Map<String, String> generated = new TreeMap<>();
        Crd.ALL.forEach(crd -> generated.put(crd.fileName(), crd.toYaml()));
        if (Boolean.getBoolean("crds.write")) {
            for (Map.Entry<String, String> file : generated.entrySet()) {
                Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
            }
        }
        assertThat(filesOf(FOLDER))
                .as("resource-model/crds is out of date; write it anew with: %s", REGENERATE)
                .isEqualTo(generated);
    }

    @ParameterizedTest
    @MethodSource("all")
    void definition_says_the_same_as_yaml_json_and_fabric8_model(Crd crd) throws IOException {
        JsonNode yaml = new YAMLMapper().readTree(crd.toYaml());
        assertThat(yaml).isEqualTo(new ObjectMapper().readTree(crd.toJson().toString()));
        CustomResourceDefinition model =
                new ObjectMapper().treeToValue(yaml, CustomResourceDefinition.class);
        assertThat(model.getSpec().getVersions().getFirst().getSchema().getAdditionalProperties())
                .isEmpty();
        assertThat(model.getMetadata().getName())
                .isEqualTo(crd.kind().plural() + "." + crd.kind().group());
    }

    @ParameterizedTest
    @MethodSource("all")
    void each_property_is_described(Crd crd) {
        for (String part : new String[] {"spec", "status"}) {
            JsonNode schema = rootSchema(crd).path("properties").path(part);
            assertDescribed(part, schema);
        }
    }

    /** The API server refuses a definition whose list keys may be absent. */
    @ParameterizedTest
    @MethodSource("all")
    void key_of_a_list_is_required(Crd crd) {
        rootSchema(crd)
                .findParents("x-kubernetes-list-map-keys")
                .forEach(
                        list ->
                                assertThat(list.path("items").path("required").toString())
                                        .contains(
                                                list.path("x-kubernetes-list-map-keys")
                                                        .get(0)
                                                        .toString()));
    }

    static Stream<Crd> all() {
        return Crd.ALL.stream();
    }

    private static JsonNode rootSchema(Crd crd) {
        return crd.toJson().at("/spec/versions/0/schema/openAPIV3Schema");
    }

    private static void assertDescribed(String path, JsonNode schema) {
        schema.path("properties")
                .properties()
                .forEach(
                        property -> {
                            String name = path + "." + property.getKey();
                            assertThat(property.getValue().path("description").asText())
                                    .as(name)
                                    .isNotBlank();
                            assertDescribed(name, property.getValue());
                            assertDescribed(name + "[]", property.getValue().path("items"));
                        });
    }

    private static Map<String, String> filesOf(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                files.put(path.getFileName().toString(), Files.readString(path));
            }
        }
        return files;
    }
}
