package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shape of a built-in kind, read from the client library's model classes when first asked for:
 * field names and types, no limits and no required fields.
 */
public final class ModelShape {
    private static final String MODEL = "io.fabric8.kubernetes.api.model.";
    private static final Map<String, String> PACKAGES =
            Map.of(
                    "v1", MODEL,
                    "events.k8s.io/v1", MODEL + "events.v1.",
                    "storage.k8s.io/v1", MODEL + "storage.",
                    "coordination.k8s.io/v1", MODEL + "coordination.v1.",
                    "apps/v1", MODEL + "apps.",
                    "networking.k8s.io/v1", MODEL + "networking.v1.",
                    "rbac.authorization.k8s.io/v1", MODEL + "rbac.",
                    "admissionregistration.k8s.io/v1", MODEL + "admissionregistration.v1.",
                    "apiextensions.k8s.io/v1", MODEL + "apiextensions.v1.");

    private static final Map<String, Optional<ModelShape>> KINDS = new ConcurrentHashMap<>();
    private static final Map<Class<?>, ModelShape> MESSAGES = new ConcurrentHashMap<>();

    /** A value of another type than the field's, in the words of the real API server. */
    public static final class Misfit extends Exception {
        private static final long serialVersionUID = 1L;

        Misfit(String message) {
            super(message);
        }
    }

    /** What a field holds. */
    public sealed interface Type {
        /** One of JSON's own types; the name is that of OpenAPI. */
        record Plain(String name) implements Type {}

        /** A number or a text: ports, quantities. */
        record NumberOrText() implements Type {}

        /** Whatever the object's maker put there. */
        record Any() implements Type {}

        /** An array. */
        record ListOf(Type element) implements Type {}

        /** An object with keys of the maker's choice. */
        record MapOf(Type value) implements Type {}

        /** An object with known fields. */
        record Message(Class<?> model) implements Type {
            public ModelShape shape() {
                return MESSAGES.computeIfAbsent(model, ModelShape::new);
            }
        }
    }

    private final Class<?> model;
    private final Map<String, Type> fields;

    private ModelShape(Class<?> model) {
        this.model = model;
        Map<String, Type> found = new LinkedHashMap<>();
        for (Field field : model.getDeclaredFields()) {
            JsonProperty named = field.getAnnotation(JsonProperty.class);
            // Without the annotation it is where the library keeps what it does not know.
            if (!Modifier.isStatic(field.getModifiers())
                    && (named != null || !field.getName().equals("additionalProperties"))) {
                String name =
                        named == null || named.value().isEmpty() ? field.getName() : named.value();
                found.put(name, type(field.getGenericType()));
            }
        }
        fields = found;
    }

    /** Empty for kinds that the library does not know. */
    public static Optional<ModelShape> of(ApiResource resource) {
        return resource.custom()
                ? Optional.empty()
                : KINDS.computeIfAbsent(
                        resource.apiVersion() + "/" + resource.kind(),
                        k -> find(resource.apiVersion(), resource.kind()));
    }

    public Map<String, Type> fields() {
        return fields;
    }

    /** A name for OpenAPI documents. */
    public String name() {
        return model.getName().replace(MODEL, "io.k8s.api.");
    }

    /** Drops nulls and unknown fields in place; answers the paths of the unknown ones. */
    public List<String> prune(ObjectNode object) throws Misfit {
        List<String> unknown = new ArrayList<>();
        prune(object, "", unknown);
        // The real API server's types always have both, if only empty: JSON patches rely on it.
        for (String always : List.of("spec", "status")) {
            if (fields.get(always) instanceof Type.Message && !object.has(always)) {
                object.putObject(always);
            }
        }
        return unknown;
    }

    private void prune(ObjectNode object, String path, List<String> unknown) throws Misfit {
        List<String> dropped = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            Type type = fields.get(entry.getKey());
            if (type == null) {
                unknown.add(at);
                dropped.add(entry.getKey());
            } else if (entry.getValue().isNull()) {
                dropped.add(entry.getKey());
            } else {
                check(type, entry.getValue(), at, unknown);
            }
        }
        if (!dropped.isEmpty()) {
            object.remove(dropped);
        }
    }

    private void check(Type type, JsonNode value, String path, List<String> unknown) throws Misfit {
        switch (type) {
            case Type.Any any -> {}
            case Type.NumberOrText either ->
                    require(value.isNumber() || value.isTextual(), value, path, "string");
            case Type.Plain plain ->
                    require(fits(plain.name(), value), value, path, go(plain.name()));
            case Type.ListOf list -> {
                require(value.isArray(), value, path, "[]" + go(list.element()));
                for (int i = 0; i < value.size(); i++) {
                    check(list.element(), value.get(i), path + "[" + i + "]", unknown);
                }
            }
            case Type.MapOf map -> {
                require(value.isObject(), value, path, "map[string]" + go(map.value()));
                for (Map.Entry<String, JsonNode> entry : value.properties()) {
                    if (!entry.getValue().isNull()) {
                        check(map.value(), entry.getValue(), path + "." + entry.getKey(), unknown);
                    }
                }
            }
            case Type.Message message -> {
                if (value instanceof ObjectNode object) {
                    message.shape().prune(object, path, unknown);
                } else {
                    require(false, value, path, message.model().getSimpleName());
                }
            }
        }
    }

    private void require(boolean holds, JsonNode value, String path, String type) throws Misfit {
        if (!holds) {
            String found =
                    value.isBoolean()
                            ? "bool"
                            : value.getNodeType().name().toLowerCase(Locale.ROOT);
            throw new Misfit(
                    "json: cannot unmarshal %s into Go struct field %s.%s of type %s"
                            .formatted(found, model.getSimpleName(), path, type));
        }
    }

    private static boolean fits(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            default -> value.isNumber();
        };
    }

    private static String go(Type type) {
        return switch (type) {
            case Type.Plain plain -> go(plain.name());
            case Type.NumberOrText either -> "string";
            case Type.Any any -> "interface {}";
            case Type.ListOf list -> "[]" + go(list.element());
            case Type.MapOf map -> "map[string]" + go(map.value());
            case Type.Message message -> message.model().getSimpleName();
        };
    }

    private static String go(String plain) {
        return switch (plain) {
            case "boolean" -> "bool";
            case "integer" -> "int64";
            case "number" -> "float64";
            default -> plain;
        };
    }

    private static Type type(java.lang.reflect.Type type) {
        if (type instanceof ParameterizedType generic) {
            java.lang.reflect.Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return new Type.ListOf(type(arguments[0]));
            }
            return generic.getRawType() == Map.class
                    ? new Type.MapOf(type(arguments[1]))
                    : new Type.Any();
        }
        return type instanceof Class<?> plain
                ? PLAIN.getOrDefault(plain, message(plain))
                : new Type.Any();
    }

    private static Type message(Class<?> model) {
        boolean known =
                KubernetesResource.class.isAssignableFrom(model)
                        && !model.isInterface()
                        && !model.getSimpleName()
                                .matches(".*Or(Array|Bool|StringArray)|RawExtension|FieldsV1|JSON");
        return known ? new Type.Message(model) : new Type.Any();
    }

    private static final Map<Class<?>, Type> PLAIN = new HashMap<>();

    static {
        PLAIN.put(String.class, new Type.Plain("string"));
        PLAIN.put(MicroTime.class, new Type.Plain("string"));
        PLAIN.put(Boolean.class, new Type.Plain("boolean"));
        PLAIN.put(Integer.class, new Type.Plain("integer"));
        PLAIN.put(Long.class, new Type.Plain("integer"));
        PLAIN.put(Double.class, new Type.Plain("number"));
        PLAIN.put(IntOrString.class, new Type.NumberOrText());
        PLAIN.put(Quantity.class, new Type.NumberOrText());
    }

    private static Optional<ModelShape> find(String apiVersion, String kind) {
        String home = PACKAGES.get(apiVersion);
        if (home == null) {
            return Optional.empty();
        }
        try {
            Class<?> model = Class.forName(home + kind);
            return HasMetadata.class.isAssignableFrom(model)
                    ? Optional.of(MESSAGES.computeIfAbsent(model, ModelShape::new))
                    : Optional.empty();
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }
}
