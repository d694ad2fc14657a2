package io.siterecovery.tenants.adapter;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.tenants.core.Manifests;
import io.siterecovery.tenants.core.Manifests.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Objects on the quorum cluster, read and made. To be called where awaiting is allowed. */
public record Quorum(KubernetesCluster cluster) {

    public Optional<JsonNode> get(ResourceKind kind, String namespace, String name) {
        return await(cluster.get(kind, namespace, name)).map(KubernetesJson::tree);
    }

    /** Makes it unless one of its name is there; whether it did. */
    public boolean create(Manifest manifest) {
        try {
            await(cluster.create(manifest.kind(), KubernetesJson.object(manifest.object())));
            return true;
        } catch (KubernetesFailure e) {
            if (e.reason() == Reason.ALREADY_EXISTS) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Makes it, or brings what is there to the same fields if it is ours. What somebody else made
     * under its name is left as it is. Writes nothing if nothing differs.
     */
    public void ensure(Manifest manifest) {
        Optional<JsonNode> present = get(manifest.kind(), manifest.namespace(), manifest.name());
        if (present.isEmpty()) {
            create(manifest);
        } else if (isOurs(present.get()) && !covers(present.get(), manifest.object())) {
            await(
                    cluster.mergePatch(
                            manifest.kind(),
                            manifest.namespace(),
                            manifest.name(),
                            manifest.object()));
        }
    }

    public void merge(ResourceKind kind, String namespace, String name, ObjectNode patch) {
        await(cluster.mergePatch(kind, namespace, name, patch));
    }

    /** Deletes it if it is there. */
    public void delete(ResourceKind kind, String namespace, String name) {
        try {
            await(cluster.delete(kind, namespace, name, null));
        } catch (KubernetesFailure e) {
            if (e.reason() != Reason.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** What a Secret holds, decoded; empty if there is none. */
    public Optional<Map<String, String>> secret(String namespace, String name) {
        return get(ResourceKind.SECRET, namespace, name).map(Quorum::decoded);
    }

    static boolean isOurs(JsonNode object) {
        return object.path("metadata")
                .path("labels")
                .path(Manifests.MANAGED_BY)
                .asText()
                .equals(Manifests.MANAGER);
    }

    private static Map<String, String> decoded(JsonNode secret) {
        Map<String, String> values = new TreeMap<>();
        secret.path("data")
                .properties()
                .forEach(
                        entry -> {
                            try {
                                byte[] bytes =
                                        Base64.getDecoder().decode(entry.getValue().asText());
                                values.put(
                                        entry.getKey(), new String(bytes, StandardCharsets.UTF_8));
                            } catch (IllegalArgumentException e) {
                                values.put(entry.getKey(), "");
                            }
                        });
        return values;
    }

    /** Whether everything that is wanted is so; what else there is does not matter. */
    static boolean covers(JsonNode present, JsonNode wanted) {
        if (wanted.isObject()) {
            return wanted.properties().stream()
                    .allMatch(field -> covers(present.path(field.getKey()), field.getValue()));
        }
        if (wanted.isArray()) {
            if (!present.isArray() || present.size() != wanted.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!covers(present.get(i), wanted.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return present.asText().equals(wanted.asText()) && present.isValueNode();
    }
}
