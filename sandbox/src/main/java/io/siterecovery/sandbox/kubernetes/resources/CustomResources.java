package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiCatalog;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.Conversion;
import io.siterecovery.sandbox.kubernetes.api.Strategy;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.print.CustomColumns;
import io.siterecovery.sandbox.kubernetes.schema.CustomSchema;
import io.siterecovery.sandbox.kubernetes.schema.SchemaNode;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the CustomResourceDefinitions in the store into served resources. */
final class CustomResources {
    static final String TABLE = "customresourcedefinitions.apiextensions.k8s.io";
    private static final Logger log = LoggerFactory.getLogger(CustomResources.class);

    private final ObjectStore store;
    private final ObjectTable definitions;
    private volatile Served served;

    /** The catalog as of one state of the definitions; {@code byVersion} saves compiling again. */
    private record Served(
            long definitionsAt, ApiCatalog catalog, Map<Long, List<ApiResource>> byVersion) {}

    CustomResources(ObjectStore store) {
        this.store = store;
        definitions = store.table(TABLE, List.of());
        served = new Served(-1, new ApiCatalog(BuiltIns.RESOURCES), Map.of());
    }

    ApiCatalog catalog() {
        Served known = served;
        long at = definitions.lastChange();
        if (known.definitionsAt() == at) {
            return known.catalog();
        }
        Map<Long, List<ApiResource>> byVersion = new HashMap<>();
        List<ApiResource> all = new ArrayList<>(BuiltIns.RESOURCES);
        for (Stored stored : store.list(definitions, "").objects()) {
            List<ApiResource> resources = known.byVersion().get(stored.resourceVersion());
            if (resources == null) {
                resources = resources(stored.copy());
            }
            byVersion.put(stored.resourceVersion(), resources);
            all.addAll(resources);
        }
        Served fresh = new Served(at, new ApiCatalog(all), byVersion);
        served = fresh;
        return fresh.catalog();
    }

    private static List<ApiResource> resources(ObjectNode definition) {
        JsonNode spec = definition.path("spec");
        String group = Json.text(spec, "group");
        String storage = storageVersion(spec);
        List<ApiResource> resources = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("served").asBoolean(false)) {
                try {
                    resources.add(resource(spec, group, version, storage));
                } catch (SchemaNode.Unusable e) {
                    log.atWarn()
                            .addKeyValue("group", group)
                            .addKeyValue("reason", e.getMessage())
                            .log("a stored definition cannot be served");
                }
            }
        }
        return resources;
    }

    private static ApiResource resource(
            JsonNode spec, String group, JsonNode version, String storage)
            throws SchemaNode.Unusable {
        String name = Json.text(version, "name");
        JsonNode names = spec.path("names");
        String plural = Json.text(names, "plural");
        boolean hasStatus = version.path("subresources").has("status");
        List<String> selectable = new ArrayList<>();
        version.path("selectableFields")
                .forEach(
                        field ->
                                selectable.add(
                                        Json.text(field, "jsonPath").replaceFirst("^\\.", "")));
        return new ApiResource(
                group,
                name,
                new ApiResource.Names(
                        Json.text(names, "kind"),
                        plural,
                        names.path("singular")
                                .asText(Json.text(names, "kind"))
                                .toLowerCase(Locale.ROOT),
                        Json.strings(names.path("shortNames")),
                        Json.strings(names.path("categories"))),
                Json.text(spec, "scope").equals("Namespaced"),
                hasStatus,
                plural + "." + group,
                selectable,
                CUSTOM,
                name.equals(storage)
                        ? Conversion.NONE
                        : Conversion.renaming(group + "/" + name, group + "/" + storage),
                CustomColumns.parse(version.path("additionalPrinterColumns")),
                CustomSchema.parse(version.path("schema").path("openAPIV3Schema")));
    }

    static String storageVersion(JsonNode spec) {
        for (JsonNode version : spec.path("versions")) {
            if (version.path("storage").asBoolean(false)) {
                return Json.text(version, "name");
            }
        }
        return "";
    }

    private static final Strategy CUSTOM =
            new Strategy() {
                @Override
                public boolean countsGenerations() {
                    return true;
                }

                @Override
                public boolean allowsUnconditionalUpdate() {
                    return false;
                }
            };
}
