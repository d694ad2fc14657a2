package io.siterecovery.platform;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.platform.KubernetesFailure.Reason;
import java.io.IOException;

/** One line of a watch. */
sealed interface WatchEvent {

    record Stored(GenericKubernetesResource object) implements WatchEvent {}

    record Deleted(GenericKubernetesResource object) implements WatchEvent {}

    record Bookmark(String resourceVersion) implements WatchEvent {}

    record Failed(KubernetesFailure failure) implements WatchEvent {}

    static WatchEvent parse(byte[] line) {
        JsonNode event;
        try {
            event = KubernetesJson.mapper().readTree(line);
        } catch (IOException e) {
            throw new KubernetesFailure(Reason.OTHER, 0, "a watch event is not JSON");
        }
        JsonNode object = event.path("object");
        return switch (event.path("type").asText()) {
            case "ADDED", "MODIFIED" -> new Stored(KubernetesJson.object(object));
            case "DELETED" -> new Deleted(KubernetesJson.object(object));
            case "BOOKMARK" ->
                    new Bookmark(object.path("metadata").path("resourceVersion").asText());
            case "ERROR" ->
                    new Failed(ApiAnswers.failure(object.path("code").asInt(), object.toString()));
            default ->
                    new Failed(
                            new KubernetesFailure(
                                    Reason.OTHER,
                                    0,
                                    "unknown watch event " + event.path("type").asText()));
        };
    }
}
