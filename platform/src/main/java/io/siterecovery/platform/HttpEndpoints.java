package io.siterecovery.platform;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}. */
final class HttpEndpoints {

    private static final Duration KAFKA_PATIENCE = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Tenants tenants;
    private final Sharing sharing;
    private final KafkaEvents kafka;
    private final PrometheusMeterRegistry metrics;

    HttpEndpoints(
            Vertx vertx,
            Tenants tenants,
            Sharing sharing,
            KafkaEvents kafka,
            PrometheusMeterRegistry metrics) {
        this.vertx = vertx;
        this.tenants = tenants;
        this.sharing = sharing;
        this.kafka = kafka;
        this.metrics = metrics;
    }

    Future<HttpServer> listen(String host, int port) {
        Router router = Router.router(vertx);
        router.get("/healthz").handler(request -> answer(request, 200, Map.of("alive", true)));
        router.get("/readyz").handler(this::ready);
        router.get("/metrics").handler(this::metrics);
        return vertx.createHttpServer().requestHandler(router).listen(port, host);
    }

    private void ready(RoutingContext request) {
        kafka.reachable()
                .timeout(KAFKA_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(
                        answered -> {
                            Map<String, Object> missing = new TreeMap<>(tenants.notReady());
                            sharing.notReady().ifPresent(why -> missing.put("(share)", why));
                            if (answered.failed()) {
                                missing.put("(kafka)", "the brokers do not answer");
                            }
                            answer(
                                    request,
                                    missing.isEmpty() ? 200 : 503,
                                    Map.of(
                                            "ready",
                                            missing.isEmpty(),
                                            "tenants",
                                            tenants.names(),
                                            "share",
                                            share(),
                                            "missing",
                                            missing));
                        });
    }

    private Map<String, Object> share() {
        Share share = sharing.share();
        return Map.of(
                "group",
                share.mode().group(),
                "partitionsHeld",
                share.held().stream().sorted().toList(),
                "partitions",
                share.partitions());
    }

    private void metrics(RoutingContext request) {
        vertx.executeBlocking(() -> metrics.scrape())
                .onSuccess(
                        text ->
                                request.response()
                                        .putHeader("Content-Type", "text/plain; version=0.0.4")
                                        .end(text))
                .onFailure(request::fail);
    }

    private static void answer(RoutingContext request, int code, Map<String, Object> body) {
        request.response()
                .setStatusCode(code)
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject(body).encode());
    }
}
