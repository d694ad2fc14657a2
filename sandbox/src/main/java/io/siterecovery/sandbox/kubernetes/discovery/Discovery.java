package io.siterecovery.sandbox.kubernetes.discovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiCatalog;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.Reviews;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is served, in the plain and in the aggregated form that newer kubectl asks for. */
public final class Discovery {
    private static final List<String> VERBS =
            List.of(
                    "create",
                    "delete",
                    "deletecollection",
                    "get",
                    "list",
                    "patch",
                    "update",
                    "watch");
    private static final List<String> STATUS_VERBS = List.of("get", "patch", "update");

    private static final String TOKEN_GROUP = "authentication.k8s.io";

    private final ApiCatalog catalog;

    public Discovery(ApiCatalog catalog) {
        this.catalog = catalog;
    }

    public static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "32")
                .put("gitVersion", "v1.32.0")
                .put("gitCommit", "embedded")
                .put("gitTreeState", "clean")
                .put("buildDate", "2024-12-11T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "javac")
                .put("platform", "linux/amd64");
    }

    public ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return versions;
    }

    public ObjectNode groupList() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        groups().forEach((name, versions) -> groups.add(describe(name, versions)));
        return list;
    }

    /** Null-free: an unknown group has no versions. */
    public ObjectNode group(String name) {
        return describe(name, groups().getOrDefault(name, List.of()))
                .put("kind", "APIGroup")
                .put("apiVersion", "v1");
    }

    public boolean serves(String group, String version) {
        return (group.isEmpty() && version.equals("v1"))
                || groups().getOrDefault(group, List.of()).contains(version);
    }

    public boolean serves(String group) {
        return groups().containsKey(group);
    }

    public ObjectNode resources(String group, String version) {
        ObjectNode list =
                Json.object()
                        .put("kind", "APIResourceList")
                        .put("apiVersion", "v1")
                        .put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (ApiResource resource : catalog.of(group, version)) {
            ObjectNode entry =
                    resources
                            .addObject()
                            .put("name", resource.plural())
                            .put("singularName", resource.names().singular())
                            .put("namespaced", resource.namespaced())
                            .put("kind", resource.kind());
            entry.set("verbs", Json.arrayOf(VERBS));
            if (!resource.names().shortNames().isEmpty()) {
                entry.set("shortNames", Json.arrayOf(resource.names().shortNames()));
            }
            if (!resource.names().categories().isEmpty()) {
                entry.set("categories", Json.arrayOf(resource.names().categories()));
            }
            if (resource.statusSubresource()) {
                resources
                        .addObject()
                        .put("name", resource.plural() + "/status")
                        .put("singularName", "")
                        .put("namespaced", resource.namespaced())
                        .put("kind", resource.kind())
                        .set("verbs", Json.arrayOf(STATUS_VERBS));
            }
            if (issuesTokens(resource)) {
                resources
                        .addObject()
                        .put("name", resource.plural() + "/token")
                        .put("singularName", "")
                        .put("namespaced", true)
                        .put("group", TOKEN_GROUP)
                        .put("version", "v1")
                        .put("kind", "TokenRequest")
                        .putArray("verbs")
                        .add("create");
            }
        }
        for (Reviews review : Reviews.values()) {
            if (review.group().equals(group)) {
                resources
                        .addObject()
                        .put("name", review.plural())
                        .put("singularName", "")
                        .put("namespaced", review.namespaced())
                        .put("kind", review.kind())
                        .putArray("verbs")
                        .add("create");
            }
        }
        return list;
    }

    /** {@code APIGroupDiscoveryList} of the core group, or of all others. */
    public ObjectNode aggregated(boolean core, String listVersion) {
        ObjectNode list =
                Json.object()
                        .put("kind", "APIGroupDiscoveryList")
                        .put("apiVersion", "apidiscovery.k8s.io/" + listVersion);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        Map<String, List<String>> groups = core ? Map.of("", List.of("v1")) : groups();
        groups.forEach(
                (group, versions) -> {
                    ObjectNode item = items.addObject();
                    ObjectNode meta = item.putObject("metadata");
                    if (!group.isEmpty()) {
                        meta.put("name", group);
                    }
                    ArrayNode listed = item.putArray("versions");
                    versions.forEach(version -> listed.add(aggregatedVersion(group, version)));
                });
        return list;
    }

    private ObjectNode aggregatedVersion(String group, String version) {
        ObjectNode result = Json.object().put("version", version).put("freshness", "Current");
        ArrayNode resources = result.putArray("resources");
        for (ApiResource resource : catalog.of(group, version)) {
            ObjectNode entry =
                    entry(resource.plural(), resource.kind(), group, version, resource.namespaced())
                            .put("singularResource", resource.names().singular());
            entry.set("verbs", Json.arrayOf(VERBS));
            if (!resource.names().shortNames().isEmpty()) {
                entry.set("shortNames", Json.arrayOf(resource.names().shortNames()));
            }
            if (!resource.names().categories().isEmpty()) {
                entry.set("categories", Json.arrayOf(resource.names().categories()));
            }
            if (resource.statusSubresource()) {
                ObjectNode sub =
                        entry.putArray("subresources").addObject().put("subresource", "status");
                sub.set("responseKind", kind(group, version, resource.kind()));
                sub.set("verbs", Json.arrayOf(STATUS_VERBS));
            }
            if (issuesTokens(resource)) {
                ObjectNode sub =
                        entry.putArray("subresources").addObject().put("subresource", "token");
                sub.set("responseKind", kind(TOKEN_GROUP, "v1", "TokenRequest"));
                sub.putArray("verbs").add("create");
            }
            resources.add(entry);
        }
        for (Reviews review : Reviews.values()) {
            if (review.group().equals(group)) {
                ObjectNode entry =
                        entry(review.plural(), review.kind(), group, version, review.namespaced());
                entry.put("singularResource", "").putArray("verbs").add("create");
                resources.add(entry);
            }
        }
        return result;
    }

    private static boolean issuesTokens(ApiResource resource) {
        return resource.group().isEmpty() && resource.plural().equals("serviceaccounts");
    }

    private static ObjectNode entry(
            String plural, String kind, String group, String version, boolean namespaced) {
        ObjectNode entry = Json.object().put("resource", plural);
        entry.set("responseKind", kind(group, version, kind));
        return entry.put("scope", namespaced ? "Namespaced" : "Cluster");
    }

    private static ObjectNode kind(String group, String version, String kind) {
        return Json.object().put("group", group).put("version", version).put("kind", kind);
    }

    private Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new TreeMap<>(catalog.versionsByGroup());
        groups.remove("");
        Reviews.groups().forEach(group -> groups.putIfAbsent(group, List.of(Reviews.VERSION)));
        return groups;
    }

    private static ObjectNode describe(String name, List<String> versions) {
        ObjectNode group = Json.object().put("name", name);
        ArrayNode listed = group.putArray("versions");
        for (String version : versions) {
            listed.addObject().put("groupVersion", name + "/" + version).put("version", version);
        }
        if (!versions.isEmpty()) {
            group.putObject("preferredVersion")
                    .put("groupVersion", name + "/" + versions.getFirst())
                    .put("version", versions.getFirst());
        }
        return group;
    }
}
