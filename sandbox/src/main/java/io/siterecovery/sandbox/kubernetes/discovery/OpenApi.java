package io.siterecovery.sandbox.kubernetes.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiCatalog;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.schema.CustomSchema;
import io.siterecovery.sandbox.kubernetes.schema.ModelShape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * OpenAPI v3 documents, one per group and version: as much as kubectl reads before it applies (does
 * PATCH take {@code fieldValidation}?) and for {@code explain}.
 */
public final class OpenApi {
    /** What client-go asks for {@code /openapi/v2}. */
    public static final String V2_PROTOBUF =
            "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    private static final String V2 = "2.0";

    private final ApiCatalog catalog;

    public OpenApi(ApiCatalog catalog) {
        this.catalog = catalog;
    }

    /** An OpenAPI v2 document that knows no schema: everything is in the v3 documents. */
    public static ObjectNode emptyV2() {
        ObjectNode document = Json.object().put("swagger", V2);
        document.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
        document.putObject("paths");
        document.putObject("definitions");
        return document;
    }

    /** The same as far as protobuf needs it: field 1, the version of the format. */
    public static byte[] emptyV2Protobuf() {
        return ("\n\003" + V2).getBytes(StandardCharsets.US_ASCII);
    }

    public ObjectNode index() {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        for (String prefix : prefixes()) {
            String hash = Integer.toHexString(state(prefix));
            paths.putObject(prefix)
                    .put("serverRelativeURL", "/openapi/v3/" + prefix + "?hash=" + hash);
        }
        return index;
    }

    /**
     * @param prefix as in the index: {@code api/v1} or {@code apis/<group>/<version>}
     */
    public ObjectNode document(String prefix) {
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        for (ApiResource resource : catalog.all()) {
            if (prefix(resource).equals(prefix)) {
                addPaths(paths, resource);
                schemas.set(schemaName(resource), schema(resource, schemas));
            }
        }
        return document;
    }

    public boolean has(String prefix) {
        return prefixes().contains(prefix);
    }

    /** Changes when the document does: that of a built-in group never does. */
    private int state(String prefix) {
        List<JsonNode> schemas = new ArrayList<>();
        for (ApiResource resource : catalog.all()) {
            CustomSchema schema = resource.schema();
            if (schema != null && prefix(resource).equals(prefix)) {
                schemas.add(schema.raw());
            }
        }
        return schemas.hashCode();
    }

    private List<String> prefixes() {
        List<String> prefixes = new ArrayList<>();
        for (ApiResource resource : catalog.all()) {
            if (!prefixes.contains(prefix(resource))) {
                prefixes.add(prefix(resource));
            }
        }
        return prefixes;
    }

    private static String prefix(ApiResource resource) {
        return resource.group().isEmpty()
                ? "api/" + resource.version()
                : "apis/" + resource.group() + "/" + resource.version();
    }

    private static void addPaths(ObjectNode paths, ApiResource resource) {
        String collection =
                "/"
                        + prefix(resource)
                        + (resource.namespaced() ? "/namespaces/{namespace}/" : "/")
                        + resource.plural();
        ObjectNode many = paths.putObject(collection);
        many.set("get", operation(resource, "list"));
        many.set("post", writing(resource, "post", List.of("application/json")));
        ObjectNode one = paths.putObject(collection + "/{name}");
        one.set("get", operation(resource, "get"));
        one.set("put", writing(resource, "put", List.of("application/json")));
        one.set("delete", operation(resource, "delete"));
        // kubectl computes the patches of built-in kinds from its own Go types when the document
        // does not claim to know their merge keys, and ours does not.
        one.set(
                "patch",
                writing(
                        resource,
                        "patch",
                        List.of("application/json-patch+json", "application/merge-patch+json")));
    }

    private static ObjectNode writing(ApiResource resource, String action, List<String> types) {
        ObjectNode operation = operation(resource, action);
        for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
            ObjectNode parameter = operation.withArray("parameters").addObject().put("name", name);
            parameter.put("in", "query");
            parameter.putObject("schema").put("type", "string").put("uniqueItems", true);
        }
        ObjectNode content = operation.putObject("requestBody").putObject("content");
        types.forEach(type -> content.set(type, reference(resource)));
        return operation;
    }

    private static ObjectNode operation(ApiResource resource, String action) {
        ObjectNode operation = Json.object();
        ObjectNode ok = operation.putObject("responses").putObject("200").put("description", "OK");
        ok.putObject("content").set("application/json", reference(resource));
        operation.put("x-kubernetes-action", action);
        operation.set("x-kubernetes-group-version-kind", kind(resource));
        return operation;
    }

    private static ObjectNode reference(ApiResource resource) {
        ObjectNode media = Json.object();
        media.putObject("schema").put("$ref", "#/components/schemas/" + schemaName(resource));
        return media;
    }

    private static ObjectNode schema(ApiResource resource, ObjectNode components) {
        ModelShape model = ModelShape.of(resource).orElse(null);
        if (model != null) {
            ObjectNode schema = ModelSchemas.of(model, components);
            schema.putArray("x-kubernetes-group-version-kind").add(kind(resource));
            return schema;
        }
        CustomSchema custom = resource.schema();
        ObjectNode schema =
                custom != null && custom.raw().deepCopy() instanceof ObjectNode copy
                        ? copy
                        : Json.object().put("type", "object");
        ObjectNode properties = Json.child(schema, "properties");
        describe(properties, "apiVersion", "string", "The version of this representation.");
        describe(properties, "kind", "string", "The kind of the object.");
        describe(properties, "metadata", "object", "Standard object's metadata.");
        schema.putArray("x-kubernetes-group-version-kind").add(kind(resource));
        return schema;
    }

    private static void describe(
            ObjectNode properties, String name, String type, String description) {
        JsonNode known = properties.path(name).path("description");
        ObjectNode property = Json.child(properties, name);
        property.put("type", type);
        if (known.isMissingNode()) {
            property.put("description", description);
        }
    }

    private static ObjectNode kind(ApiResource resource) {
        return Json.object()
                .put("group", resource.group())
                .put("kind", resource.kind())
                .put("version", resource.version());
    }

    private static String schemaName(ApiResource resource) {
        List<String> labels =
                new ArrayList<>(
                        Arrays.asList(
                                (resource.group().isEmpty() ? "core.api.k8s.io" : resource.group())
                                        .split("\\.", -1)));
        return String.join(".", labels.reversed())
                + "."
                + resource.version()
                + "."
                + resource.kind();
    }
}
