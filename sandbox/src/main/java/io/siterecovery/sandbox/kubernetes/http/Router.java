package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.auth.AccessRequest;
import io.siterecovery.sandbox.kubernetes.auth.AccessReviews;
import io.siterecovery.sandbox.kubernetes.auth.Reviews;
import io.siterecovery.sandbox.kubernetes.discovery.Discovery;
import io.siterecovery.sandbox.kubernetes.discovery.OpenApi;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.resources.Call;
import io.siterecovery.sandbox.kubernetes.resources.Cluster;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** Finds out what a path means and answers what is not about objects. */
final class Router {
    private final Cluster cluster;
    private final Verbs verbs;
    private final AccessReviews reviews;

    Router(Cluster cluster) {
        this.cluster = cluster;
        verbs = new Verbs(cluster);
        reviews = new AccessReviews(cluster.authorizer(), cluster.tokens());
    }

    /** Authorization comes first: whoever may not ask learns nothing, not even what is there. */
    Reply route(Request request) {
        List<String> path = request.path();
        RequestInfo info = RequestInfo.of(path);
        authorize(request, info);
        if (path.isEmpty()) {
            return get(request, index());
        }
        return switch (path.getFirst()) {
            case "healthz", "livez", "readyz" -> Reply.text("ok");
            case "version" -> get(request, Discovery.version());
            case "openapi" -> openApi(request);
            case "api" -> api(request, info, "", path.subList(1, path.size()));
            case "apis" ->
                    path.size() == 1
                            ? groups(request, false)
                            : named(request, info, path.get(1), path.subList(2, path.size()));
            default -> throw ApiError.noSuchPath();
        };
    }

    private void authorize(Request request, RequestInfo info) {
        AccessRequest wanted = info.access(request);
        if (cluster.authorizer().allows(request.user(), wanted)) {
            return;
        }
        String why = wanted.refusal(request.user());
        cluster.refusals().add(why);
        throw wanted.isResource()
                ? ApiError.forbidden(wanted.group(), wanted.resource(), wanted.name(), why)
                : new ApiError(403, "Forbidden", "forbidden: " + why);
    }

    private Reply api(Request request, RequestInfo info, String group, List<String> rest) {
        if (rest.isEmpty()) {
            return groups(request, true);
        }
        String version = rest.getFirst();
        Discovery discovery = new Discovery(cluster.catalog());
        if (!discovery.serves(group, version)) {
            throw ApiError.noSuchPath();
        }
        return rest.size() == 1
                ? get(request, discovery.resources(group, version))
                : resource(request, info);
    }

    private Reply named(Request request, RequestInfo info, String group, List<String> rest) {
        if (!rest.isEmpty()) {
            return api(request, info, group, rest);
        }
        Discovery discovery = new Discovery(cluster.catalog());
        if (!discovery.serves(group)) {
            throw ApiError.noSuchPath();
        }
        return get(request, discovery.group(group));
    }

    private Reply groups(Request request, boolean core) {
        Discovery discovery = new Discovery(cluster.catalog());
        for (MediaRange range : MediaRange.parse(request.accept())) {
            String version = range.parameter("v");
            if (range.isJson()
                    && range.parameter("as").equals("APIGroupDiscoveryList")
                    && range.parameter("g").equals("apidiscovery.k8s.io")
                    && (version.equals("v2") || version.equals("v2beta1"))) {
                return new Reply.Body(
                        200,
                        "application/json;g=apidiscovery.k8s.io;v="
                                + version
                                + ";as=APIGroupDiscoveryList",
                        Buffer.buffer(Json.bytes(discovery.aggregated(core, version))),
                        List.of());
            }
            if (range.isJson() && range.parameter("as").isEmpty()) {
                break;
            }
        }
        Form.of(request.accept());
        return get(request, core ? discovery.coreVersions() : discovery.groupList());
    }

    private Reply resource(Request request, RequestInfo info) {
        Reviews review = Reviews.find(info.group(), info.version(), info.plural());
        if (review != null) {
            return review(request, review, info);
        }
        ApiResource resource = cluster.catalog().find(info.group(), info.version(), info.plural());
        boolean scoped = !info.namespace().isEmpty();
        if (resource == null
                || info.extraSegments() > 0
                || (scoped && !resource.namespaced())
                || (resource.namespaced() && !scoped && !info.name().isEmpty())) {
            throw ApiError.noSuchPath();
        }
        Call call =
                new Call(
                        request.user(),
                        resource,
                        info.namespace(),
                        info.name(),
                        info.subresource(),
                        dryRun(request),
                        fieldValidation(request));
        if (info.subresource().equals("token")
                && resource.table().equals("serviceaccounts")
                && request.method().equals("POST")) {
            return Reply.json(201, cluster.tokenRequests().issue(call, Bodies.object(request)));
        }
        if (!info.subresource().isEmpty()
                && !(info.subresource().equals("status") && resource.statusSubresource())) {
            throw ApiError.noSuchPath();
        }
        return verbs.handle(request, call);
    }

    private Reply review(Request request, Reviews review, RequestInfo info) {
        if (!info.name().isEmpty() || review.namespaced() == info.namespace().isEmpty()) {
            throw ApiError.noSuchPath();
        }
        if (!request.method().equals("POST")) {
            throw ApiError.methodNotAllowed();
        }
        ObjectNode question = Bodies.object(request);
        return Reply.json(201, reviews.answer(review, question, info.namespace(), request.user()));
    }

    private Reply openApi(Request request) {
        List<String> path = request.path();
        if (path.size() == 2 && path.get(1).equals("v2")) {
            return openApiV2(request);
        }
        if (path.size() < 2 || !path.get(1).equals("v3")) {
            throw ApiError.noSuchPath();
        }
        OpenApi documents = new OpenApi(cluster.catalog());
        if (path.size() == 2) {
            return get(request, documents.index());
        }
        String prefix = String.join("/", path.subList(2, path.size()));
        if (!documents.has(prefix)) {
            throw ApiError.noSuchPath();
        }
        return get(request, documents.document(prefix));
    }

    /** kubectl up to 1.29 wants to have it before it reads the v3 documents, in protobuf or not. */
    private static Reply openApiV2(Request request) {
        for (MediaRange range : MediaRange.parse(request.accept())) {
            if (range.type().equals(OpenApi.V2_PROTOBUF)) {
                return new Reply.Body(
                        200,
                        // Go's MIME parser refuses the @ that Go's client asks with.
                        OpenApi.V2_PROTOBUF.replace('@', '.'),
                        Buffer.buffer(OpenApi.emptyV2Protobuf()),
                        List.of());
            }
        }
        return get(request, OpenApi.emptyV2());
    }

    private static Reply get(Request request, ObjectNode document) {
        if (!request.method().equals("GET")) {
            throw ApiError.methodNotAllowed();
        }
        return Reply.json(200, document);
    }

    private static ObjectNode index() {
        ObjectNode index = Json.object();
        index.set(
                "paths",
                Json.arrayOf(
                        List.of(
                                "/api",
                                "/apis",
                                "/healthz",
                                "/livez",
                                "/openapi/v3",
                                "/readyz",
                                "/version")));
        return index;
    }

    private static boolean dryRun(Request request) {
        String wish = request.param("dryRun");
        if (!wish.isEmpty() && !wish.equals("All")) {
            throw ApiError.invalid(
                    "Options.meta.k8s.io",
                    "",
                    List.of(
                            FieldError.notSupported(
                                    "dryRun", Json.arrayOf(List.of(wish)), List.of("All"))));
        }
        return wish.equals("All");
    }

    private static Call.FieldValidation fieldValidation(Request request) {
        String wish = request.param("fieldValidation");
        return switch (wish) {
            // The real API server's own default is Warn.
            case "", "Warn" -> Call.FieldValidation.Warn;
            case "Ignore" -> Call.FieldValidation.Ignore;
            case "Strict" -> Call.FieldValidation.Strict;
            default ->
                    throw ApiError.invalid(
                            "Options.meta.k8s.io",
                            "",
                            List.of(
                                    FieldError.notSupported(
                                            "fieldValidation",
                                            Json.object().textNode(wish),
                                            List.of("", "Ignore", "Strict", "Warn"))));
        };
    }
}
