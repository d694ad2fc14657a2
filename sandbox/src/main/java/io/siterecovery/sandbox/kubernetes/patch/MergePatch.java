package io.siterecovery.sandbox.kubernetes.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;

/** RFC 7386: objects merge, null removes, everything else replaces. */
public final class MergePatch {
    private MergePatch() {}

    /** Changes the target in place where it is an object. */
    public static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch.deepCopy();
        }
        ObjectNode result = target instanceof ObjectNode object ? object : Json.object();
        changes.properties()
                .forEach(
                        change -> {
                            if (change.getValue().isNull()) {
                                result.remove(change.getKey());
                            } else {
                                result.set(
                                        change.getKey(),
                                        apply(result.path(change.getKey()), change.getValue()));
                            }
                        });
        return result;
    }
}
