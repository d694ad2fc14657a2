package io.siterecovery.model.crd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the structural schema of a resource's part from the record that holds it in Java. */
final class SchemaReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    static ObjectNode objectSchema(Class<?> record) {
        ObjectNode schema = node().put("type", "object");
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        ObjectNode properties = schema.putObject("properties");
        for (RecordComponent component : record.getRecordComponents()) {
            properties.set(component.getName(), fieldSchema(component));
            if (isRequired(component)) {
                required.add(component.getName());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        addRules(schema, record);
        return schema;
    }

    static boolean isRequired(RecordComponent component) {
        return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static ObjectNode fieldSchema(RecordComponent component) {
        Schema says = component.getAnnotation(Schema.class);
        if (says == null) {
            throw new IllegalStateException(component + " has no @Schema");
        }
        ObjectNode schema = node().put("description", says.value());
        schema.setAll(typeSchema(component.getGenericType(), says));
        if (!says.byDefault().isEmpty()) {
            try {
                schema.set("default", JSON.readTree(says.byDefault()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(component + " has a default that is no JSON", e);
            }
        }
        addRules(schema, component);
        return schema;
    }

    private static ObjectNode typeSchema(Type type, Schema says) {
        if (type instanceof ParameterizedType generic) {
            return collectionSchema(generic, says);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return objectSchema(plain);
        }
        return plain == String.class ? textSchema(says) : scalarSchema(plain, says);
    }

    private static ObjectNode collectionSchema(ParameterizedType type, Schema says) {
        ObjectNode schema = node();
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class) {
            schema.put("type", "array");
            schema.set("items", typeSchema(arguments[0], says));
            putIfSet(schema, "minItems", says.minItems());
            putIfSet(schema, "maxItems", says.maxItems());
            if (!says.key().isEmpty()) {
                schema.put("x-kubernetes-list-type", "map");
                schema.putArray("x-kubernetes-list-map-keys").add(says.key());
            } else if (says.distinct()) {
                schema.put("x-kubernetes-list-type", "set");
            }
        } else if (type.getRawType() == Map.class) {
            schema.put("type", "object");
            schema.set("additionalProperties", typeSchema(arguments[1], says));
            putIfSet(schema, "maxProperties", says.maxItems());
        } else {
            throw new IllegalStateException("no schema for " + type);
        }
        return schema;
    }

    private static ObjectNode textSchema(Schema says) {
        ObjectNode schema = node().put("type", "string");
        if (says.words().length > 0) {
            ArrayNode words = schema.putArray("enum");
            for (String word : says.words()) {
                words.add(word);
            }
        }
        if (!says.pattern().isEmpty()) {
            schema.put("pattern", says.pattern());
        }
        putIfSet(schema, "minLength", says.minLength());
        putIfSet(schema, "maxLength", says.maxLength());
        return schema;
    }

    private static ObjectNode scalarSchema(Class<?> type, Schema says) {
        ObjectNode schema = node();
        if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        } else if (type == Boolean.class || type == boolean.class) {
            return schema.put("type", "boolean");
        } else if (type == Integer.class || type == int.class) {
            schema.put("type", "integer").put("format", "int32");
        } else if (type == Long.class || type == long.class) {
            schema.put("type", "integer").put("format", "int64");
        } else if (type == Double.class || type == double.class) {
            schema.put("type", "number").put("format", "double");
        } else {
            throw new IllegalStateException("no schema for " + type);
        }
        if (says.min() != Long.MIN_VALUE) {
            schema.put("minimum", says.min());
        }
        if (says.max() != Long.MAX_VALUE) {
            schema.put("maximum", says.max());
        }
        return schema;
    }

    private static void addRules(ObjectNode schema, AnnotatedElement element) {
        Rule[] rules = element.getAnnotationsByType(Rule.class);
        if (rules.length == 0) {
            return;
        }
        ArrayNode validations = schema.putArray("x-kubernetes-validations");
        for (Rule rule : rules) {
            validations.addObject().put("rule", rule.value()).put("message", rule.message());
        }
    }

    private static void putIfSet(ObjectNode schema, String keyword, int limit) {
        if (limit >= 0) {
            schema.put(keyword, limit);
        }
    }

    private static ObjectNode node() {
        return JsonNodeFactory.instance.objectNode();
    }

    private SchemaReader() {}
}
