package io.siterecovery.sandbox.kubernetes.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All resources served at one moment. Immutable: a CRD makes a new catalog. */
public final class ApiCatalog {
    private final Map<String, ApiResource> byPath;
    private final Map<String, List<String>> versionsByGroup;

    public ApiCatalog(List<ApiResource> resources) {
        byPath = new LinkedHashMap<>();
        Map<String, List<String>> versions = new TreeMap<>();
        for (ApiResource resource : resources) {
            byPath.put(path(resource.group(), resource.version(), resource.plural()), resource);
            List<String> known = versions.computeIfAbsent(resource.group(), g -> new ArrayList<>());
            if (!known.contains(resource.version())) {
                known.add(resource.version());
            }
        }
        versions.values().forEach(list -> list.sort(VERSION_PRIORITY));
        versionsByGroup = versions;
    }

    public @Nullable ApiResource find(String group, String version, String plural) {
        return byPath.get(path(group, version, plural));
    }

    public @Nullable ApiResource findKind(String apiVersion, String kind) {
        return byPath.values().stream()
                .filter(r -> r.apiVersion().equals(apiVersion) && r.kind().equals(kind))
                .findFirst()
                .orElse(null);
    }

    public List<ApiResource> all() {
        return List.copyOf(byPath.values());
    }

    public List<ApiResource> of(String group, String version) {
        return byPath.values().stream()
                .filter(r -> r.group().equals(group) && r.version().equals(version))
                .toList();
    }

    /** Named groups (without the core group), each with its versions, preferred first. */
    public Map<String, List<String>> versionsByGroup() {
        return versionsByGroup;
    }

    private static String path(String group, String version, String plural) {
        return group + "/" + version + "/" + plural;
    }

    /** v2 before v1 before v1beta1 before v1alpha1, then by name. */
    private static final Comparator<String> VERSION_PRIORITY =
            Comparator.comparingInt(ApiCatalog::stability)
                    .thenComparing(Comparator.comparingLong(ApiCatalog::major).reversed())
                    .thenComparing(Comparator.naturalOrder());

    private static int stability(String version) {
        if (version.matches("v\\d+")) {
            return 0;
        }
        if (version.matches("v\\d+beta\\d+")) {
            return 1;
        }
        return version.matches("v\\d+alpha\\d+") ? 2 : 3;
    }

    private static long major(String version) {
        String digits = version.replaceAll("^v(\\d{1,9}).*$", "$1");
        return digits.matches("\\d{1,9}") ? Long.parseLong(digits) : 0;
    }
}
