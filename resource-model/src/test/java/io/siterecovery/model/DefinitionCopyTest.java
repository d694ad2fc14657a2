package io.siterecovery.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionCopyTest {

    private static final YAMLMapper YAML = new YAMLMapper();

    @ParameterizedTest
    @CsvSource({"vm-running", "vm-strategy", "claim", "volume"})
    void copy_is_halted_unbound_and_tied_to_nothing(String name) throws IOException {
        JsonNode source = golden("in-" + name);
        JsonNode before = source.deepCopy();
        Function<JsonNode, ObjectNode> copy =
                switch (name) {
                    case "claim" -> DefinitionCopy::ofClaim;
                    case "volume" -> DefinitionCopy::ofVolume;
                    default -> DefinitionCopy::ofVirtualMachine;
                };
        assertThat(YAML.writeValueAsString(copy.apply(source)))
                .isEqualTo(YAML.writeValueAsString(golden("out-" + name)));
        assertThat(source).as("the source is left alone").isEqualTo(before);
    }

    private static JsonNode golden(String name) throws IOException {
        try (InputStream file =
                DefinitionCopyTest.class.getResourceAsStream("/copies/" + name + ".yaml")) {
            return YAML.readTree(Objects.requireNonNull(file, name));
        }
    }
}
