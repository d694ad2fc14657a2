package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore.Owned;
import io.siterecovery.sandbox.kubernetes.store.Origin;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nobody owns any more once its owners are gone, as the controller manager of a real
 * cluster does, a moment later. An owner that never was is not noticed.
 */
final class GarbageCollector {
    private static final User COLLECTOR =
            new User("system:serviceaccount:kube-system:generic-garbage-collector", List.of());
    private static final int MAX_ATTEMPTS = 10;

    private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);

    private final Cluster cluster;

    GarbageCollector(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * @param orphan whether dependents stay, without the reference
     */
    void ownerGone(Stored owner, boolean orphan) {
        List<Owned> dependents = cluster.store().ownedBy(owner.uid());
        if (!dependents.isEmpty()) {
            Thread.ofVirtual()
                    .name("garbage-collector")
                    .start(() -> dependents.forEach(d -> collect(d, owner.uid(), orphan)));
        }
    }

    private void collect(Owned dependent, String owner, boolean orphan) {
        ApiResource resource = resource(dependent.resource());
        if (resource == null) {
            return;
        }
        Stored stored = dependent.object();
        boolean othersOwn =
                stored.owners().stream()
                        .anyMatch(uid -> !uid.equals(owner) && cluster.store().isAlive(uid));
        try {
            if (orphan || othersOwn) {
                release(resource, stored, owner);
            } else {
                Call call =
                        new Call(
                                COLLECTOR,
                                resource,
                                stored.namespace(),
                                stored.name(),
                                "",
                                false,
                                Call.FieldValidation.Ignore);
                cluster.deleter().delete(call, new Deleter.Options(null, stored.uid(), "", false));
            }
        } catch (ApiError e) {
            // Gone already, made again, or protected by a policy: then it stays, as on a real one.
            log.debug("not collected", e);
        }
    }

    private void release(ApiResource resource, Stored stored, String owner) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Stored current =
                    cluster.store().get(cluster.table(resource), stored.namespace(), stored.name());
            if (current == null || !current.uid().equals(stored.uid())) {
                return;
            }
            ObjectNode object = current.copy();
            ArrayNode kept = Json.array();
            for (JsonNode reference : object.path("metadata").path("ownerReferences")) {
                if (!Json.text(reference, "uid").equals(owner)) {
                    kept.add(reference);
                }
            }
            if (kept.isEmpty()) {
                Json.meta(object).remove("ownerReferences");
            } else {
                Json.meta(object).set("ownerReferences", kept);
            }
            Origin origin = new Origin(COLLECTOR.name(), "patch");
            if (cluster.store().replace(cluster.table(resource), current, object, origin) != null) {
                return;
            }
        }
    }

    private @Nullable ApiResource resource(String table) {
        return cluster.catalog().all().stream()
                .filter(r -> r.table().equals(table) && r.conversion().isIdentity())
                .findFirst()
                .orElse(null);
    }
}
