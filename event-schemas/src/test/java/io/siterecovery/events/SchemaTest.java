package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.events.drbd.DrbdWord;
import io.siterecovery.events.drbd.Word;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each published schema is the one of its record, and each golden value fits it. */
class SchemaTest {

    @ParameterizedTest
    @EnumSource(EventType.class)
    void the_golden_value_fits_its_schema(EventType type) throws IOException {
        OutputUnit result = validate(type, Published.golden(type));
        assertThat(result.getValid()).as("%s", result.getErrors()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void what_the_codec_refuses_the_schema_refuses(EventType type) throws IOException {
        for (String required : Published.required(Published.schema(type))) {
            ObjectNode golden = (ObjectNode) Published.golden(type);
            golden.remove(required);
            assertThat(validate(type, golden).getValid()).as("without %s", required).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void the_schema_is_that_of_the_record(EventType type) throws IOException {
        JsonNode schema = Published.schema(type);
        assertThat(schema.path("title").asText()).isEqualTo(type.type());
        assertThat(schema.path("$schema").asText())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        List<String> used = new ArrayList<>();
        assertIsOf(schema, type.data(), schema, type.type(), used);
        assertThat(schema.path("$defs").properties())
                .extracting(Map.Entry::getKey)
                .as("definitions in use")
                .allMatch(used::contains);
    }

    @Test
    void there_is_one_schema_and_one_golden_value_per_type_and_no_other() throws IOException {
        List<String> expected =
                Arrays.stream(EventType.values()).map(type -> type.type() + ".json").toList();
        for (String folder : List.of("src/main/resources/schemas", "src/test/resources/golden")) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                assertThat(files.map(file -> String.valueOf(file.getFileName())))
                        .as(folder)
                        .containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    private static void assertIsOf(
            JsonNode schema, Type type, JsonNode root, String where, List<String> used) {
        JsonNode target = schema;
        String reference = schema.path("$ref").asText();
        if (!reference.isEmpty()) {
            String name = reference.substring("#/$defs/".length());
            used.add(name);
            target = root.path("$defs").path(name);
            assertThat(target.isObject()).as("%s of %s", reference, where).isTrue();
        }
        String expected = jsonType(type);
        assertThat(target.path("type").asText()).as("type of %s", where).isEqualTo(expected);
        if (type instanceof Class<?> record && record.isRecord()) {
            assertComponents(target, record, root, where, used);
        } else if (type instanceof ParameterizedType parameterized) {
            assertContent(target, parameterized, root, where, used);
        } else if (type == Instant.class) {
            assertThat(target.path("format").asText()).as(where).isEqualTo("date-time");
        }
    }

    private static void assertComponents(
            JsonNode schema, Class<?> record, JsonNode root, String where, List<String> used) {
        RecordComponent[] components = Objects.requireNonNull(record.getRecordComponents());
        assertThat(Published.properties(schema))
                .as("properties of %s", where)
                .containsExactlyElementsOf(
                        Arrays.stream(components).map(RecordComponent::getName).toList());
        assertThat(Published.required(schema))
                .as("required of %s", where)
                .containsExactlyElementsOf(
                        Arrays.stream(components)
                                .filter(RequiredComponents::isRequired)
                                .map(RecordComponent::getName)
                                .toList());
        for (RecordComponent component : components) {
            String path = where + "/" + component.getName();
            JsonNode property = schema.path("properties").path(component.getName());
            assertThat(property.has("$ref") || property.has("description"))
                    .as("%s is described", path)
                    .isTrue();
            if (component.getName().endsWith("Bytes")) {
                assertThat(property.path("description").asText()).as(path).contains("in bytes");
            }
            assertIsOf(property, component.getGenericType(), root, path, used);
        }
    }

    private static void assertContent(
            JsonNode schema,
            ParameterizedType type,
            JsonNode root,
            String where,
            List<String> used) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class) {
            assertIsOf(schema.path("items"), arguments[0], root, where + "/items", used);
        } else if (type.getRawType() == Map.class) {
            assertIsOf(schema.path("additionalProperties"), arguments[1], root, where + "/*", used);
        } else {
            List<String> words =
                    Arrays.stream(((Class<?>) arguments[0]).getEnumConstants())
                            .map(word -> ((DrbdWord) word).word())
                            .toList();
            List<String> examples = new ArrayList<>();
            schema.path("examples").forEach(example -> examples.add(example.asText()));
            assertThat(examples).as("words of %s", where).isEqualTo(words);
        }
    }

    private static String jsonType(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return parameterized.getRawType() == List.class
                    ? "array"
                    : parameterized.getRawType() == Word.class ? "string" : "object";
        }
        if (type == String.class || type == Instant.class) {
            return "string";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "boolean";
        }
        if (type == double.class || type == Double.class) {
            return "number";
        }
        if (List.<Type>of(int.class, Integer.class, long.class, Long.class).contains(type)) {
            return "integer";
        }
        return "object";
    }

    private static OutputUnit validate(EventType type, JsonNode value) throws IOException {
        return Validator.create(
                        JsonSchema.of(new JsonObject(Published.schema(type).toString())),
                        new JsonSchemaOptions()
                                .setDraft(Draft.DRAFT202012)
                                .setBaseUri("https://siterecovery.invalid/"))
                .validate(new JsonObject(value.toString()));
    }
}
