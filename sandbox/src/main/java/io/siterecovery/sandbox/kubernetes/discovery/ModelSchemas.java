package io.siterecovery.sandbox.kubernetes.discovery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.schema.ModelShape;
import java.util.ArrayDeque;
import java.util.Deque;

/** OpenAPI components of built-in kinds: types and names, without descriptions. */
final class ModelSchemas {
    private final ObjectNode components;
    private final Deque<ModelShape> pending = new ArrayDeque<>();

    private ModelSchemas(ObjectNode components) {
        this.components = components;
    }

    /** The schema of the kind; what it refers to is added to the components. */
    static ObjectNode of(ModelShape kind, ObjectNode components) {
        ModelSchemas schemas = new ModelSchemas(components);
        ObjectNode schema = schemas.message(kind);
        while (!schemas.pending.isEmpty()) {
            ModelShape next = schemas.pending.remove();
            components.set(next.name(), schemas.message(next));
        }
        return schema;
    }

    private ObjectNode message(ModelShape shape) {
        ObjectNode schema = Json.object().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        shape.fields().forEach((name, type) -> properties.set(name, schema(type)));
        return schema;
    }

    private ObjectNode schema(ModelShape.Type type) {
        return switch (type) {
            case ModelShape.Type.Plain plain -> Json.object().put("type", plain.name());
            case ModelShape.Type.NumberOrText either -> Json.object().put("type", "string");
            case ModelShape.Type.Any any -> Json.object().put("type", "object");
            case ModelShape.Type.ListOf list -> {
                ObjectNode array = Json.object().put("type", "array");
                array.set("items", schema(list.element()));
                yield array;
            }
            case ModelShape.Type.MapOf map -> {
                ObjectNode object = Json.object().put("type", "object");
                object.set("additionalProperties", schema(map.value()));
                yield object;
            }
            case ModelShape.Type.Message message -> reference(message.shape());
        };
    }

    private ObjectNode reference(ModelShape shape) {
        if (!components.has(shape.name())) {
            components.putObject(shape.name());
            pending.add(shape);
        }
        return Json.object().put("$ref", "#/components/schemas/" + shape.name());
    }
}
