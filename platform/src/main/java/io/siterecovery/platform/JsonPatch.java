package io.siterecovery.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Patch (RFC 6902). Its tests are the guard of a write: if one does not hold where the write
 * lands, nothing of it happens and the call fails with {@link KubernetesFailure.Reason#CONFLICT}.
 */
public final class JsonPatch {

    private final ArrayNode operations = KubernetesJson.mapper().createArrayNode();
    private boolean guarded;

    public static JsonPatch create() {
        return new JsonPatch();
    }

    public JsonPatch test(String path, @Nullable Object value) {
        guarded = true;
        return operation("test", path).value(value);
    }

    /** Tests that the object is still the one that was observed. */
    public JsonPatch testVersion(String resourceVersion) {
        return test("/metadata/resourceVersion", resourceVersion);
    }

    public JsonPatch add(String path, @Nullable Object value) {
        return operation("add", path).value(value);
    }

    public JsonPatch replace(String path, @Nullable Object value) {
        return operation("replace", path).value(value);
    }

    public JsonPatch remove(String path) {
        return operation("remove", path);
    }

    /** One step of a path: {@code siterecovery.trilio.io/claim} has a slash that must not split. */
    public static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    public JsonNode toJson() {
        return operations.deepCopy();
    }

    boolean isGuarded() {
        return guarded;
    }

    @Override
    public String toString() {
        return operations.toString();
    }

    private JsonPatch operation(String op, String path) {
        operations.addObject().put("op", op).put("path", path);
        return this;
    }

    private JsonPatch value(@Nullable Object value) {
        ObjectNode last = (ObjectNode) operations.get(operations.size() - 1);
        last.set("value", KubernetesJson.mapper().valueToTree(value));
        return this;
    }

    private JsonPatch() {}
}
