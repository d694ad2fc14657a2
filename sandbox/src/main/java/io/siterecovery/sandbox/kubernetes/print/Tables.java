package io.siterecovery.sandbox.kubernetes.print;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;

/** Builds {@code meta.k8s.io} Tables. */
public final class Tables {
    /** How much of each object goes along with its row. */
    public enum Include {
        None,
        Metadata,
        Object
    }

    private Tables() {}

    public static ObjectNode table(
            String version, Columns columns, List<ObjectNode> objects, Include include) {
        ObjectNode table =
                Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/" + version);
        table.putObject("metadata");
        ArrayNode definitions = table.putArray("columnDefinitions");
        for (Columns.Column column : columns.columns()) {
            definitions
                    .addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("format", column.format())
                    .put("description", column.description())
                    .put("priority", column.priority());
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            columns.cells(object).forEach(cells::add);
            switch (include) {
                case None -> {}
                case Metadata -> row.set("object", partial(object));
                case Object -> row.set("object", object);
            }
        }
        return table;
    }

    /** The object's metadata alone. */
    public static ObjectNode partial(JsonNode object) {
        ObjectNode partial =
                Json.object()
                        .put("kind", "PartialObjectMetadata")
                        .put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata").deepCopy());
        return partial;
    }
}
