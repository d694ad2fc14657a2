package io.siterecovery.sandbox.kubernetes.resources;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.admission.Attributes;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.schema.CustomSchema;
import io.siterecovery.sandbox.kubernetes.schema.ModelShape;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Origin;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Creates and changes objects: schema, the kind's own rules, admission, then the store. */
public final class Writer {
    /** Rounds against other writers before a change without a resourceVersion gives up. */
    private static final int MAX_ATTEMPTS = 50;

    private final Cluster cluster;

    Writer(Cluster cluster) {
        this.cluster = cluster;
    }

    public Written create(Call call, ObjectNode object) {
        ApiResource resource = call.resource();
        Header.check(call, object);
        Metadata.begin(object, resource.strategy().countsGenerations());
        if (resource.custom() && resource.statusSubresource()) {
            object.remove("status");
        }
        List<String> warnings = new ArrayList<>(shape(call, object));
        resource.strategy().prepareCreate(object);
        validate(resource, object, null);
        String name = Json.text(object, "metadata", "name");
        new RoleGuard(cluster.authorizer()).check(call, object);
        requireNamespace(call, resource, name);
        warnings.addAll(
                cluster.policies()
                        .judge(
                                attributes(
                                        call.named(call.namespace(), name),
                                        Attributes.Operation.CREATE,
                                        object,
                                        null)));
        ObjectTable table = cluster.table(resource);
        ObjectNode stored = object.deepCopy();
        resource.conversion().toStored(stored);
        if (call.dryRun()) {
            if (cluster.store().get(table, resource.scope(call.namespace()), name) != null) {
                throw ApiError.alreadyExists(resource, name);
            }
            return new Written(object, warnings);
        }
        Stored created =
                cluster.store()
                        .atomically(
                                () -> {
                                    requireNamespace(call, resource, name);
                                    return cluster.store()
                                            .create(table, stored, origin(call, "create"));
                                });
        if (created == null) {
            throw ApiError.alreadyExists(resource, name);
        }
        return new Written(versioned(resource, created), warnings);
    }

    /** Replaces the object by what stands in the body. */
    public Written update(Call call, ObjectNode body) {
        Header.check(call, body);
        cluster.reader().get(call);
        boolean versionGiven = !Json.text(body, "metadata", "resourceVersion").isEmpty();
        if (!versionGiven && !call.resource().strategy().allowsUnconditionalUpdate()) {
            throw ApiError.invalid(
                    call.resource(),
                    call.name(),
                    List.of(
                            FieldError.invalid(
                                    "metadata.resourceVersion",
                                    "0x0",
                                    "must be specified for an update")));
        }
        return change(call, "update", current -> body.deepCopy());
    }

    /** Changes the object; the function gets a copy of its own, once per attempt. */
    public Written patch(Call call, UnaryOperator<ObjectNode> patch) {
        return change(call, "patch", patch);
    }

    private Written change(Call call, String verb, UnaryOperator<ObjectNode> change) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Written written = attempt(call, verb, change);
            if (written != null) {
                return written;
            }
        }
        throw ApiError.modified(call.resource(), call.name());
    }

    /** One round; null when another writer was faster and the change may be tried again. */
    private @Nullable Written attempt(Call call, String verb, UnaryOperator<ObjectNode> change) {
        ApiResource resource = call.resource();
        ObjectTable table = cluster.table(resource);
        Stored current = cluster.store().get(table, resource.scope(call.namespace()), call.name());
        if (current == null) {
            throw ApiError.notFound(resource, call.name());
        }
        ObjectNode before = versioned(resource, current);
        ObjectNode wished = change.apply(versioned(resource, current));
        Header.checkSame(call, wished, before);
        ObjectNode next = scopeOfChange(call, wished, before);
        Metadata.carryOver(resource, next, before);
        List<String> warnings = new ArrayList<>(shape(call, next));
        resource.strategy().prepareUpdate(next, before);
        count(resource, next, before);
        validate(resource, next, before);
        if (!next.equals(before)) {
            new RoleGuard(cluster.authorizer()).check(call, next);
        }
        warnings.addAll(
                cluster.policies()
                        .judge(attributes(call, Attributes.Operation.UPDATE, next, before)));
        if (next.equals(before) || call.dryRun()) {
            return new Written(next, warnings);
        }
        ObjectNode stored = next.deepCopy();
        resource.conversion().toStored(stored);
        Stored written =
                isReleased(next)
                        ? cluster.deleter()
                                .release(resource, current, stored, origin(call, "delete"))
                        : cluster.store().replace(table, current, stored, origin(call, verb));
        if (written == null) {
            return null;
        }
        return new Written(versioned(resource, written), warnings);
    }

    /** What the request may touch: the status alone, or everything but the status. */
    private static ObjectNode scopeOfChange(Call call, ObjectNode wished, ObjectNode before) {
        if (call.subresource().equals("status")) {
            ObjectNode next = before.deepCopy();
            Json.copyField(wished, next, "status");
            return next;
        }
        if (call.resource().statusSubresource()) {
            Json.copyField(before, wished, "status");
        }
        return wished;
    }

    private static void count(ApiResource resource, ObjectNode next, ObjectNode before) {
        if (!resource.strategy().countsGenerations()) {
            return;
        }
        ObjectNode now = withoutUncounted(resource, next);
        if (!now.equals(withoutUncounted(resource, before))) {
            Json.meta(next)
                    .put("generation", before.path("metadata").path("generation").asInt(0) + 1);
        }
    }

    private static ObjectNode withoutUncounted(ApiResource resource, ObjectNode object) {
        ObjectNode counted = Json.object();
        counted.setAll(object);
        counted.remove("metadata");
        if (resource.statusSubresource()) {
            counted.remove("status");
        }
        return counted;
    }

    /** Marked for deletion, and the last finalizer is gone. */
    private static boolean isReleased(ObjectNode object) {
        var meta = object.path("metadata");
        return meta.has("deletionTimestamp")
                && meta.path("finalizers").isEmpty()
                && meta.path("deletionGracePeriodSeconds").asLong(0) == 0
                && object.path("spec").path("finalizers").isEmpty();
    }

    /** Defaults and pruning; the answer are warnings, unless the client wants an error instead. */
    private static List<String> shape(Call call, ObjectNode object) {
        List<String> faults = new ArrayList<>();
        call.duplicates().forEach(field -> faults.add("duplicate field \"" + field + "\""));
        unknownFields(call.resource(), object)
                .forEach(field -> faults.add("unknown field \"" + field + "\""));
        return switch (call.fieldValidation()) {
            case Ignore -> List.of();
            case Warn -> faults;
            case Strict -> {
                if (!faults.isEmpty()) {
                    throw ApiError.badRequest(
                            call.resource().kind()
                                    + " in version \""
                                    + call.resource().version()
                                    + "\" cannot be handled as a "
                                    + call.resource().kind()
                                    + ": strict decoding error: "
                                    + String.join(", ", faults));
                }
                yield List.of();
            }
        };
    }

    private static List<String> unknownFields(ApiResource resource, ObjectNode object) {
        CustomSchema schema = resource.schema();
        if (schema != null) {
            List<String> unknown = schema.prune(object);
            schema.setDefaults(object);
            return unknown;
        }
        ModelShape shape = ModelShape.of(resource).orElse(null);
        if (shape == null) {
            return List.of();
        }
        try {
            return shape.prune(object);
        } catch (ModelShape.Misfit e) {
            throw ApiError.badRequest(
                    resource.kind()
                            + " in version \""
                            + resource.version()
                            + "\" cannot be handled as a "
                            + resource.kind()
                            + ": "
                            + e.getMessage());
        }
    }

    private static void validate(
            ApiResource resource, ObjectNode object, @Nullable ObjectNode before) {
        List<FieldError> errors = new ArrayList<>(Metadata.validate(resource, object, before));
        CustomSchema schema = resource.schema();
        if (schema != null) {
            errors.addAll(schema.validate(object, before));
        }
        errors.addAll(resource.strategy().validate(object, before));
        if (!errors.isEmpty()) {
            throw ApiError.invalid(resource, Json.text(object, "metadata", "name"), errors);
        }
    }

    private void requireNamespace(Call call, ApiResource resource, String name) {
        if (!resource.namespaced()) {
            return;
        }
        Stored namespace = cluster.namespace(call.namespace());
        if (namespace == null) {
            ApiResource namespaces = cluster.catalog().find("", "v1", "namespaces");
            throw namespaces == null
                    ? ApiError.noSuchPath()
                    : ApiError.notFound(namespaces, call.namespace());
        }
        if ("Terminating".equals(namespace.fields().get("status.phase"))) {
            ApiError error =
                    ApiError.forbidden(
                            resource,
                            name,
                            "unable to create new content in namespace "
                                    + call.namespace()
                                    + " because it is being terminated");
            error.details()
                    .putArray("causes")
                    .addObject()
                    .put("reason", "NamespaceTerminating")
                    .put("message", "namespace " + call.namespace() + " is being terminated")
                    .put("field", "metadata.namespace");
            throw error;
        }
    }

    static ObjectNode versioned(ApiResource resource, Stored stored) {
        ObjectNode object = stored.copy();
        resource.conversion().fromStored(object);
        return object;
    }

    static Origin origin(Call call, String verb) {
        return new Origin(call.user().name(), verb);
    }

    static Attributes attributes(
            Call call,
            Attributes.Operation operation,
            @Nullable ObjectNode object,
            @Nullable ObjectNode before) {
        return new Attributes(
                operation,
                call.resource(),
                call.subresource(),
                call.resource().plural().equals("namespaces") ? call.name() : call.namespace(),
                call.name(),
                object,
                before,
                call.user(),
                call.dryRun());
    }
}
