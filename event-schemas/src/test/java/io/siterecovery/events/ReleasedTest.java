package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.json.schema.OutputUnit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who reads the stream by the document that was released last reads it today, and what was written
 * then can be read today.
 */
class ReleasedTest {

    private static final Path RELEASED = Path.of("released/asyncapi.yaml");
    private static final String RELEASE =
            "mvn -pl event-schemas test -Dtest=ReleasedTest -Dreleased.write=true";

    @Test
    void nothing_that_was_released_is_broken() throws IOException {
        JsonNode present = AsyncApi.document();
        assertThat(StreamChange.breaks(released(), reread(present)))
                .as(
                        "old readers cannot read this: make it optional, or make a new type (.v2)."
                                + " At a release: %s",
                        RELEASE)
                .isEmpty();
        // Never over a break: what is above has passed.
        if (Boolean.getBoolean("released.write")) {
            Files.writeString(RELEASED, AsyncApi.write(present));
        }
    }

    /** An agent and the router that reads it are brought up to date at different times. */
    @ParameterizedTest
    @EnumSource(
            value = EventType.class,
            names = {"DRBD_RESOURCE", "AGENT_BEAT"})
    void what_agents_say_is_understood_by_routers_of_another_version(EventType type)
            throws IOException {
        Path file = RELEASED.resolveSibling(type.type() + ".json");
        JsonNode released = AsyncApi.read(Files.readString(file));
        JsonNode present = Published.schema(type);
        assertThat(SchemaChange.breaks(type.type(), released, released, present, present))
                .isEmpty();
        if (Boolean.getBoolean("released.write")) {
            Files.writeString(file, present.toPrettyString() + "\n");
        }
    }

    @Test
    void an_old_reader_accepts_what_is_written_today() throws IOException {
        ObjectNode released = released();
        for (String type : types(released)) {
            JsonNode value = Published.golden(EventType.ofType(type).orElseThrow());
            OutputUnit result = AsyncApi.validate(released, type, value);
            assertThat(result.getValid()).as("%s: %s", type, result.getErrors()).isTrue();
        }
    }

    @Test
    void what_was_written_then_is_read_today() throws Exception {
        JsonNode released = released();
        for (String type : types(released)) {
            JsonNode example =
                    released.path("components")
                            .path("messages")
                            .path(type)
                            .at("/examples/0/payload");
            Record read =
                    EventCodec.decode(type, example.toString().getBytes(StandardCharsets.UTF_8));
            assertThat(EventType.of(read).type()).isEqualTo(type);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/channels | poison | | poison: the topic is gone",
                "/channels/drbd | address | \"dr-{deployment}.disks\" | drbd: address was",
                "/channels/clusters/bindings/kafka | partitions | 8 | clusters: partitions was",
                "/channels/drbd/bindings/kafka/topicConfiguration | cleanup.policy | [\"delete\"]"
                        + " | drbd: cleanup.policy was",
                "/channels/operations/bindings/kafka/topicConfiguration | retention.ms | 60000"
                        + " | operations: retention.ms is shorter than it was",
                "/channels/clusters/messages | io.siterecovery.node.observed.v1 | "
                        + " | clusters/io.siterecovery.node.observed.v1: is no longer told",
                "/components/messages/io.siterecovery.node.observed.v1/bindings/kafka/key"
                        + " | pattern | \"^[^/]+$\""
                        + " | clusters/io.siterecovery.node.observed.v1#key: pattern was",
                "/components/messages/io.siterecovery.node.observed.v1 | contentType"
                        + " | \"application/avro\""
                        + " | clusters/io.siterecovery.node.observed.v1: contentType was",
                "/components/messages/io.siterecovery.operation.step-taken.v1 | correlationId | "
                        + " | operations/io.siterecovery.operation.step-taken.v1: correlationId",
                "/components/schemas/headers/properties | ce_time | "
                        + " | clusters/io.siterecovery.node.observed.v1#headers/ce_time: is gone",
                "/components/schemas/ObjectMeta/properties | uid | "
                        + " | clusters/io.siterecovery.fence.observed.v1/meta/uid: is gone",
                "/components/schemas/Volume/properties/volume | type | \"string\""
                        + " | drbd/io.siterecovery.drbd-resource.routed.v1/state/volumes/[]/volume:"
                        + " was of type [integer]",
            })
    void a_break_is_told_with_its_path(String at, String name, String value, String told)
            throws IOException {
        ObjectNode broken = released();
        ObjectNode parent = (ObjectNode) broken.at(JsonPointer.compile(at));
        if (value == null) {
            assertThat(parent.remove(name)).isNotNull();
        } else {
            parent.set(name, AsyncApi.read("value: " + value).path("value"));
        }
        assertThat(StreamChange.breaks(released(), broken))
                .anySatisfy(line -> assertThat(line).startsWith(told));
    }

    @Test
    void what_is_new_breaks_nothing() throws IOException {
        ObjectNode wider = released();
        ((ObjectNode) wider.path("channels")).set("metrics", wider.at("/channels/poison"));
        ((ObjectNode) wider.at("/channels/operations/messages"))
                .set("io.siterecovery.new.v1", wider.at("/channels/clusters/messages/gone"));
        ((ObjectNode) wider.at("/components/schemas/headers/properties"))
                .putObject("ce_dataschema")
                .put("type", "string");
        ((ObjectNode) wider.at("/channels/operations/bindings/kafka/topicConfiguration"))
                .put("retention.ms", 5_184_000_000L);
        assertThat(StreamChange.breaks(released(), wider)).isEmpty();
    }

    private static ObjectNode released() throws IOException {
        return AsyncApi.read(Files.readString(RELEASED));
    }

    /** With numbers as a reader of the text has them. */
    private static ObjectNode reread(JsonNode document) throws IOException {
        return AsyncApi.read(AsyncApi.write(document));
    }

    private static List<String> types(JsonNode document) {
        List<String> types = new ArrayList<>();
        document.at("/components/messages")
                .fieldNames()
                .forEachRemaining(
                        name -> {
                            if (name.startsWith("io.siterecovery.")) {
                                types.add(name);
                            }
                        });
        assertThat(types).isNotEmpty();
        return types;
    }
}
