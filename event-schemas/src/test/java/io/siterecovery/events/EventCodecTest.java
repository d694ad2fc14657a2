package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EventCodecTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @EnumSource(EventType.class)
    void what_is_read_is_written_again_as_it_was(EventType type) throws Exception {
        JsonNode golden = Published.golden(type);
        Record data = EventCodec.decode(type.type(), JSON.writeValueAsBytes(golden));
        assertThat(EventType.of(data)).isEqualTo(type);
        assertThat(JSON.readTree(EventCodec.encode(data))).isEqualTo(golden);
        assertThat(JSON.readTree(EventCodec.tree(data).toString())).isEqualTo(golden);
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void a_value_without_a_required_component_is_refused_with_its_path(EventType type)
            throws Exception {
        ObjectNode golden = (ObjectNode) Published.golden(type);
        for (String required : Published.required(Published.schema(type))) {
            assertThatThrownBy(() -> decode(type, golden.deepCopy().without(required)))
                    .as("missing %s", required)
                    .isInstanceOf(EventCodec.Unreadable.class)
                    .hasMessageContaining(" at /" + required + ":");
            assertThatThrownBy(() -> decode(type, golden.deepCopy().putNull(required)))
                    .as("null %s", required)
                    .isInstanceOf(EventCodec.Unreadable.class)
                    .hasMessageContaining(" at /" + required + ":");
        }
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void optional_components_may_be_absent_or_null_and_unknown_ones_are_ignored(EventType type)
            throws Exception {
        ObjectNode golden = (ObjectNode) Published.golden(type);
        List<String> required = Published.required(Published.schema(type));
        ObjectNode least = golden.deepCopy();
        ObjectNode withNulls = golden.deepCopy();
        for (String name : Published.properties(Published.schema(type))) {
            if (!required.contains(name)) {
                least.remove(name);
                withNulls.putNull(name);
            }
        }
        least.put("fromTheFuture", 1);
        assertThat(decode(type, least)).isEqualTo(decode(type, withNulls));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/volumes/0/disk | 7",
                "/volumes/0/disk | null",
                "/volumes/0/sizeBytes | \"big\"",
                "/volumes/0/sizeBytes | \"67067904\"",
                "/volumes/0/sizeBytes | 1.5",
                "/volumes/0/volume | null",
                "/volumes/0 | null",
                "/volumes | {}",
                "/peers/0/volumes/0/replication | []",
                "/suspended | \"no\"",
                "/suspended/0 | null",
                "/observedAt | \"yesterday\"",
                "/node | 5",
                "/mayPromote | \"yes\"",
                "/mayPromote | 1"
            })
    void a_wrong_value_is_refused_with_its_path(String path, String value) throws Exception {
        ObjectNode state = (ObjectNode) Published.golden(EventType.DRBD_RESOURCE);
        int slash = path.lastIndexOf('/');
        JsonNode parent = state.at(path.substring(0, slash));
        String name = path.substring(slash + 1);
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), JSON.readTree(value));
        } else {
            ((ObjectNode) parent).set(name, JSON.readTree(value));
        }
        assertThatThrownBy(() -> decode(EventType.DRBD_RESOURCE, state))
                .isInstanceOf(EventCodec.Unreadable.class)
                .hasMessageContaining(" at " + path + ":");
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void no_cut_value_is_readable(EventType type) throws Exception {
        byte[] whole = JSON.writeValueAsBytes(Published.golden(type));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> EventCodec.decode(type.type(), cut))
                    .isInstanceOf(EventCodec.Unreadable.class)
                    .hasMessageStartingWith(type.type());
        }
    }

    @Test
    void two_values_in_one_and_an_unknown_type_are_refused() throws Exception {
        String beat = Published.golden(EventType.AGENT_BEAT).toString();
        assertThatThrownBy(
                        () ->
                                EventCodec.decode(
                                        EventType.AGENT_BEAT.type(),
                                        (beat + beat).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(EventCodec.Unreadable.class);
        assertThatThrownBy(() -> EventCodec.decode("io.example.v1", new byte[0]))
                .isInstanceOf(EventCodec.Unreadable.class)
                .hasMessageContaining("io.example.v1");
    }

    @Test
    void an_unknown_word_survives_the_wire_as_it_was_said() throws Exception {
        DrbdResourceState state =
                (DrbdResourceState)
                        decode(EventType.DRBD_RESOURCE, Published.golden(EventType.DRBD_RESOURCE));
        assertThat(state.volumes().get(1).disk().raw()).isEqualTo("Sparkling");
        assertThat(state.volumes().get(1).disk().known()).isEmpty();
        assertThat(state.volumes().getFirst().disk().is(DiskState.CONSISTENT)).isTrue();
        assertThat(EventCodec.decode(EventType.DRBD_RESOURCE.type(), EventCodec.encode(state)))
                .isEqualTo(state);
    }

    @Test
    void headers_are_cloud_events_in_kafkas_binary_mode() {
        EventHeaders headers =
                new EventHeaders(
                        "i-7",
                        EventType.DRBD_RESOURCE,
                        "/clusters/0123456789ab/nodes/n1",
                        "n1/r0",
                        Instant.parse("2026-11-20T22:50:02.902750Z"),
                        "prod",
                        7L,
                        "uid-1");
        assertThat(text(EventCodec.headers(headers)))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "ce_specversion", "1.0",
                                "ce_id", "i-7",
                                "ce_type", "io.siterecovery.drbd-resource.observed.v1",
                                "ce_source", "/clusters/0123456789ab/nodes/n1",
                                "ce_subject", "n1/r0",
                                "ce_time", "2026-11-20T22:50:02.902750Z",
                                "ce_tenant", "prod",
                                "ce_sequence", "7",
                                "ce_correlationid", "uid-1",
                                "content-type", "application/json"));
    }

    @Test
    void headers_that_are_not_known_are_left_out() {
        EventHeaders headers =
                new EventHeaders(
                        "1", EventType.NODE, "/clusters/c", "c", Instant.EPOCH, null, null, null);
        assertThat(EventCodec.headers(headers))
                .doesNotContainKeys("ce_tenant", "ce_sequence", "ce_correlationid")
                .containsKey("ce_time");
    }

    private static Record decode(EventType type, JsonNode value) throws Exception {
        return EventCodec.decode(type.type(), JSON.writeValueAsBytes(value));
    }

    private static Map<String, String> text(Map<String, byte[]> headers) {
        return headers.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                header -> new String(header.getValue(), StandardCharsets.UTF_8)));
    }
}
