package io.siterecovery.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The published schema of each event type, and an example of its data. */
final class Published {

    private static final ObjectMapper JSON = new ObjectMapper();

    static JsonNode schema(EventType type) throws IOException {
        return JSON.readTree(Path.of("src/main/resources/schemas", type.type() + ".json").toFile());
    }

    static JsonNode golden(EventType type) throws IOException {
        return JSON.readTree(Path.of("src/test/resources/golden", type.type() + ".json").toFile());
    }

    static List<String> required(JsonNode schema) {
        List<String> names = new ArrayList<>();
        schema.path("required").forEach(name -> names.add(name.asText()));
        return names;
    }

    static List<String> properties(JsonNode schema) {
        List<String> names = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private Published() {}
}
