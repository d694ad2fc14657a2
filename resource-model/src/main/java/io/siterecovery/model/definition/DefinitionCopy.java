package io.siterecovery.model.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The definition of a VM, of its disks and of what it refers to, as it stands on the other site:
 * the same thing to its guest, halted and unbound, and nothing in it that ties it to the cluster it
 * was read from.
 */
public final class DefinitionCopy {

    /**
     * In what a copy differs from its source on purpose.
     *
     * @param storageClasses name at the source to name at the other site; others keep theirs
     * @param macs interface name to the MAC address that the running guest has, for interfaces that
     *     the definition leaves open
     */
    public record Adaptation(Map<String, String> storageClasses, Map<String, String> macs) {

        public static final Adaptation NONE = new Adaptation(Map.of(), Map.of());

        public Adaptation {
            storageClasses = Map.copyOf(storageClasses);
            macs = Map.copyOf(macs);
        }
    }

    /** With them, the Git tool of the other site would adopt the copy, and prune it. */
    private static final List<String> TRACKING =
            List.of(
                    "argocd.argoproj.io/",
                    "app.kubernetes.io/instance",
                    "kustomize.toolkit.fluxcd.io/",
                    "helm.toolkit.fluxcd.io/");

    /** Notes that controllers of the source's cluster made for themselves. */
    private static final List<String> BOOKKEEPING =
            List.of(
                    "pv.kubernetes.io/bind-completed",
                    "pv.kubernetes.io/bound-by-controller",
                    "volume.kubernetes.io/",
                    "volume.beta.kubernetes.io/",
                    "cdi.kubevirt.io/",
                    "kubevirt.io/latest-observed-api-version",
                    "kubevirt.io/storage-observed-api-version",
                    "kubevirt.io/controller-generation",
                    "kubemacpool.io/transaction-timestamp",
                    "kubectl.kubernetes.io/last-applied-configuration");

    /** Where an object of each kind keeps what it says. */
    private static final List<String> CONTENT =
            List.of(
                    "spec",
                    "type",
                    "data",
                    "stringData",
                    "binaryData",
                    "immutable",
                    "revision",
                    "automountServiceAccountToken");

    private static final int DIGEST_BYTES = 12;

    private static final JsonMapper CANONICAL =
            JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    private static final String TOKEN = "kubernetes.io/service-account-token";

    /** What is to stand on the other site for a source. */
    public static ObjectNode of(ResourceKind kind, JsonNode source, Adaptation adaptation) {
        ObjectNode copy = asItIs(kind, source);
        if (kind.equals(ResourceKind.VIRTUAL_MACHINE)) {
            giveMacs(copy, adaptation.macs());
        } else if (kind.equals(ResourceKind.PERSISTENT_VOLUME_CLAIM)) {
            renameClass(copy, adaptation.storageClasses());
        } else if (kind.equals(ResourceKind.PERSISTENT_VOLUME)) {
            renameClass(copy, adaptation.storageClasses());
            // Deleting the copy must not delete the replicated data.
            copy.withObject("/spec").put("persistentVolumeReclaimPolicy", "Retain");
        }
        return copy;
    }

    /**
     * What an object says, in the form that copies have, so that two of them can be compared: what
     * belongs to one cluster is left out, and whether a VM is on.
     */
    public static ObjectNode asItIs(ResourceKind kind, JsonNode object) {
        ObjectNode copy = withoutTies(kind, object);
        if (kind.equals(ResourceKind.VIRTUAL_MACHINE)) {
            halt(copy);
        } else if (kind.equals(ResourceKind.PERSISTENT_VOLUME_CLAIM)) {
            // The CSI driver binds it to the replica when the VM starts there.
            copy.withObject("/spec").remove(List.of("volumeName", "dataSource", "dataSourceRef"));
        } else if (kind.equals(ResourceKind.PERSISTENT_VOLUME)) {
            reserve(copy, object);
        } else if (kind.equals(ResourceKind.SERVICE_ACCOUNT)) {
            // Tokens of the source's cluster open nothing at the other.
            copy.remove("secrets");
        }
        return copy;
    }

    /**
     * What an object says of all that the wanted one speaks of: labels and annotations that its own
     * cluster gave it besides are its own affair.
     */
    public static ObjectNode comparedWith(ObjectNode wanted, ResourceKind kind, JsonNode found) {
        ObjectNode form = asItIs(kind, found);
        for (String field : List.of("labels", "annotations")) {
            if (form.at("/metadata/" + field) instanceof ObjectNode known) {
                JsonNode spokenOf = wanted.at("/metadata/" + field);
                known.retain(spokenOf.properties().stream().map(Map.Entry::getKey).toList());
                if (known.isEmpty()) {
                    form.withObject("/metadata").remove(field);
                }
            }
        }
        return form;
    }

    /** Why an object of this kind cannot be used by another cluster at all; empty if it can. */
    public static String uselessElsewhere(JsonNode source) {
        return source.path("type").asText().equals(TOKEN)
                ? "it holds a token of the cluster it was made by"
                : "";
    }

    /** Equal for two objects that say the same. */
    public static String digest(ResourceKind kind, JsonNode object) {
        try {
            Object tree = CANONICAL.treeToValue(asItIs(kind, object), Object.class);
            byte[] whole =
                    MessageDigest.getInstance("SHA-256").digest(CANONICAL.writeValueAsBytes(tree));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Arrays.copyOf(whole, DIGEST_BYTES));
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Halted, with the strategy to start it by in {@link ApiGroups#RUN_STRATEGY}. Disks are named
     * by their claims: a template would make CDI create empty ones.
     */
    private static void halt(ObjectNode copy) {
        ObjectNode spec = copy.withObject("/spec");
        spec.remove("dataVolumeTemplates");
        for (JsonNode volume : spec.path("template").path("spec").path("volumes")) {
            if (volume instanceof ObjectNode disk
                    && disk.get("dataVolume") instanceof ObjectNode d) {
                disk.remove("dataVolume");
                disk.putObject("persistentVolumeClaim").put("claimName", d.path("name").asText());
            }
        }
        JsonNode strategy = spec.get("runStrategy");
        if (strategy == null) {
            spec.put("running", false);
        } else if (!strategy.asText().equals("Halted")) {
            copy.withObject("/metadata/annotations").set(ApiGroups.RUN_STRATEGY, strategy);
            spec.put("runStrategy", "Halted");
        }
    }

    private static void giveMacs(ObjectNode vm, Map<String, String> macs) {
        for (JsonNode each : vm.at("/spec/template/spec/domain/devices/interfaces")) {
            String mac = macs.get(each.path("name").asText());
            if (mac != null && each instanceof ObjectNode nic && !nic.has("macAddress")) {
                nic.put("macAddress", mac);
            }
        }
    }

    private static void renameClass(ObjectNode copy, Map<String, String> classes) {
        ObjectNode spec = copy.withObject("/spec");
        String other = classes.get(spec.path("storageClassName").asText());
        if (other != null) {
            spec.put("storageClassName", other);
        }
    }

    /** Reserved for its claim by name, since the claim has another uid at each site. */
    private static void reserve(ObjectNode copy, JsonNode source) {
        ObjectNode spec = copy.withObject("/spec");
        // Names the nodes and zones of the source.
        spec.remove("nodeAffinity");
        JsonNode claim = source.at("/spec/claimRef");
        if (!claim.has("name")) {
            spec.remove("claimRef");
            return;
        }
        ObjectNode reserved = spec.putObject("claimRef");
        reserved.put("kind", "PersistentVolumeClaim");
        reserved.put("namespace", claim.path("namespace").asText());
        reserved.put("name", claim.path("name").asText());
    }

    private static ObjectNode withoutTies(ResourceKind kind, JsonNode source) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.put("apiVersion", kind.apiVersion());
        copy.put("kind", kind.kind());
        ObjectNode metadata = copy.putObject("metadata");
        JsonNode from = source.path("metadata");
        for (String kept : List.of("name", "namespace")) {
            if (from.has(kept)) {
                metadata.set(kept, from.get(kept));
            }
        }
        keep(metadata, from, "labels", DefinitionCopy::isKeptLabel);
        keep(metadata, from, "annotations", DefinitionCopy::isKeptAnnotation);
        for (String field : CONTENT) {
            if (source.has(field)) {
                copy.set(field, source.get(field).deepCopy());
            }
        }
        return copy;
    }

    private static boolean isKeptLabel(String key) {
        return !startsWithAny(key, TRACKING) && !startsWithAny(key, BOOKKEEPING);
    }

    private static boolean isKeptAnnotation(String key) {
        boolean ours = key.startsWith(ApiGroups.PREFIX) && !key.equals(ApiGroups.RUN_STRATEGY);
        return isKeptLabel(key) && !ours;
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
