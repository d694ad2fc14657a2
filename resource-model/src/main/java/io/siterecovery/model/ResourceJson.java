package io.siterecovery.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the {@code spec} and {@code status} of a resource into the records of this package and
 * back. Absent and null are the same; a null is never written; a field we do not know is ignored,
 * since a newer version may have written it.
 */
public final class ResourceJson {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                    .withCoercionConfig(
                            LogicalType.Textual,
                            text ->
                                    text.setCoercion(
                                                    CoercionInputShape.Integer, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Float, CoercionAction.Fail)
                                            .setCoercion(
                                                    CoercionInputShape.Boolean,
                                                    CoercionAction.Fail))
                    .build();

    /** What a record wants of one of its fields. Asking Java for it is slow, and asked often. */
    private record Field(String name, Type type, boolean optional) {

        static List<Field> of(Class<?> record) {
            return Stream.of(record.getRecordComponents()).map(Field::of).toList();
        }

        private static Field of(RecordComponent component) {
            return new Field(
                    component.getName(),
                    component.getGenericType(),
                    component.getAnnotatedType().isAnnotationPresent(Nullable.class));
        }

        boolean structured() {
            return type instanceof ParameterizedType
                    || (type instanceof Class<?> plain && plain.isRecord());
        }
    }

    private static final ClassValue<List<Field>> FIELDS =
            new ClassValue<>() {
                @Override
                protected List<Field> computeValue(Class<?> record) {
                    return Field.of(record);
                }
            };

    /** The mapper of all our resources: times in ISO 8601, nulls not written. */
    public static ObjectMapper mapper() {
        return JSON;
    }

    /**
     * @throws MalformedResource if it is missing or does not fit
     */
    public static <T extends Record> T spec(GenericKubernetesResource resource, Class<T> type) {
        return read("spec", JSON.valueToTree(resource.getAdditionalProperties().get("spec")), type);
    }

    /**
     * @throws MalformedResource if the {@code spec} of this object is missing or does not fit
     */
    public static <T extends Record> T spec(JsonNode resource, Class<T> type) {
        return read("spec", resource.get("spec"), type);
    }

    /**
     * Empty if the object has none yet.
     *
     * @throws MalformedResource if it does not fit
     */
    public static <T extends Record> Optional<T> status(
            GenericKubernetesResource resource, Class<T> type) {
        return statusOf(JSON.valueToTree(resource.getAdditionalProperties().get("status")), type);
    }

    /**
     * Empty if the object has none yet.
     *
     * @throws MalformedResource if it does not fit
     */
    public static <T extends Record> Optional<T> status(JsonNode resource, Class<T> type) {
        return statusOf(resource.get("status"), type);
    }

    /**
     * @param path of the node in its resource, for the error
     * @throws MalformedResource if it is missing or does not fit
     */
    public static <T extends Record> T read(String path, @Nullable JsonNode node, Class<T> type) {
        requireFields(path, node, type);
        try {
            return JSON.treeToValue(node, type);
        } catch (JsonMappingException e) {
            throw new MalformedResource(path + pathOf(e), e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw new MalformedResource(path, e.getOriginalMessage());
        }
    }

    /** A {@code spec} or {@code status} as it is written to the API server. */
    public static ObjectNode write(Record part) {
        return JSON.valueToTree(part);
    }

    private static <T extends Record> Optional<T> statusOf(
            @Nullable JsonNode status, Class<T> type) {
        return status == null || status.isNull()
                ? Optional.empty()
                : Optional.of(read("status", status, type));
    }

    private static void requireFields(String path, @Nullable JsonNode node, Class<?> type) {
        if (node == null || node.isNull()) {
            throw new MalformedResource(path, "is required");
        }
        if (!node.isObject()) {
            throw new MalformedResource(path, "must be an object");
        }
        for (Field field : FIELDS.get(type)) {
            JsonNode value = node.get(field.name());
            if (value != null && !value.isNull()) {
                if (field.structured()) {
                    requireInside(path + "." + field.name(), value, field.type());
                }
            } else if (!field.optional()) {
                throw new MalformedResource(path + "." + field.name(), "is required");
            }
        }
    }

    private static void requireInside(String path, JsonNode value, Type type) {
        if (type instanceof Class<?> plain && plain.isRecord()) {
            requireFields(path, value, plain);
        } else if (type instanceof ParameterizedType list
                && list.getRawType() == List.class
                && value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                requireElement(
                        path + "[" + i + "]", value.get(i), list.getActualTypeArguments()[0]);
            }
        } else if (type instanceof ParameterizedType map
                && map.getRawType() == Map.class
                && value.isObject()) {
            value.properties()
                    .forEach(
                            entry ->
                                    requireElement(
                                            path + "." + entry.getKey(),
                                            entry.getValue(),
                                            map.getActualTypeArguments()[1]));
        }
    }

    private static void requireElement(String path, JsonNode element, Type type) {
        if (element.isNull()) {
            throw new MalformedResource(path, "must not be null");
        }
        requireInside(path, element, type);
    }

    private static String pathOf(JsonMappingException fault) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : fault.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append('.').append(step.getFieldName());
            }
        }
        return path.toString();
    }

    private ResourceJson() {}
}
