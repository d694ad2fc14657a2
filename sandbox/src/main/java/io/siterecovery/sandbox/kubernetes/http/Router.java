package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.discovery.Discovery;
import io.siterecovery.sandbox.kubernetes.discovery.OpenApi;
import io.siterecovery.sandbox.kubernetes.discovery.Reviews;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.resources.Call;
import io.siterecovery.sandbox.kubernetes.resources.Cluster;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;

/** Finds out what a path means and answers what is not about objects. */
final class Router {
    private static final Set<String> OPEN_TO_ALL = Set.of("healthz", "livez", "readyz", "version");

    private final Cluster cluster;
    private final Verbs verbs;

    Router(Cluster cluster) {
        this.cluster = cluster;
        verbs = new Verbs(cluster);
    }

    Reply route(Request request) {
        List<String> path = request.path();
        boolean open = !path.isEmpty() && OPEN_TO_ALL.contains(path.getFirst());
        if (!open && request.user().equals(User.ANONYMOUS)) {
            throw new ApiError(401, "Unauthorized", "Unauthorized");
        }
        if (path.isEmpty()) {
            return get(request, index());
        }
        return switch (path.getFirst()) {
            case "healthz", "livez", "readyz" -> Reply.text("ok");
            case "version" -> get(request, Discovery.version());
            case "openapi" -> openApi(request);
            case "api" -> api(request, "", path.subList(1, path.size()));
            case "apis" ->
                    path.size() == 1
                            ? groups(request, false)
                            : named(request, path.get(1), path.subList(2, path.size()));
            default -> throw ApiError.noSuchPath();
        };
    }

    private Reply api(Request request, String group, List<String> rest) {
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
                : resource(request, group, version, rest.subList(1, rest.size()));
    }

    private Reply named(Request request, String group, List<String> rest) {
        if (!rest.isEmpty()) {
            return api(request, group, rest);
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

    /** {@code [namespaces/{ns}/]plural[/name[/subresource]]} */
    private Reply resource(Request request, String group, String version, List<String> path) {
        boolean scoped =
                path.getFirst().equals("namespaces")
                        && path.size() >= 3
                        && !(group.isEmpty()
                                && path.size() == 3
                                && List.of("status", "finalize").contains(path.get(2)));
        String namespace = scoped ? path.get(1) : "";
        List<String> rest = scoped ? path.subList(2, path.size()) : path;
        String plural = rest.getFirst();
        Reviews review = Reviews.find(group, version, plural);
        if (review != null) {
            return review(request, review);
        }
        ApiResource resource = cluster.catalog().find(group, version, plural);
        if (resource == null || rest.size() > 3 || (scoped && !resource.namespaced())) {
            throw ApiError.noSuchPath();
        }
        String subresource = rest.size() == 3 ? rest.get(2) : "";
        if (!subresource.isEmpty()
                && !(subresource.equals("status") && resource.statusSubresource())) {
            throw ApiError.noSuchPath();
        }
        String name = rest.size() > 1 ? rest.get(1) : "";
        if (resource.namespaced() && !scoped && !name.isEmpty()) {
            throw ApiError.noSuchPath();
        }
        return verbs.handle(
                request,
                new Call(
                        request.user(),
                        resource,
                        namespace,
                        name,
                        subresource,
                        dryRun(request),
                        fieldValidation(request)));
    }

    private static Reply review(Request request, Reviews review) {
        if (!request.method().equals("POST")) {
            throw ApiError.methodNotAllowed();
        }
        ObjectNode question = Bodies.object(request);
        return Reply.json(201, review.answer(question, request.user()));
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
            throw ApiError.badRequest("dryRun: Unsupported value: \"" + wish + "\"");
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
                    throw ApiError.badRequest(
                            "fieldValidation: Unsupported value: \"" + wish + "\"");
        };
    }
}
