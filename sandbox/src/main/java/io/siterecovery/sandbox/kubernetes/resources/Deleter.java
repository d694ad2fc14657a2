package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.admission.Attributes;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Origin;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes objects: at once, or in two steps where finalizers or a grace period say so. */
public final class Deleter {
    private static final User CLEANER =
            new User("system:serviceaccount:kube-system:namespace-controller", List.of());

    private static final Logger log = LoggerFactory.getLogger(Deleter.class);

    private final Cluster cluster;
    private final GarbageCollector collector;

    Deleter(Cluster cluster) {
        this.cluster = cluster;
        collector = new GarbageCollector(cluster);
    }

    /** What a DELETE may say in its body or query. */
    public record Options(
            @Nullable Long gracePeriodSeconds,
            String uid,
            String resourceVersion,
            boolean orphan) {}

    /** The object if it stays for now, marked; a Status of success once it is gone. */
    public Written delete(Call call, Options options) {
        while (true) {
            Written done = attempt(call, options);
            if (done != null) {
                return done;
            }
        }
    }

    private @Nullable Written attempt(Call call, Options options) {
        ApiResource resource = call.resource();
        ObjectTable table = cluster.table(resource);
        Stored current = cluster.store().get(table, resource.scope(call.namespace()), call.name());
        if (current == null) {
            throw ApiError.notFound(resource, call.name());
        }
        checkPreconditions(call, options, current);
        ObjectNode before = Writer.versioned(resource, current);
        List<String> warnings =
                cluster.policies()
                        .judge(Writer.attributes(call, Attributes.Operation.DELETE, null, before));
        if (call.dryRun()) {
            return new Written(success(resource, current), warnings);
        }
        ObjectNode marked = current.copy();
        long grace = gracePeriod(resource, options, before);
        if (grace == 0 && isFree(marked)) {
            Stored gone = remove(resource, current, marked, Writer.origin(call, "delete"));
            if (gone == null) {
                return null;
            }
            collector.ownerGone(current, options.orphan());
            return new Written(success(resource, current), warnings);
        }
        if (!mark(marked, grace)) {
            if (resource.table().equals("namespaces")) {
                empty(call.name());
            }
            return new Written(before, warnings);
        }
        Stored waiting =
                cluster.store().replace(table, current, marked, Writer.origin(call, "update"));
        if (waiting == null) {
            return null;
        }
        if (resource.table().equals("namespaces")) {
            empty(call.name());
        }
        return new Written(Writer.versioned(resource, waiting), warnings);
    }

    /** Removes an object whose last finalizer is gone. */
    @Nullable Stored release(ApiResource resource, Stored current, ObjectNode last, Origin origin) {
        Stored gone = remove(resource, current, last, origin);
        if (gone != null) {
            collector.ownerGone(current, false);
        }
        return gone;
    }

    /** Removes this version for good, with everything that cannot outlive it. */
    private @Nullable Stored remove(
            ApiResource resource, Stored current, ObjectNode last, Origin origin) {
        if (resource.table().equals(CustomResources.TABLE)) {
            removeInstances(current);
        }
        Stored gone = cluster.store().remove(cluster.table(resource), current, last, origin);
        if (gone != null && resource.namespaced()) {
            finishNamespace(current.namespace());
        }
        return gone;
    }

    /** Deletes all that lives in a namespace that is going away, then the namespace. */
    private void empty(String namespace) {
        for (ApiResource resource : cluster.catalog().all()) {
            if (resource.namespaced()) {
                deleteAll(resource, namespace);
            }
        }
        finishNamespace(namespace);
    }

    private void deleteAll(ApiResource resource, String namespace) {
        Options now = new Options(0L, "", "", false);
        for (Stored stored : cluster.store().list(cluster.table(resource), namespace).objects()) {
            Call call =
                    new Call(
                            CLEANER,
                            resource,
                            stored.namespace(),
                            stored.name(),
                            "",
                            false,
                            Call.FieldValidation.Ignore);
            try {
                delete(call, now);
            } catch (ApiError e) {
                // Gone already, or protected by a policy: then the namespace stays, as on a real
                // one, until somebody deletes it again.
                log.debug("left behind", e);
            }
        }
    }

    private void finishNamespace(String name) {
        ApiResource namespaces = cluster.catalog().find("", "v1", "namespaces");
        Stored namespace = cluster.namespace(name);
        if (namespaces == null
                || namespace == null
                || !"Terminating".equals(namespace.fields().get("status.phase"))) {
            return;
        }
        cluster.store().atomically(() -> isEmpty(name) ? removeNamespace(name) : null);
    }

    private @Nullable Stored removeNamespace(String name) {
        Stored namespace = cluster.namespace(name);
        if (namespace == null) {
            return null;
        }
        ObjectNode last = namespace.copy();
        if (!last.path("metadata").path("finalizers").isEmpty()) {
            return null;
        }
        Json.child(last, "spec").remove("finalizers");
        return cluster.store()
                .remove(
                        cluster.namespaces(),
                        namespace,
                        last,
                        new Origin(CLEANER.name(), "delete"));
    }

    private boolean isEmpty(String namespace) {
        return cluster.catalog().all().stream()
                .filter(ApiResource::namespaced)
                .allMatch(
                        resource ->
                                cluster.store()
                                        .list(cluster.table(resource), namespace)
                                        .objects()
                                        .isEmpty());
    }

    private void removeInstances(Stored definition) {
        JsonNode spec = definition.copy().path("spec");
        for (ApiResource resource : cluster.catalog().all()) {
            if (resource.group().equals(Json.text(spec, "group"))
                    && resource.plural().equals(Json.text(spec, "names", "plural"))) {
                deleteAll(resource, "");
                cluster.store().dropTable(cluster.table(resource));
                return;
            }
        }
    }

    private static long gracePeriod(ApiResource resource, Options options, ObjectNode object) {
        long byKind = resource.strategy().gracePeriodSeconds(object);
        Long wished = options.gracePeriodSeconds();
        return byKind == 0 || wished == null ? byKind : wished;
    }

    private static boolean isFree(ObjectNode object) {
        return object.path("metadata").path("finalizers").isEmpty()
                && object.path("spec").path("finalizers").isEmpty();
    }

    /** False when it was marked before and nothing is left to say. */
    private static boolean mark(ObjectNode object, long graceSeconds) {
        ObjectNode meta = Json.meta(object);
        JsonNode known = meta.path("deletionGracePeriodSeconds");
        if (meta.has("deletionTimestamp") && known.asLong(0) <= graceSeconds) {
            return false;
        }
        meta.put(
                "deletionTimestamp",
                Instant.now().plusSeconds(graceSeconds).truncatedTo(ChronoUnit.SECONDS).toString());
        meta.put("deletionGracePeriodSeconds", graceSeconds);
        if (meta.has("generation")) {
            meta.put("generation", meta.path("generation").asInt() + 1);
        }
        if (Json.text(object, "kind").equals("Namespace")
                && Json.text(object, "apiVersion").equals("v1")) {
            Json.child(object, "status").put("phase", "Terminating");
        }
        return true;
    }

    private static void checkPreconditions(Call call, Options options, Stored current) {
        if (!options.uid().isEmpty() && !options.uid().equals(current.uid())) {
            throw ApiError.unmetPrecondition(
                    call.resource(),
                    call.name(),
                    "the UID in the precondition (%s) does not match the UID in record (%s). The"
                                    .formatted(options.uid(), current.uid())
                            + " object might have been deleted and then recreated");
        }
        String version = Long.toString(current.resourceVersion());
        if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals(version)) {
            throw ApiError.unmetPrecondition(
                    call.resource(),
                    call.name(),
                    "the ResourceVersion in the precondition (%s) does not match the"
                                    .formatted(options.resourceVersion())
                            + " ResourceVersion in record (%s). The object might have been modified"
                                    .formatted(version));
        }
    }

    private static ObjectNode success(ApiResource resource, Stored gone) {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details").put("name", gone.name());
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.plural()).put("uid", gone.uid());
        return status;
    }
}
