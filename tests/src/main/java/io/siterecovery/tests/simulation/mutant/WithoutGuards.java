package io.siterecovery.tests.simulation.mutant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.ClusterIdentity;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.platform.Selector;
import io.siterecovery.platform.Watch;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A cluster's API whose writes have lost their tests. */
class WithoutGuards implements KubernetesApi {

    private final KubernetesApi sound;
    private final Predicate<ResourceKind> which;
    private final Supplier<Future<Void>> before;

    /**
     * @param which writes of what lose them
     * @param before what must succeed before each of those writes
     */
    WithoutGuards(
            KubernetesApi sound, Predicate<ResourceKind> which, Supplier<Future<Void>> before) {
        this.sound = sound;
        this.which = which;
        this.before = before;
    }

    @Override
    public String name() {
        return sound.name();
    }

    @Override
    public Future<ClusterIdentity> identify() {
        return sound.identify();
    }

    @Override
    public Future<Optional<GenericKubernetesResource>> get(
            ResourceKind kind, String namespace, String name) {
        return sound.get(kind, namespace, name);
    }

    @Override
    public Future<List<GenericKubernetesResource>> list(
            ResourceKind kind, @Nullable String namespace, @Nullable String labelSelector) {
        return sound.list(kind, namespace, labelSelector);
    }

    @Override
    public Future<GenericKubernetesResource> create(
            ResourceKind kind, GenericKubernetesResource object) {
        return sound.create(kind, object);
    }

    @Override
    public Future<GenericKubernetesResource> patch(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return which.test(kind)
                ? before.get().compose(_ -> sound.patch(kind, namespace, name, stripped(patch)))
                : sound.patch(kind, namespace, name, patch);
    }

    @Override
    public Future<GenericKubernetesResource> patchStatus(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return which.test(kind)
                ? before.get()
                        .compose(_ -> sound.patchStatus(kind, namespace, name, stripped(patch)))
                : sound.patchStatus(kind, namespace, name, patch);
    }

    @Override
    public Future<GenericKubernetesResource> dryRunPatch(
            ResourceKind kind, String namespace, String name, JsonPatch patch) {
        return sound.dryRunPatch(kind, namespace, name, patch);
    }

    @Override
    public Future<GenericKubernetesResource> mergePatch(
            ResourceKind kind, String namespace, String name, ObjectNode patch) {
        if (!which.test(kind)) {
            return sound.mergePatch(kind, namespace, name, patch);
        }
        ObjectNode bare = patch.deepCopy();
        if (bare.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("resourceVersion");
        }
        return before.get().compose(_ -> sound.mergePatch(kind, namespace, name, bare));
    }

    @Override
    public Future<Void> delete(
            ResourceKind kind, String namespace, String name, @Nullable String uid) {
        return sound.delete(kind, namespace, name, uid);
    }

    @Override
    public Watch follow(
            ResourceKind kind, @Nullable String namespace, Selector selector, Follower follower) {
        return sound.follow(kind, namespace, selector, follower);
    }

    private static JsonPatch stripped(JsonPatch patch) {
        JsonPatch bare = JsonPatch.create();
        for (JsonNode operation : patch.toJson()) {
            String path = operation.path("path").asText();
            Object value =
                    KubernetesJson.mapper().convertValue(operation.path("value"), Object.class);
            switch (operation.path("op").asText()) {
                case "add" -> bare.add(path, value);
                case "replace" -> bare.replace(path, value);
                case "remove" -> bare.remove(path);
                default -> {}
            }
        }
        return bare;
    }
}
