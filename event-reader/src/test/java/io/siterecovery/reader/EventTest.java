package io.siterecovery.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.events.EventCodec;
import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import io.siterecovery.events.TenantTopic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EventTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPERATION_STEP | operation.step-taken  web-to-dr Proving: r0 on worker-1 is"
                        + " Secondary and closed",
                "SITE_DIAGNOSED | site.diagnosed  SiteDown since 2026-11-21T13:51:07.006277Z: API",
                "VIRTUAL_MACHINE | virtual-machine.observed  Always, Running",
                "VIRTUAL_MACHINE_INSTANCE | Running, on worker-1, ready, being deleted",
                "PERSISTENT_VOLUME_CLAIM | Bound, to pvc-0d6f",
                "NODE | node.observed  ready, drbd.linbit.com/lost-quorum:NoSchedule",
                "VOLUME_ATTACHMENT | attached, to worker-1",
                "FENCE | claims {\"web-01\":\"prod/7\"}",
                "STORAGE_CLASS | storage-class.observed  linstor.csi.linbit.com",
                "ROUTED_BEATS | agents heard of",
            })
    void line_says_when_what_and_what_happened(EventType type, String expected) throws IOException {
        assertThat(Event.of(record(type, golden(type))).line())
                .startsWith("2026-11-20T22:50:02.902Z  the/subject  ")
                .contains(expected);
    }

    @ParameterizedTest
    @EnumSource(TenantTopic.class)
    void every_type_of_a_tenant_is_told_in_words(TenantTopic topic) throws IOException {
        for (TenantTopic.Carried event : topic.carries()) {
            String told = Told.of(event.type().type(), JSON.readTree(golden(event.type())));
            assertThat(told).as(event.type().type()).isNotBlank().doesNotStartWith("{");
        }
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void json_is_the_structured_cloud_event(EventType type) throws IOException {
        JsonNode event = JSON.readTree(Event.of(record(type, golden(type))).json());
        assertThat(event.path("specversion").asText()).isEqualTo("1.0");
        assertThat(event.path("id").asText()).isEqualTo("id-1");
        assertThat(event.path("type").asText()).isEqualTo(type.type());
        assertThat(event.path("subject").asText()).isEqualTo("the/subject");
        assertThat(event.path("time").asText()).isEqualTo("2026-11-20T22:50:02.902750Z");
        assertThat(event.path("correlationid").asText()).isEqualTo("uid-1");
        assertThat(event.path("datacontenttype").asText()).isEqualTo("application/json");
        assertThat(event.path("data")).isEqualTo(JSON.readTree(golden(type)));
        assertThat(event.path("kafkaoffset").asLong()).isEqualTo(7);
    }

    @Test
    void a_key_without_a_value_is_gone() throws IOException {
        Event gone = Event.of(record(EventType.NODE, null));
        assertThat(gone.line()).endsWith("gone");
        assertThat(JSON.readTree(gone.json()).path("gone").asBoolean()).isTrue();
        assertThat(JSON.readTree(gone.json()).has("data")).isFalse();
    }

    @Test
    void a_type_from_the_future_is_shown_as_it_is() {
        assertThat(Told.of("io.siterecovery.new.v9", JSON.createObjectNode().put("a", 1)))
                .isEqualTo("{\"a\":1}");
    }

    @Test
    void poison_is_told_with_its_reason_whatever_it_is() throws IOException {
        var record = record(EventType.NODE, new byte[] {(byte) 0xff, 0, 1});
        record.headers().add("siterecovery-poison-reason", utf8("at /meta: missing"));
        record.headers().add("siterecovery-poison-origin", utf8("dr-prod.clusters@12"));
        Event poison = Event.of(record);
        assertThat(poison.line()).endsWith("dr-prod.clusters@12 fits no schema: at /meta: missing");
        assertThat(JSON.readTree(poison.json()).path("data_base64").binaryValue()).hasSize(3);
    }

    @Test
    void text_of_others_cannot_command_the_terminal_nor_begin_a_line() throws IOException {
        byte[] hostile =
                utf8(
                        "{\"provisioner\": \"a\\u001b[2J\\n2026 fake \\u009b1m\\u202e\", \"meta\": {}}");
        String line = Event.of(record(EventType.STORAGE_CLASS, hostile)).line();
        assertThat(line.chars())
                .noneMatch(
                        c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }

    @Test
    void a_line_has_an_end() throws IOException {
        byte[] endless = utf8("{\"provisioner\": \"%s\"}".formatted("x".repeat(100_000)));
        assertThat(Event.of(record(EventType.STORAGE_CLASS, endless)).line().length())
                .isLessThan(600);
    }

    private static ConsumerRecord<String, byte[]> record(EventType type, byte @Nullable [] value) {
        Map<String, byte[]> encoded =
                EventCodec.headers(
                        new EventHeaders(
                                "id-1",
                                type,
                                "/clusters/quorum",
                                "the/subject",
                                Instant.parse("2026-11-20T22:50:02.902750Z"),
                                "prod",
                                null,
                                "uid-1"));
        var headers = new RecordHeaders();
        encoded.forEach(headers::add);
        return new ConsumerRecord<>(
                "dr-prod.operations",
                0,
                7,
                0L,
                TimestampType.LOG_APPEND_TIME,
                0,
                0,
                "the/subject",
                value,
                headers,
                Optional.empty());
    }

    private static byte[] golden(EventType type) throws IOException {
        return Files.readAllBytes(
                Path.of("..", "event-schemas", "src", "test", "resources", "golden")
                        .resolve(type.type() + ".json"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
