package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.schema.CustomSchema;
import io.siterecovery.sandbox.kubernetes.schema.SchemaNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** CustomResourceDefinitions: served from the moment they are stored, so established at once. */
final class DefinitionStrategy implements Strategy {
    @Override
    public boolean countsGenerations() {
        return true;
    }

    @Override
    public void prepareCreate(ObjectNode object) {
        object.remove("status");
        defaults(object);
        ObjectNode status = object.putObject("status");
        ArrayNode conditions = status.putArray("conditions");
        condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found");
        condition(
                conditions,
                "Established",
                "InitialNamesAccepted",
                "the initial names have been accepted");
        status.set("acceptedNames", object.path("spec").path("names").deepCopy());
        status.putArray("storedVersions").add(CustomResources.storageVersion(object.path("spec")));
    }

    @Override
    public void prepareUpdate(ObjectNode object, ObjectNode before) {
        defaults(object);
        ObjectNode status = Json.child(object, "status");
        status.set("acceptedNames", object.path("spec").path("names").deepCopy());
        Set<String> versions =
                new TreeSet<>(Json.strings(before.path("status").path("storedVersions")));
        versions.add(CustomResources.storageVersion(object.path("spec")));
        status.set("storedVersions", Json.arrayOf(versions));
    }

    @Override
    public List<FieldError> validate(ObjectNode object, @Nullable ObjectNode before) {
        List<FieldError> errors = new ArrayList<>();
        JsonNode spec = object.path("spec");
        JsonNode names = spec.path("names");
        String expected = Json.text(names, "plural") + "." + Json.text(spec, "group");
        String name = Json.text(object, "metadata", "name");
        if (!name.equals(expected)) {
            errors.add(
                    FieldError.invalid(
                            "metadata.name",
                            FieldError.quoted(name),
                            "must be spec.names.plural+\".\"+spec.group"));
        }
        for (String field : List.of("plural", "kind")) {
            if (Json.text(names, field).isEmpty()) {
                errors.add(FieldError.required("spec.names." + field, ""));
            }
        }
        if (!Set.of("Namespaced", "Cluster").contains(Json.text(spec, "scope"))) {
            errors.add(
                    FieldError.notSupported(
                            "spec.scope", spec.path("scope"), List.of("Cluster", "Namespaced")));
        }
        if (CustomResources.storageVersion(spec).isEmpty()) {
            errors.add(
                    FieldError.invalid(
                            "spec.versions",
                            "[]",
                            "must have exactly one version marked as storage version"));
        }
        schemas(spec, errors);
        return errors;
    }

    private static void schemas(JsonNode spec, List<FieldError> errors) {
        int index = 0;
        for (JsonNode version : spec.path("versions")) {
            String at = "spec.versions[" + index++ + "].schema.openAPIV3Schema";
            JsonNode schema = version.path("schema").path("openAPIV3Schema");
            if (!schema.isObject()) {
                errors.add(FieldError.required(at, "schemas are required"));
                continue;
            }
            try {
                CustomSchema.parse(schema);
            } catch (SchemaNode.Unusable e) {
                FieldError error = e.error();
                errors.add(
                        new FieldError(error.reason(), at + "." + error.field(), error.message()));
            }
        }
    }

    private static void defaults(ObjectNode object) {
        ObjectNode spec = Json.child(object, "spec");
        ObjectNode names = Json.child(spec, "names");
        String kind = Json.text(names, "kind");
        if (Json.text(names, "singular").isEmpty()) {
            names.put("singular", kind.toLowerCase(Locale.ROOT));
        }
        if (Json.text(names, "listKind").isEmpty()) {
            names.put("listKind", kind + "List");
        }
        if (!spec.has("conversion")) {
            spec.putObject("conversion").put("strategy", "None");
        }
    }

    private static void condition(
            ArrayNode conditions, String type, String reason, String message) {
        conditions
                .addObject()
                .put("type", type)
                .put("status", "True")
                .put("lastTransitionTime", Metadata.now())
                .put("reason", reason)
                .put("message", message);
    }
}
