package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FenceFact;
import io.siterecovery.events.cluster.ObjectMeta;
import io.siterecovery.events.cluster.VirtualMachineFact;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an API server answered to a write of ours, as facts: the view need not wait until the watch
 * brings the same.
 */
final class Answers {

    static CustomResourceFact customResource(GenericKubernetesResource answer) {
        return new CustomResourceFact(
                meta(answer),
                Objects.requireNonNullElse(answer.getMetadata().getFinalizers(), List.of()),
                part(answer, "spec"),
                part(answer, "status"));
    }

    static FenceFact fence(GenericKubernetesResource answer) {
        Map<String, String> claims = new LinkedHashMap<>();
        part(answer, "data")
                .properties()
                .forEach(e -> claims.put(e.getKey(), e.getValue().asText()));
        return new FenceFact(meta(answer), claims);
    }

    /**
     * A VM after our patch: what we did not touch is as it was seen, which the patch has tested.
     */
    static VirtualMachineFact patched(VirtualMachineFact seen, GenericKubernetesResource answer) {
        JsonNode spec = part(answer, "spec");
        return new VirtualMachineFact(
                meta(answer),
                spec.hasNonNull("running") ? spec.get("running").asBoolean() : null,
                spec.hasNonNull("runStrategy") ? spec.get("runStrategy").asText() : null,
                seen.claims(),
                seen.unprotectable(),
                seen.printableStatus(),
                seen.definition());
    }

    static boolean isNotFound(Throwable failure) {
        return failure instanceof KubernetesFailure f && f.reason() == Reason.NOT_FOUND;
    }

    static GenericKubernetesResource object(
            ResourceKind kind,
            String namespace,
            String name,
            Map<String, String> annotations,
            Map<String, Object> parts) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion(kind.apiVersion());
        object.setKind(kind.kind());
        object.setMetadata(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(namespace)
                        .withAnnotations(new TreeMap<>(annotations))
                        .build());
        parts.forEach(object::setAdditionalProperty);
        return object;
    }

    private static ObjectMeta meta(GenericKubernetesResource answer) {
        io.fabric8.kubernetes.api.model.ObjectMeta meta = answer.getMetadata();
        Map<String, String> ours = new LinkedHashMap<>();
        Objects.requireNonNullElse(meta.getAnnotations(), Map.<String, String>of())
                .forEach(
                        (key, value) -> {
                            if (key.startsWith(ApiGroups.PREFIX)) {
                                ours.put(key, value);
                            }
                        });
        return new ObjectMeta(
                meta.getUid(),
                meta.getResourceVersion(),
                meta.getGeneration() == null ? 0 : meta.getGeneration(),
                instant(meta.getCreationTimestamp(), Instant.EPOCH),
                meta.getDeletionTimestamp() == null
                        ? null
                        : instant(meta.getDeletionTimestamp(), Instant.EPOCH),
                ours);
    }

    private static Instant instant(@Nullable String text, Instant otherwise) {
        return text == null ? otherwise : Instant.parse(text);
    }

    private static JsonNode part(GenericKubernetesResource answer, String name) {
        Object value = answer.getAdditionalProperties().get(name);
        return value == null
                ? JsonNodeFactory.instance.objectNode()
                : ResourceJson.mapper().valueToTree(value);
    }

    private Answers() {}
}
