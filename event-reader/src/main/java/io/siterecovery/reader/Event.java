package io.siterecovery.reader;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record of the stream as the CloudEvent that it is. One without a value says that what its key
 * names is gone.
 */
final class Event {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ATTRIBUTE = "ce_";
    private static final int MAX_LINE = 500;

    private final ConsumerRecord<String, byte[]> record;
    private final byte @Nullable [] data;
    private final String key;
    private final Map<String, String> attributes = new TreeMap<>();

    private Event(ConsumerRecord<String, byte[]> record) {
        this.record = record;
        this.data = record.value();
        this.key = record.key() == null ? "" : record.key();
    }

    static Event of(ConsumerRecord<String, byte[]> record) {
        Event event = new Event(record);
        for (Header header : record.headers()) {
            if (header.value() == null) {
                continue;
            }
            String value = new String(header.value(), StandardCharsets.UTF_8);
            if (header.key().startsWith(ATTRIBUTE)) {
                event.attributes.put(header.key().substring(ATTRIBUTE.length()), value);
            } else if (header.key().equals("siterecovery-poison-reason")) {
                event.attributes.put("poisonreason", value);
            } else if (header.key().equals("siterecovery-poison-origin")) {
                event.attributes.put("poisonorigin", value);
            }
        }
        return event;
    }

    String type() {
        return attributes.getOrDefault("type", "");
    }

    /** Time, subject, type, what happened. */
    String line() {
        String subject = attributes.getOrDefault("subject", key);
        String line = "%s  %s  %s  %s".formatted(time(), subject, shortType(), what());
        return harmless(line.length() > MAX_LINE ? line.substring(0, MAX_LINE) + " …" : line);
    }

    /** In structured JSON; topic and offset say which record it was. */
    String json() {
        ObjectNode event = JSON.createObjectNode();
        attributes.forEach(event::put);
        event.put("kafkatopic", record.topic()).put("kafkaoffset", record.offset());
        if (data == null) {
            event.put("subject", key).put("gone", true);
        } else {
            JsonNode value = parsed(data);
            if (value == null) {
                event.put("data_base64", data);
            } else {
                event.put("datacontenttype", "application/json").set("data", value);
            }
        }
        try {
            return JSON.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String what() {
        String reason = attributes.get("poisonreason");
        if (reason != null) {
            return attributes.getOrDefault("poisonorigin", "a record")
                    + " fits no schema: "
                    + reason;
        }
        if (data == null) {
            return "gone";
        }
        JsonNode value = parsed(data);
        return value == null ? data.length + " bytes that are not JSON" : Told.of(type(), value);
    }

    /** {@code operation.step-taken} of {@code io.siterecovery.operation.step-taken.v1}. */
    private String shortType() {
        return data == null
                ? "-"
                : type().replaceFirst("^io\\.siterecovery\\.", "").replaceFirst("\\.v1$", "");
    }

    private String time() {
        // Of the observation; the broker's, of the append, if the event does not say it.
        Instant appended = Instant.ofEpochMilli(record.timestamp());
        String said = attributes.get("time");
        try {
            Instant time = said == null ? appended : Instant.parse(said);
            return time.truncatedTo(ChronoUnit.MILLIS).toString();
        } catch (DateTimeException e) {
            return appended.toString();
        }
    }

    private static @Nullable JsonNode parsed(byte[] data) {
        try {
            return JSON.readTree(data);
        } catch (IOException e) {
            return null;
        }
    }

    /** Text from elsewhere may not command the reader's terminal. */
    static String harmless(String text) {
        return text.codePoints()
                .map(
                        c ->
                                Character.isISOControl(c)
                                                || Character.getType(c) == Character.FORMAT
                                        ? ' '
                                        : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
