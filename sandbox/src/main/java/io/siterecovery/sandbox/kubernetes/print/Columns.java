package io.siterecovery.sandbox.kubernetes.print;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What {@code kubectl get} shows of one kind. */
public interface Columns {
    /**
     * One column.
     *
     * @param priority 0 for always, more for {@code -o wide} only
     */
    record Column(String name, String type, String format, String description, int priority) {
        static Column of(String name) {
            return new Column(name, "string", name.equals("Name") ? "name" : "", name, 0);
        }

        static Column wide(String name) {
            return new Column(name, "string", "", name, 1);
        }
    }

    List<Column> columns();

    /** One cell per column; JSON null for an empty one. */
    List<JsonNode> cells(JsonNode object);
}
