package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stored document is what the code makes, hangs together, and says what we write. */
class AsyncApiTest {

    private static final Path STORED = Path.of("src/main/resources/asyncapi.yaml");
    private static final String REGENERATE =
            "mvn -pl event-schemas test -Dtest=AsyncApiTest -Dasyncapi.write=true";

    /** What a channel, an operation, a message and a document must and may have in AsyncAPI 3.0. */
    private static final Map<String, Set<String>> FIELDS =
            Map.of(
                    "document",
                    Set.of(
                            "asyncapi",
                            "info",
                            "defaultContentType",
                            "servers",
                            "channels",
                            "operations",
                            "components"),
                    "channel",
                    Set.of("address", "description", "parameters", "messages", "bindings"),
                    "operation",
                    Set.of("action", "channel", "summary"),
                    "message",
                    Set.of(
                            "name",
                            "summary",
                            "contentType",
                            "headers",
                            "payload",
                            "correlationId",
                            "bindings",
                            "examples"));

    @Test
    void the_stored_document_is_what_the_code_makes() throws IOException {
        String made = AsyncApi.write(AsyncApi.document());
        if (Boolean.getBoolean("asyncapi.write")) {
            Files.writeString(STORED, made);
        }
        assertThat(Files.readString(STORED))
                .as("%s is out of date; write it anew with: %s", STORED, REGENERATE)
                .isEqualTo(made);
        assertThat(AsyncApi.read(made).toString()).isEqualTo(AsyncApi.document().toString());
    }

    @Test
    void its_parts_have_the_fields_that_the_specification_gives_them() throws IOException {
        JsonNode document = AsyncApi.document();
        assertThat(names(document)).isEqualTo(FIELDS.get("document"));
        assertThat(document.at("/asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(document.at("/info/title").asText()).isNotBlank();
        assertThat(document.at("/info/version").asText()).isNotBlank();
        document.path("channels")
                .forEach(channel -> assertThat(names(channel)).isEqualTo(FIELDS.get("channel")));
        document.path("operations")
                .forEach(one -> assertThat(names(one)).isEqualTo(FIELDS.get("operation")));
        document.at("/components/messages")
                .forEach(one -> assertThat(FIELDS.get("message")).containsAll(names(one)));
        document.path("components")
                .forEach(
                        components ->
                                assertThat(names(components))
                                        .allMatch(name -> name.matches("[a-zA-Z0-9.\\-_]+")));
        document.path("channels")
                .forEach(
                        channel ->
                                assertThat(channel.path("address").asText())
                                        .contains("{deployment}"));
    }

    @Test
    void every_reference_leads_somewhere_and_nothing_is_never_referred_to() throws IOException {
        JsonNode document = AsyncApi.document();
        Set<String> referredTo = new LinkedHashSet<>();
        document.findValues("$ref").forEach(reference -> referredTo.add(reference.asText()));
        for (String reference : referredTo) {
            assertThat(document.at(reference.substring(1)).isObject()).as(reference).isTrue();
        }
        document.path("components")
                .properties()
                .forEach(
                        kind ->
                                names(kind.getValue())
                                        .forEach(
                                                name ->
                                                        assertThat(referredTo)
                                                                .contains(
                                                                        "#/components/"
                                                                                + kind.getKey()
                                                                                + "/"
                                                                                + name)));
    }

    @Test
    void every_event_of_a_tenant_is_a_message_of_one_channel() throws IOException {
        Set<String> messages = new TreeSet<>();
        for (JsonNode channel : AsyncApi.document().path("channels")) {
            for (String name : names(channel.path("messages"))) {
                assertThat(messages.add(name) || name.equals("gone")).as(name).isTrue();
            }
        }
        List<EventType> ofSites = List.of(EventType.DRBD_RESOURCE, EventType.AGENT_BEAT);
        Set<String> expected = new TreeSet<>(Set.of("gone", "asReceived"));
        Arrays.stream(EventType.values())
                .filter(type -> !ofSites.contains(type))
                .forEach(type -> expected.add(type.type()));
        assertThat(messages).isEqualTo(expected);
    }

    @Test
    void the_headers_are_those_that_the_codec_writes() throws IOException {
        JsonNode headers = AsyncApi.document().at("/components/schemas/headers");
        assertThat(names(headers.path("properties"))).isEqualTo(written("tenant", 1L, "uid", 1L));
        assertThat(Published.required(headers))
                .containsExactlyInAnyOrderElementsOf(written(null, null, null, null));
    }

    @ParameterizedTest
    @EnumSource(TenantTopic.class)
    void an_example_fits_the_schema_of_its_message_and_a_part_of_it_does_not(TenantTopic topic)
            throws IOException {
        for (TenantTopic.Carried event : topic.carries()) {
            JsonNode golden = Published.golden(event.type());
            assertThat(fits(event.type(), golden)).as(event.type().type()).isTrue();
            for (String required : Published.required(Published.schema(event.type()))) {
                ObjectNode without = golden.deepCopy();
                without.remove(required);
                assertThat(fits(event.type(), without)).as("without %s", required).isFalse();
            }
        }
    }

    private static boolean fits(EventType type, JsonNode value) throws IOException {
        return Boolean.TRUE.equals(
                AsyncApi.validate(AsyncApi.document(), type.type(), value).getValid());
    }

    private static Set<String> written(
            @Nullable String tenant,
            @Nullable Long sequence,
            @Nullable String correlation,
            @Nullable Long term) {
        return EventCodec.headers(
                        new EventHeaders(
                                "id",
                                EventType.NODE,
                                "/clusters/a",
                                "a/Node//n",
                                Instant.EPOCH,
                                tenant,
                                sequence,
                                correlation,
                                term))
                .keySet();
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new LinkedHashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
