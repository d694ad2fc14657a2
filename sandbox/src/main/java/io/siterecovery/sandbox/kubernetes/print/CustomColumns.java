package io.siterecovery.sandbox.kubernetes.print;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The {@code additionalPrinterColumns} of a custom resource, after the name. */
public final class CustomColumns implements Columns {
    private final List<Column> columns = new ArrayList<>(List.of(Column.of("Name")));
    private final List<JsonPath> paths = new ArrayList<>();

    private CustomColumns() {}

    /** Without columns of its own a resource shows its age. */
    public static CustomColumns parse(JsonNode definitions) {
        CustomColumns result = new CustomColumns();
        for (JsonNode definition : definitions) {
            result.add(
                    new Column(
                            Json.text(definition, "name"),
                            Json.text(definition, "type"),
                            Json.text(definition, "format"),
                            Json.text(definition, "description"),
                            definition.path("priority").asInt(0)),
                    Json.text(definition, "jsonPath"));
        }
        if (definitions.isEmpty()) {
            result.add(new Column("Age", "date", "", "", 0), ".metadata.creationTimestamp");
        }
        return result;
    }

    private void add(Column column, String path) {
        columns.add(column);
        paths.add(JsonPath.parse(path));
    }

    @Override
    public List<Column> columns() {
        return columns;
    }

    @Override
    public List<JsonNode> cells(JsonNode object) {
        List<JsonNode> cells = new ArrayList<>();
        cells.add(TextNode.valueOf(Json.text(object, "metadata", "name")));
        for (int i = 0; i < paths.size(); i++) {
            cells.add(cell(columns.get(i + 1), paths.get(i).find(object)));
        }
        return cells;
    }

    private static JsonNode cell(Column column, List<JsonNode> found) {
        if (found.isEmpty() || found.getFirst().isNull()) {
            return NullNode.getInstance();
        }
        JsonNode first = found.getFirst();
        return switch (column.type()) {
            case "integer", "number", "boolean" -> first;
            case "date" -> TextNode.valueOf(Ages.since(first.asText()));
            default -> TextNode.valueOf(text(found));
        };
    }

    private static String text(List<JsonNode> found) {
        return found.stream()
                .map(node -> node.isValueNode() ? node.asText() : node.toString())
                .collect(Collectors.joining(","));
    }
}
