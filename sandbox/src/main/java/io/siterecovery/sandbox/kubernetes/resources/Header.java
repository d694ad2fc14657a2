package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Whether the object in the body is the one that the URL talks about. */
final class Header {
    private static final List<String> TEXTS =
            List.of(
                    "name",
                    "generateName",
                    "namespace",
                    "uid",
                    "resourceVersion",
                    "creationTimestamp",
                    "deletionTimestamp");
    private static final List<String> TEXT_MAPS = List.of("labels", "annotations");

    private Header() {}

    static void check(Call call, ObjectNode object) {
        ApiResource resource = call.resource();
        kind(resource, object);
        if (object.has("metadata") && !object.path("metadata").isObject()) {
            throw ApiError.badRequest("metadata must be an object");
        }
        ObjectNode meta = Json.meta(object);
        types(resource, meta);
        if (!resource.namespaced()) {
            meta.remove("namespace");
        } else if (Json.text(meta, "namespace").isEmpty()) {
            meta.put("namespace", call.namespace());
        } else if (!Json.text(meta, "namespace").equals(call.namespace())) {
            throw ApiError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the"
                            + " request");
        }
        String name = Json.text(meta, "name");
        if (!call.name().isEmpty() && !name.isEmpty() && !name.equals(call.name())) {
            throw ApiError.badRequest(
                    "the name of the object ("
                            + name
                            + ") does not match the name on the URL ("
                            + call.name()
                            + ")");
        }
    }

    /** A changed object must still be the same one, in the version that its writer looked at. */
    static void checkSame(Call call, ObjectNode object, ObjectNode before) {
        check(call, object);
        JsonNode meta = object.path("metadata");
        JsonNode old = before.path("metadata");
        String version = Json.text(meta, "resourceVersion");
        if (!version.isEmpty() && !version.equals(Json.text(old, "resourceVersion"))) {
            throw ApiError.modified(call.resource(), call.name());
        }
        String uid = Json.text(meta, "uid");
        if (!uid.isEmpty() && !uid.equals(Json.text(old, "uid"))) {
            throw ApiError.conflict(
                    call.resource(),
                    call.name(),
                    "Precondition failed: UID in precondition: "
                            + uid
                            + ", UID in object meta: "
                            + Json.text(old, "uid"));
        }
    }

    private static void kind(ApiResource resource, ObjectNode object) {
        String apiVersion = Json.text(object, "apiVersion");
        String kind = Json.text(object, "kind");
        if (resource.custom() && (apiVersion.isEmpty() || kind.isEmpty())) {
            throw ApiError.badRequest("Object 'Kind' is missing in the request body");
        }
        if (!apiVersion.isEmpty() && !apiVersion.equals(resource.apiVersion())) {
            throw ApiError.badRequest(
                    "the API version in the data ("
                            + apiVersion
                            + ") does not match the expected API version ("
                            + resource.apiVersion()
                            + ")");
        }
        if (!kind.isEmpty() && !kind.equals(resource.kind())) {
            throw ApiError.badRequest(
                    kind
                            + " in version \""
                            + resource.version()
                            + "\" cannot be handled as a "
                            + resource.kind());
        }
        object.put("apiVersion", resource.apiVersion()).put("kind", resource.kind());
    }

    /** The fields that every object has; the rest of a built-in kind is its shape's to check. */
    private static void types(ApiResource resource, ObjectNode meta) {
        for (String field : TEXTS) {
            require(resource, meta.path(field), field, JsonNode::isTextual, "string");
        }
        for (String field : TEXT_MAPS) {
            require(resource, meta.path(field), field, JsonNode::isObject, "map[string]string");
            meta.path(field)
                    .forEach(v -> require(resource, v, field, JsonNode::isTextual, "string"));
        }
        require(resource, meta.path("finalizers"), "finalizers", JsonNode::isArray, "[]string");
        meta.path("finalizers")
                .forEach(v -> require(resource, v, "finalizers", JsonNode::isTextual, "string"));
        String owners = "ownerReferences";
        require(resource, meta.path(owners), owners, JsonNode::isArray, "[]v1.OwnerReference");
        for (JsonNode owner : meta.path(owners)) {
            require(resource, owner, owners, JsonNode::isObject, "v1.OwnerReference");
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                require(resource, owner.path(field), owners, JsonNode::isTextual, "string");
            }
        }
    }

    private static void require(
            ApiResource resource,
            JsonNode value,
            String field,
            Predicate<JsonNode> type,
            String name) {
        if (!value.isMissingNode() && !value.isNull() && !type.test(value)) {
            throw ApiError.badRequest(
                    "%s in version \"%s\" cannot be handled as a %s: json: cannot unmarshal %s into Go struct field ObjectMeta.metadata.%s of type %s"
                            .formatted(
                                    resource.kind(),
                                    resource.version(),
                                    resource.kind(),
                                    value.getNodeType().name().toLowerCase(Locale.ROOT),
                                    field,
                                    name));
        }
    }
}
