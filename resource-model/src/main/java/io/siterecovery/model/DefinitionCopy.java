package io.siterecovery.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Predicate;

/**
 * The definition of a VM, claim or volume as it stands on the other site: the same thing to its
 * guest, halted and unbound, and nothing in it that ties it to the cluster it was read from.
 */
public final class DefinitionCopy {

    /** With them, the Git tool of the other site would adopt the copy, and prune it. */
    private static final List<String> TRACKING =
            List.of(
                    "argocd.argoproj.io/",
                    "app.kubernetes.io/instance",
                    "kustomize.toolkit.fluxcd.io/",
                    "helm.toolkit.fluxcd.io/");

    private static final List<String> BINDING =
            List.of(
                    "pv.kubernetes.io/bind-completed",
                    "pv.kubernetes.io/bound-by-controller",
                    "volume.kubernetes.io/",
                    "volume.beta.kubernetes.io/");

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    /**
     * Halted, with the strategy to start it by in {@link ApiGroups#RUN_STRATEGY}. Disks are named
     * by their claims: a template would make CDI create empty ones.
     */
    public static ObjectNode ofVirtualMachine(JsonNode source) {
        ObjectNode copy = withoutTies(source);
        ObjectNode spec = copy.withObject("/spec");
        spec.remove("dataVolumeTemplates");
        for (JsonNode volume : spec.path("template").path("spec").path("volumes")) {
            if (volume instanceof ObjectNode disk
                    && disk.get("dataVolume") instanceof ObjectNode d) {
                disk.remove("dataVolume");
                disk.putObject("persistentVolumeClaim").set("claimName", d.get("name"));
            }
        }
        JsonNode strategy = spec.get("runStrategy");
        if (strategy == null) {
            spec.put("running", false);
        } else if (!strategy.asText().equals("Halted")) {
            copy.withObject("/metadata/annotations").set(ApiGroups.RUN_STRATEGY, strategy);
            spec.put("runStrategy", "Halted");
        }
        return copy;
    }

    /** Unbound: the CSI driver binds it to the replica when the VM starts there. */
    public static ObjectNode ofClaim(JsonNode source) {
        ObjectNode copy = withoutTies(source);
        copy.withObject("/spec").remove(List.of("volumeName", "dataSource", "dataSourceRef"));
        return copy;
    }

    /**
     * Reserved for its claim by name, since the claim has another uid there, and retained: deleting
     * the copy must not delete the replicated data.
     */
    public static ObjectNode ofVolume(JsonNode source) {
        ObjectNode copy = withoutTies(source);
        ObjectNode spec = copy.withObject("/spec");
        // Names the nodes and zones of the source.
        spec.remove("nodeAffinity");
        spec.put("persistentVolumeReclaimPolicy", "Retain");
        JsonNode claim = source.at("/spec/claimRef");
        ObjectNode reserved = spec.putObject("claimRef");
        reserved.put("kind", "PersistentVolumeClaim");
        reserved.set("namespace", claim.path("namespace"));
        reserved.set("name", claim.path("name"));
        return copy;
    }

    private static ObjectNode withoutTies(JsonNode source) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.set("apiVersion", source.path("apiVersion"));
        copy.set("kind", source.path("kind"));
        ObjectNode metadata = copy.putObject("metadata");
        JsonNode from = source.path("metadata");
        for (String kept : List.of("name", "namespace")) {
            if (from.has(kept)) {
                metadata.set(kept, from.get(kept));
            }
        }
        keep(metadata, from, "labels", key -> !startsWithAny(key, TRACKING));
        keep(metadata, from, "annotations", DefinitionCopy::isKeptAnnotation);
        copy.set("spec", source.path("spec").deepCopy());
        return copy;
    }

    private static boolean isKeptAnnotation(String key) {
        return !startsWithAny(key, TRACKING)
                && !startsWithAny(key, BINDING)
                && !key.equals(LAST_APPLIED)
                && !key.equals(ApiGroups.CLAIM);
    }

    private static void keep(
            ObjectNode metadata, JsonNode from, String field, Predicate<String> kept) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        from.path(field)
                .properties()
                .forEach(
                        entry -> {
                            if (kept.test(entry.getKey())) {
                                out.set(entry.getKey(), entry.getValue());
                            }
                        });
        if (!out.isEmpty()) {
            metadata.set(field, out);
        }
    }

    private static boolean startsWithAny(String key, List<String> prefixes) {
        return prefixes.stream().anyMatch(key::startsWith);
    }

    private DefinitionCopy() {}
}
