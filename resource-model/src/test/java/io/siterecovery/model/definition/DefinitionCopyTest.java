package io.siterecovery.model.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.model.definition.DefinitionCopy.Adaptation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionCopyTest {

    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Adaptation OTHER_SITE =
            new Adaptation(
                    Map.of("linstor-here", "linstor-there"),
                    Map.of("default", "02:00:00:00:00:99", "lan", "02:00:00:00:00:02"));

    @ParameterizedTest
    @CsvSource({
        "vm-running",
        "vm-strategy",
        "vm-macs",
        "claim",
        "claim-mapped",
        "volume",
        "secret",
        "service-account",
        "network",
        "revision"
    })
    void copy_is_halted_unbound_and_tied_to_nothing(String name) throws IOException {
        JsonNode source = golden("in-" + name);
        JsonNode before = source.deepCopy();
        ResourceKind kind = kind(source);
        ObjectNode copy = DefinitionCopy.of(kind, source, OTHER_SITE);
        assertThat(YAML.writeValueAsString(copy))
                .isEqualTo(YAML.writeValueAsString(golden("out-" + name)));
        assertThat(source).as("the source is left alone").isEqualTo(before);
        assertThat(DefinitionCopy.of(kind, copy, OTHER_SITE))
                .as("a copy of the copy")
                .isEqualTo(copy);
        assertThat(Difference.between(copy, DefinitionCopy.comparedWith(copy, kind, copy)))
                .isEmpty();
    }

    @Test
    void whether_it_is_on_and_who_wrote_it_does_not_count() throws IOException {
        JsonNode vm = golden("in-vm-strategy");
        ObjectNode halted = DefinitionCopy.of(kind(vm), vm, Adaptation.NONE);
        halted.withObject("/metadata/annotations")
                .put("siterecovery.trilio.io/claim", "prod/a/1/1");
        halted.withObject("/metadata").put("resourceVersion", "77");
        assertThat(DefinitionCopy.digest(kind(vm), halted))
                .isEqualTo(DefinitionCopy.digest(kind(vm), vm));
        halted.withObject("/spec").put("runStrategy", "Always");
        assertThat(DefinitionCopy.digest(kind(vm), halted))
                .as("it would start by another strategy")
                .isNotEqualTo(DefinitionCopy.digest(kind(vm), vm));
    }

    @Test
    void marks_of_its_own_cluster_are_no_difference() throws IOException {
        JsonNode vm = golden("in-vm-running");
        ObjectNode wanted = DefinitionCopy.of(kind(vm), vm, Adaptation.NONE);
        ObjectNode found = wanted.deepCopy();
        found.withObject("/metadata/labels").put("site", "b");
        found.withObject("/metadata/annotations").put("backup", "never");
        assertThat(Difference.between(wanted, DefinitionCopy.comparedWith(wanted, kind(vm), found)))
                .isEmpty();
        found.withObject("/metadata/labels").put("app", "other");
        assertThat(Difference.between(wanted, DefinitionCopy.comparedWith(wanted, kind(vm), found)))
                .extracting(Difference::toString)
                .containsExactly("metadata.labels.app is other and should be shop");
    }

    private static ResourceKind kind(JsonNode object) {
        String kind = object.path("kind").asText();
        return Stream.concat(
                        Stream.of(
                                ResourceKind.VIRTUAL_MACHINE,
                                ResourceKind.PERSISTENT_VOLUME_CLAIM,
                                ResourceKind.PERSISTENT_VOLUME),
                        ResourceKind.CONFIGURATION.stream())
                .filter(k -> k.kind().equals(kind))
                .findAny()
                .orElseThrow();
    }

    private static JsonNode golden(String name) throws IOException {
        try (InputStream file =
                DefinitionCopyTest.class.getResourceAsStream("/copies/" + name + ".yaml")) {
            return YAML.readTree(Objects.requireNonNull(file, name));
        }
    }
}
