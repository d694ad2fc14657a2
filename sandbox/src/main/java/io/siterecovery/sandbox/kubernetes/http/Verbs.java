package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.api.Selector;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.patch.JsonPatch;
import io.siterecovery.sandbox.kubernetes.patch.MergePatch;
import io.siterecovery.sandbox.kubernetes.patch.PatchFailure;
import io.siterecovery.sandbox.kubernetes.patch.StrategicMerge;
import io.siterecovery.sandbox.kubernetes.print.Tables;
import io.siterecovery.sandbox.kubernetes.resources.Call;
import io.siterecovery.sandbox.kubernetes.resources.Cluster;
import io.siterecovery.sandbox.kubernetes.resources.Deleter;
import io.siterecovery.sandbox.kubernetes.resources.Reader;
import io.siterecovery.sandbox.kubernetes.resources.Written;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** From HTTP methods on one resource to the verbs of the API and back to bodies. */
final class Verbs {
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final String STRATEGIC_PATCH = "application/strategic-merge-patch+json";

    /** A watch without a limit of its own ends after 30 to 60 minutes, as on a real API server. */
    private static final int MIN_WATCH_SECONDS = 1800;

    private final Cluster cluster;

    Verbs(Cluster cluster) {
        this.cluster = cluster;
    }

    Reply handle(Request request, Call call) {
        boolean one = !call.name().isEmpty();
        return switch (request.method()) {
            case "GET" -> one && !request.flag("watch") ? get(request, call) : many(request, call);
            case "POST" -> {
                if (one) {
                    throw ApiError.methodNotAllowed();
                }
                yield create(request, call);
            }
            case "PUT" -> write(request, requireName(call), update(request, call));
            case "PATCH" -> write(request, requireName(call), patch(request, call));
            case "DELETE" -> one ? delete(request, call) : deleteCollection(request, call);
            default -> throw ApiError.methodNotAllowed();
        };
    }

    private Reply get(Request request, Call call) {
        Form form = Form.of(request.accept());
        checkFresh(request);
        String version = request.param("resourceVersion");
        Stored stored =
                version.isEmpty()
                        ? cluster.reader().get(call)
                        : cluster.reader().getCached(call, revision(version));
        return new Reply.Body(
                200,
                Reply.JSON,
                Rendering.one(call.resource(), stored, form, include(request)),
                List.of());
    }

    private Reply many(Request request, Call call) {
        Form form = Form.of(request.accept());
        Predicate<Stored> selector = selector(request, call);
        checkVersionMatch(request);
        if (request.flag("watch")) {
            return new Reply.Stream(watch(request, call, selector, form));
        }
        checkFresh(request);
        String version = request.param("resourceVersion");
        Reader.Page page =
                cluster.reader()
                        .list(
                                call,
                                selector,
                                request.number("limit"),
                                request.param("continue"),
                                version.isEmpty() ? null : revision(version));
        return new Reply.Body(
                200,
                Reply.JSON,
                Rendering.page(call.resource(), page, form, include(request)),
                List.of());
    }

    /** Nobody has seen a version that is still to come; the real one waits some seconds first. */
    private void checkFresh(Request request) {
        long wanted = revision(request.param("resourceVersion"));
        long current = cluster.store().revision();
        if (Long.compareUnsigned(wanted, current) > 0) {
            ApiError error =
                    new ApiError(
                            504,
                            "Timeout",
                            "Timeout: Too large resource version: %s, current: %d"
                                    .formatted(Long.toUnsignedString(wanted), current));
            error.details()
                    .putArray("causes")
                    .addObject()
                    .put("reason", "ResourceVersionTooLarge")
                    .put("message", "Too large resource version");
            error.details().put("retryAfterSeconds", 1);
            throw error;
        }
    }

    private static void checkVersionMatch(Request request) {
        String match = request.param("resourceVersionMatch");
        boolean initial = request.flag("sendInitialEvents");
        FieldError error = null;
        if (!List.of("", "Exact", "NotOlderThan").contains(match)) {
            error =
                    FieldError.notSupported(
                            "resourceVersionMatch",
                            Json.object().textNode(match),
                            List.of("Exact", "NotOlderThan", ""));
        } else if (initial && !match.equals("NotOlderThan")) {
            error =
                    FieldError.forbidden(
                            "resourceVersionMatch",
                            "sendInitialEvents requires setting resourceVersionMatch to"
                                    + " NotOlderThan");
        } else if (!match.isEmpty() && !initial && request.param("resourceVersion").isEmpty()) {
            error =
                    FieldError.forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if (error != null) {
            throw ApiError.invalid("ListOptions.meta.k8s.io", "", List.of(error));
        }
    }

    private static WatchRequest watch(
            Request request, Call call, Predicate<Stored> selector, Form form) {
        String version = request.param("resourceVersion");
        boolean initial = request.flag("sendInitialEvents");
        int seconds = request.number("timeoutSeconds");
        if (seconds <= 0) {
            seconds = MIN_WATCH_SECONDS + ThreadLocalRandom.current().nextInt(MIN_WATCH_SECONDS);
        }
        String only = call.name();
        return new WatchRequest(
                call.resource(),
                call.namespace(),
                only.isEmpty() ? selector : selector.and(o -> o.name().equals(only)),
                revision(version),
                initial || version.isEmpty() || version.equals("0"),
                request.flag("allowWatchBookmarks"),
                initial,
                Duration.ofSeconds(seconds),
                form,
                include(request));
    }

    private Reply create(Request request, Call call) {
        if (call.resource().namespaced() && call.namespace().isEmpty()) {
            throw ApiError.methodNotAllowed();
        }
        Form form = Form.of(request.accept());
        return written(
                request,
                call,
                201,
                cluster.writer().create(Bodies.judged(call, request), Bodies.object(request)),
                form);
    }

    private interface Write {
        Written run();
    }

    private Reply write(Request request, Call call, Write write) {
        Form form = Form.of(request.accept());
        return written(request, call, 200, write.run(), form);
    }

    private Write update(Request request, Call call) {
        return () -> cluster.writer().update(Bodies.judged(call, request), Bodies.object(request));
    }

    private Write patch(Request request, Call call) {
        UnaryOperator<ObjectNode> change = change(request, call.resource());
        return () -> cluster.writer().patch(Bodies.judged(call, request), change);
    }

    private static UnaryOperator<ObjectNode> change(Request request, ApiResource resource) {
        String type = Bodies.mediaType(request);
        List<String> accepted = new ArrayList<>(List.of(JSON_PATCH, MERGE_PATCH));
        if (!resource.custom()) {
            accepted.add(STRATEGIC_PATCH);
        }
        if (!accepted.contains(type)) {
            throw ApiError.unsupportedMediaType(type, String.join(", ", accepted));
        }
        JsonNode patch = Bodies.json(request);
        if (!type.equals(JSON_PATCH) && !patch.isObject()) {
            throw ApiError.badRequest("the patch is not an object");
        }
        return object -> {
            try {
                JsonNode result =
                        switch (type) {
                            case JSON_PATCH -> JsonPatch.apply(object, patch);
                            case MERGE_PATCH -> MergePatch.apply(object, patch);
                            default -> StrategicMerge.apply(object, (ObjectNode) patch);
                        };
                if (result instanceof ObjectNode changed) {
                    return changed;
                }
                throw ApiError.badRequest("the patch does not leave an object");
            } catch (PatchFailure e) {
                String why = String.valueOf(e.getMessage());
                throw e.isMalformed() ? ApiError.badRequest(why) : ApiError.unprocessable(why);
            }
        };
    }

    private Reply delete(Request request, Call call) {
        Call effective = Bodies.asksDryRun(request) ? call.dry() : call;
        Written done = cluster.deleter().delete(effective, Bodies.deleteOptions(request));
        return Reply.json(200, done.object(), done.warnings());
    }

    private Reply deleteCollection(Request request, Call call) {
        if (call.resource().namespaced() && call.namespace().isEmpty()) {
            throw ApiError.methodNotAllowed();
        }
        Call effective = Bodies.asksDryRun(request) ? call.dry() : call;
        Deleter.Options options = Bodies.deleteOptions(request);
        Reader.Page page = cluster.reader().list(call, selector(request, call), 0, null, null);
        List<String> warnings = new ArrayList<>();
        for (Stored stored : page.objects()) {
            try {
                warnings.addAll(
                        cluster.deleter()
                                .delete(effective.named(stored.namespace(), stored.name()), options)
                                .warnings());
            } catch (ApiError e) {
                if (e.code() != 404) {
                    throw e;
                }
            }
        }
        return new Reply.Body(
                200,
                Reply.JSON,
                Rendering.page(call.resource(), page, Form.of(request.accept()), include(request)),
                warnings);
    }

    private static Reply written(Request request, Call call, int code, Written written, Form form) {
        JsonNode body =
                switch (form) {
                    case Form.Plain plain -> written.object();
                    case Form.Partial partial -> Tables.partial(written.object());
                    case Form.Table table ->
                            Tables.table(
                                    table.version(),
                                    call.resource().columns(),
                                    List.of(written.object()),
                                    include(request));
                };
        return Reply.json(code, body, written.warnings());
    }

    private static Predicate<Stored> selector(Request request, Call call) {
        return Selector.parse(
                call.resource(), request.param("labelSelector"), request.param("fieldSelector"));
    }

    private static Tables.Include include(Request request) {
        return Rendering.include(request.param("includeObject"));
    }

    private static Call requireName(Call call) {
        if (call.name().isEmpty()) {
            throw ApiError.methodNotAllowed();
        }
        return call;
    }

    private static long revision(String text) {
        try {
            return text.isEmpty() ? 0 : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw ApiError.badRequest("resourceVersion: Invalid value: \"" + text + "\"");
        }
    }
}
