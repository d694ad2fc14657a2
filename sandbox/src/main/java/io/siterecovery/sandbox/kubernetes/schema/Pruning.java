package io.siterecovery.sandbox.kubernetes.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Removes fields that the schema does not know, and fills in its defaults. */
final class Pruning {
    private static final Set<String> OBJECT_HEADER = Set.of("apiVersion", "kind", "metadata");

    private Pruning() {}

    /** Prunes in place and adds the paths of what went to {@code removed}. */
    static void prune(SchemaNode schema, ObjectNode object, List<String> removed) {
        pruneObject(schema, object, "", true, removed);
    }

    /** Sets missing fields in place. A null on a field that has a default counts as missing. */
    static void setDefaults(SchemaNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            schema.properties().forEach((name, field) -> setDefault(object, name, field));
            object.properties()
                    .forEach(
                            entry -> {
                                SchemaNode field = schema.field(entry.getKey());
                                if (field != null) {
                                    setDefaults(field, entry.getValue());
                                }
                            });
        } else if (value.isArray()) {
            SchemaNode items = schema.items();
            if (items != null) {
                value.forEach(element -> setDefaults(items, element));
            }
        }
    }

    private static void setDefault(ObjectNode object, String name, SchemaNode field) {
        JsonNode fallback = field.raw().get("default");
        JsonNode present = object.get(name);
        if (present != null && present.isNull() && !field.nullable()) {
            // The real API server drops such a null whether or not there is a default.
            object.remove(name);
            present = null;
        }
        if (present == null && fallback != null) {
            object.set(name, fallback.deepCopy());
        }
    }

    private static void pruneObject(
            SchemaNode schema, ObjectNode object, String path, boolean top, List<String> removed) {
        List<String> unknown = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String name = entry.getKey();
            if ((top || schema.embeddedResource()) && OBJECT_HEADER.contains(name)) {
                continue;
            }
            SchemaNode field = schema.field(name);
            String at = path.isEmpty() ? name : path + "." + name;
            if (field != null) {
                pruneValue(field, entry.getValue(), at, removed);
            } else if (!schema.preserveUnknown()) {
                unknown.add(name);
                removed.add(at);
            }
        }
        object.remove(unknown);
    }

    private static void pruneValue(
            SchemaNode schema, JsonNode value, String path, List<String> removed) {
        if (value instanceof ObjectNode object) {
            boolean free = schema.type().isEmpty() && schema.properties().isEmpty();
            if (!(free && schema.additional() == null && schema.preserveUnknown())) {
                pruneObject(schema, object, path, false, removed);
            }
        } else if (value.isArray()) {
            SchemaNode items = schema.items();
            for (int i = 0; items != null && i < value.size(); i++) {
                pruneValue(items, value.get(i), path + "[" + i + "]", removed);
            }
        }
    }
}
