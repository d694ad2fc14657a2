package io.siterecovery.tenants.api;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.tenants.api.Callers.Caller;
import io.siterecovery.tenants.api.Problem.Kind;
import io.siterecovery.tenants.core.Access;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API's router, made from its contract: what does not fit that is refused before anything of
 * ours sees it. Handlers run on a virtual thread and may await.
 */
public final class Api {

    private static final Logger LOG = LoggerFactory.getLogger(Api.class);
    private static final long LARGEST_BODY = 1 << 20;
    private static final String CALLER = "caller";
    private static final String ROUTED = "routed";

    private final DeploymentsApi deployments;
    private final EventStreams streams;
    private final Callers callers;

    Api(DeploymentsApi deployments, EventStreams streams, Callers callers) {
        this.deployments = deployments;
        this.streams = streams;
        this.callers = callers;
    }

    /** What an operation does with a request that fits the contract, for a known caller. */
    private interface Operation {
        ObjectNode of(Caller caller, Request request);
    }

    /** A request that fits the contract. */
    private record Request(ValidatedRequest fitting) {

        String name() {
            return text(fitting.getPathParameters().get("deployment"), "");
        }

        String header(String name) {
            return text(fitting.getHeaders().get(name), "");
        }

        @Nullable String query(String name) {
            RequestParameter given = fitting.getQuery().get(name);
            return given == null || given.isNull() || given.isEmpty()
                    ? null
                    : String.valueOf(given.get());
        }

        JsonNode body() {
            try {
                return ResourceJson.mapper()
                        .readTree(String.valueOf(fitting.getBody().getJsonObject()));
            } catch (JsonProcessingException e) {
                throw new Problem(Kind.INVALID, "the body is not JSON");
            }
        }

        private static String text(@Nullable RequestParameter given, String otherwise) {
            return given == null || given.isNull() || given.isEmpty()
                    ? otherwise
                    : String.valueOf(given.get());
        }
    }

    /** To be called on a virtual-thread context. */
    Router router(Vertx vertx) {
        OpenAPIContract contract = await(OpenAPIContract.from(vertx, Contract.forRouter()));
        RouterBuilder builder =
                RouterBuilder.create(vertx, contract, RequestExtractor.withBodyHandler());
        builder.rootHandler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY));
        builder.rootHandler(this::authenticate);
        answer(builder, "listDeployments", 200, this::list);
        answer(builder, "createDeployment", 202, this::create);
        answer(
                builder,
                "getDeployment",
                200,
                on(Access.VIEW, (c, r) -> deployments.get(c, r.name())));
        answer(
                builder,
                "changeDeployment",
                200,
                on(Access.CHANGE, (c, r) -> deployments.change(c, r.name(), r.body())));
        answer(
                builder,
                "removeDeployment",
                202,
                on(
                        Access.REMOVE,
                        (c, r) -> deployments.remove(r.name(), "true".equals(r.query("force")))));
        answer(
                builder,
                "preflight",
                200,
                on(Access.VIEW, (c, r) -> deployments.preflight(r.name())));
        answer(
                builder,
                "rotateCredentials",
                200,
                on(Access.ROTATE, (c, r) -> deployments.rotate(r.name(), r.body())));
        answer(
                builder,
                "cordonDeployment",
                200,
                on(Access.CORDON, (c, r) -> deployments.cordon(r.name(), r.body())));
        route(builder, "followEvents").addHandler(this::follow);

        Router router = Router.router(vertx);
        router.get(Contract.BASE + "/openapi.yaml").handler(Api::openApi);
        router.get(Contract.BASE + "/asyncapi.yaml").handler(Api::asyncApi);
        router.route(Contract.BASE + "/*").handler(Api::verbsAreSteps);
        router.route(Contract.BASE + "/*").subRouter(builder.createRouter());
        for (int status : new int[] {400, 404, 405, 413, 415, 500}) {
            router.errorHandler(status, context -> refuse(context, status));
        }
        router.route(Contract.BASE + "/*").failureHandler(Api::refuse);
        return router;
    }

    private void answer(RouterBuilder builder, String operation, int status, Operation what) {
        route(builder, operation)
                .addHandler(
                        context ->
                                json(
                                        context,
                                        status,
                                        what.of(caller(context), request(context)).toString(),
                                        "application/json"))
                .addFailureHandler(Api::refuse);
    }

    private Operation on(Access access, BiFunction<Caller, Request, ObjectNode> what) {
        return (caller, request) -> {
            deployments.require(caller, access, request.name());
            return what.apply(caller, request);
        };
    }

    private ObjectNode list(Caller caller, Request request) {
        String limit = request.query("limit");
        return deployments.list(
                caller, limit == null ? 100 : Integer.parseInt(limit), request.query("continue"));
    }

    private ObjectNode create(Caller caller, Request request) {
        deployments.requireCreate(caller);
        return deployments.create(request.body(), request.header("Idempotency-Key"));
    }

    private void follow(RoutingContext context) {
        Request request = request(context);
        deployments.require(caller(context), Access.VIEW, request.name());
        String last = request.header("Last-Event-ID");
        streams.follow(
                request.name(),
                last.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(last)),
                "beginning".equals(request.query("from")),
                context.response());
    }

    private void authenticate(RoutingContext context) {
        String header = context.request().getHeader("Authorization");
        context.put(CALLER, callers.caller(header == null ? "" : header));
        context.next();
    }

    private static OpenAPIRoute route(RouterBuilder builder, String operation) {
        return Objects.requireNonNull(builder.getRoute(operation), operation);
    }

    private static Caller caller(RoutingContext context) {
        return Objects.requireNonNull(context.get(CALLER));
    }

    private static Request request(RoutingContext context) {
        return new Request(
                Objects.requireNonNull(context.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST)));
    }

    private static void verbsAreSteps(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = context.normalizedPath();
        String routed = Contract.routed(path);
        if (context.get(ROUTED) != null) {
            context.next();
        } else if (path.contains("/~")) {
            context.fail(404);
        } else if (routed.equals(path)) {
            context.next();
        } else {
            context.put(ROUTED, true);
            String query = request.query();
            context.reroute(request.method(), query == null ? routed : routed + "?" + query);
        }
    }

    private static void openApi(RoutingContext context) {
        json(context, 200, Contract.text(Contract.OPENAPI), "application/yaml");
    }

    private static void asyncApi(RoutingContext context) {
        json(context, 200, Contract.text("/asyncapi.yaml"), "application/yaml");
    }

    private static void refuse(RoutingContext context) {
        refuse(context, context.statusCode());
    }

    private static void refuse(RoutingContext context, int status) {
        Problem problem = Faults.of(context.failure(), status);
        if (problem.kind() == Kind.INTERNAL) {
            LOG.atError()
                    .setCause(context.failure())
                    .addKeyValue("method", context.request().method().name())
                    .log("a request failed");
        }
        if (context.response().ended() || context.response().headWritten()) {
            context.response().reset();
            return;
        }
        if (problem.kind() == Kind.UNAUTHENTICATED) {
            context.response().putHeader("WWW-Authenticate", "Bearer");
        }
        json(
                context,
                problem.kind().status(),
                problem.toJson().encode(),
                "application/problem+json");
    }

    private static void json(RoutingContext context, int status, String text, String type) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", type)
                .putHeader("Cache-Control", "no-store")
                .end(HttpMethod.HEAD.equals(context.request().method()) ? "" : text + "\n");
    }
}
