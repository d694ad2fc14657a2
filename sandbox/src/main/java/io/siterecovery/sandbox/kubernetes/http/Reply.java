package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** What goes back to the client. */
sealed interface Reply {
    String JSON = "application/json";

    /** A whole answer. */
    record Body(int code, String contentType, Buffer bytes, List<String> warnings)
            implements Reply {}

    /** A stream of watch events, open until either side ends it. */
    record Stream(WatchRequest watch) implements Reply {}

    static Reply json(int code, JsonNode node) {
        return json(code, node, List.of());
    }

    static Reply json(int code, JsonNode node, List<String> warnings) {
        return new Body(code, JSON, Buffer.buffer(Json.bytes(node)), warnings);
    }

    static Reply text(String text) {
        return new Body(200, "text/plain", Buffer.buffer(text), List.of());
    }
}
