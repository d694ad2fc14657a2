package io.siterecovery.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a change of the AsyncAPI document breaks for readers of the stream: topics, the event types
 * in them, keys, headers, values and how long they are kept.
 */
final class StreamChange {

    private final JsonNode released;
    private final JsonNode present;
    private final List<String> breaks = new ArrayList<>();

    private StreamChange(JsonNode released, JsonNode present) {
        this.released = released;
        this.present = present;
    }

    /**
     * @return one line for each break, with its path; empty if there is none
     */
    static List<String> breaks(JsonNode released, JsonNode present) {
        StreamChange change = new StreamChange(released, present);
        change.channels();
        return change.breaks;
    }

    private void channels() {
        released.path("channels")
                .properties()
                .forEach(
                        channel -> {
                            JsonNode now = present.path("channels").path(channel.getKey());
                            if (now.isMissingNode()) {
                                breaks.add(channel.getKey() + ": the topic is gone");
                            } else {
                                channel(channel.getKey(), channel.getValue(), now);
                            }
                        });
    }

    private void channel(String path, JsonNode before, JsonNode after) {
        same(path, "address", before, after);
        JsonNode old = before.at("/bindings/kafka");
        JsonNode now = after.at("/bindings/kafka");
        same(path, "partitions", old, now);
        JsonNode oldSettings = old.path("topicConfiguration");
        JsonNode newSettings = now.path("topicConfiguration");
        same(path, "cleanup.policy", oldSettings, newSettings);
        for (String time : List.of("retention.ms", "delete.retention.ms")) {
            if (newSettings.path(time).asLong() < oldSettings.path(time).asLong()) {
                breaks.add(path + ": " + time + " is shorter than it was");
            }
        }
        before.path("messages")
                .properties()
                .forEach(
                        message -> {
                            String where = path + "/" + message.getKey();
                            JsonNode other = after.path("messages").path(message.getKey());
                            if (other.isMissingNode()) {
                                breaks.add(where + ": is no longer told in this topic");
                            } else {
                                message(
                                        where,
                                        resolved(released, message.getValue()),
                                        resolved(present, other));
                            }
                        });
    }

    private void message(String path, JsonNode before, JsonNode after) {
        same(path, "name", before, after);
        same(path, "contentType", before, after);
        same(path, "correlationId", before, after);
        part(path + "#key", "/bindings/kafka/key", before, after);
        part(path + "#headers", "/headers", before, after);
        part(path, "/payload", before, after);
    }

    private void part(String path, String pointer, JsonNode before, JsonNode after) {
        breaks.addAll(
                SchemaChange.breaks(
                        path, released, before.at(pointer), present, after.at(pointer)));
    }

    private void same(String path, String field, JsonNode before, JsonNode after) {
        if (!before.path(field).equals(after.path(field))) {
            breaks.add(
                    "%s: %s was %s and is %s"
                            .formatted(path, field, before.path(field), after.path(field)));
        }
    }

    private static JsonNode resolved(JsonNode document, JsonNode reference) {
        return document.at(reference.path("$ref").asText().substring(1));
    }
}
