package io.siterecovery.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

/** JSON as the Kubernetes API speaks it: absent instead of null, times as RFC 3339. */
public final class KubernetesJson {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .addModule(new Jdk8Module())
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .build();

    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** The whole object as a tree. */
    public static JsonNode tree(GenericKubernetesResource object) {
        return MAPPER.valueToTree(object);
    }

    /**
     * A top-level part of an object ({@code spec}, {@code status}, {@code data}) as a record.
     *
     * @throws IllegalArgumentException if it does not fit; an absent part reads as {@code {}}
     */
    public static <T> T part(GenericKubernetesResource object, String part, Class<T> type) {
        Object value = object.getAdditionalProperties().get(part);
        JsonNode tree = value == null ? MAPPER.createObjectNode() : MAPPER.valueToTree(value);
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(part + ": " + e.getOriginalMessage(), e);
        }
    }

    /**
     * An object to be created, from its JSON tree.
     *
     * @throws IllegalArgumentException if the tree is not a Kubernetes object
     */
    public static GenericKubernetesResource object(JsonNode tree) {
        try {
            return MAPPER.treeToValue(tree, GenericKubernetesResource.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    private KubernetesJson() {}
}
