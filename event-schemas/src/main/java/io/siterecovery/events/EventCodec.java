package io.siterecovery.events;

import static com.fasterxml.jackson.databind.cfg.CoercionAction.Fail;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.siterecovery.events.drbd.Word;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns event data into Kafka values and headers, and back. */
public final class EventCodec {

    /** A record that fits no schema: it is parked, never guessed at. */
    public static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String reason) {
            super(reason);
        }
    }

    private static final JsonMapper MAPPER = mapper();

    private static JsonMapper mapper() {
        JsonMapper mapper =
                JsonMapper.builder()
                        .addModule(new JavaTimeModule())
                        .addModule(wordModule())
                        .defaultPropertyInclusion(
                                JsonInclude.Value.construct(
                                        JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                        // Equal data must be equal bytes, in every process.
                        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                        // A question that a record answers is not a component of it.
                        .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                        .withCoercionConfig(
                                LogicalType.Textual,
                                text -> {
                                    text.setCoercion(CoercionInputShape.Integer, Fail);
                                    text.setCoercion(CoercionInputShape.Float, Fail);
                                    text.setCoercion(CoercionInputShape.Boolean, Fail);
                                })
                        .build();
        mapper.setAnnotationIntrospector(
                AnnotationIntrospector.pair(
                        new RequiredComponents(),
                        mapper.getDeserializationConfig().getAnnotationIntrospector()));
        return mapper;
    }

    public static byte[] encode(Record data) {
        try {
            return MAPPER.writeValueAsBytes(data);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot encode " + data.getClass().getName(), e);
        }
    }

    public static Map<String, byte[]> headers(EventHeaders headers) {
        Map<String, byte[]> encoded = new LinkedHashMap<>();
        put(encoded, "specversion", "1.0");
        put(encoded, "id", headers.id());
        put(encoded, "type", headers.type().type());
        put(encoded, "source", headers.source());
        put(encoded, "subject", headers.subject());
        put(encoded, "time", headers.time().toString());
        if (headers.tenant() != null) {
            put(encoded, "tenant", headers.tenant());
        }
        if (headers.sequence() != null) {
            put(encoded, "sequence", headers.sequence().toString());
        }
        if (headers.correlationId() != null) {
            put(encoded, "correlationid", headers.correlationId());
        }
        if (headers.term() != null) {
            put(encoded, "term", headers.term().toString());
        }
        encoded.put("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
        return encoded;
    }

    /**
     * @param ceType the value of the header {@code ce_type}
     * @throws Unreadable if the type is unknown or the value does not fit it; the message has the
     *     JSON pointer of the fault
     */
    public static Record decode(String ceType, byte[] value) throws Unreadable {
        EventType type =
                EventType.ofType(ceType)
                        .orElseThrow(() -> new Unreadable("unknown event type " + ceType));
        try {
            return MAPPER.readValue(value, type.data());
        } catch (JsonMappingException e) {
            throw new Unreadable(ceType + " at " + path(e) + ": " + firstLine(e));
        } catch (IOException | IllegalArgumentException | NullPointerException e) {
            throw new Unreadable(ceType + ": " + firstLine(e));
        }
    }

    /** The data of an event as a JSON tree, for schemas and for people. */
    public static JsonNode tree(Record data) {
        return MAPPER.valueToTree(data);
    }

    private static void put(Map<String, byte[]> headers, String attribute, String value) {
        headers.put("ce_" + attribute, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String path(JsonMappingException e) {
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            pointer.append('/')
                    .append(step.getFieldName() == null ? step.getIndex() : step.getFieldName());
        }
        return pointer.isEmpty() ? "/" : pointer.toString();
    }

    private static String firstLine(JsonProcessingException e) {
        return String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("").strip();
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
    }

    private static SimpleModule wordModule() {
        SimpleModule module = new SimpleModule("drbd-words");
        module.addSerializer(Word.class, new WordJson.Writer());
        module.addDeserializer(Word.class, new WordJson.Reader());
        return module;
    }

    private EventCodec() {}
}
