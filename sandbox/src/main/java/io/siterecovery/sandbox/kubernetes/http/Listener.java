package io.siterecovery.sandbox.kubernetes.http;

import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.auth.AccessRequest;
import io.siterecovery.sandbox.kubernetes.auth.Authenticator;
import io.siterecovery.sandbox.kubernetes.auth.CertificateAuthority;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.faults.Fault;
import io.siterecovery.sandbox.kubernetes.faults.Faults;
import io.siterecovery.sandbox.kubernetes.resources.Cluster;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTPS listener. The event loop moves bytes; each request is worked on by a virtual thread of
 * its own, so that a long list does not hold up a short write.
 */
public final class Listener extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);
    private static final int MAX_STREAMS = 1_000;
    private static final int MAX_BODY_BYTES = 3 << 20;
    private static final int MAX_URI_BYTES = 64 << 10;
    private static final int RESETS_PER_WINDOW = 100_000;
    private static final int CONNECTION_WINDOW_BYTES = 4 << 20;

    private final Cluster cluster;
    private final Router router;
    private final Authenticator authenticator;
    private final CertificateAuthority.Credential credential;
    private final String authorityPem;
    private final Faults faults;
    private final OpenStreams streams;
    private final int port;
    private final ExecutorService workers =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("kubernetes-api-", 0).factory());
    private @Nullable HttpServer server;

    public Listener(
            Cluster cluster,
            CertificateAuthority.Credential credential,
            String authorityPem,
            Faults faults,
            OpenStreams streams,
            int port) {
        this.cluster = cluster;
        this.credential = credential;
        this.authorityPem = authorityPem;
        this.faults = faults;
        this.streams = streams;
        this.port = port;
        router = new Router(cluster);
        authenticator = new Authenticator(cluster.tokens(), cluster.authorizer());
    }

    /** The port in use; valid once started. */
    public int actualPort() {
        HttpServer listening = server;
        if (listening == null) {
            throw new IllegalStateException("not listening");
        }
        return listening.actualPort();
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                        .setKeyCertOptions(
                                new PemKeyCertOptions()
                                        .setCertValue(Buffer.buffer(credential.certificatePem()))
                                        .setKeyValue(Buffer.buffer(credential.keyPem())))
                        .setTrustOptions(
                                new PemTrustOptions().addCertValue(Buffer.buffer(authorityPem)))
                        // Not REQUIRED: who comes without a certificate gets a Status, not an
                        // alert.
                        .setClientAuth(ClientAuth.REQUEST)
                        .setMaxInitialLineLength(MAX_URI_BYTES)
                        .setHttp2RstFloodMaxRstFramePerWindow(RESETS_PER_WINDOW)
                        .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
                        .setInitialSettings(
                                new Http2Settings().setMaxConcurrentStreams(MAX_STREAMS));
        HttpServer created = vertx.createHttpServer(options);
        server = created;
        return created.requestHandler(this::accept).listen();
    }

    @Override
    public Future<?> stop() {
        workers.shutdown();
        HttpServer listening = server;
        return listening == null ? Future.succeededFuture() : listening.close();
    }

    private void accept(HttpServerRequest http) {
        http.body()
                .onSuccess(body -> dispatch(http, body))
                .onFailure(e -> log.debug("request body lost", e));
    }

    private void dispatch(HttpServerRequest http, Buffer body) {
        if (faults.isBlackHole()) {
            streams.hold(() -> dispatch(http, body));
            return;
        }
        Context loop = context;
        workers.execute(
                () -> {
                    Reply reply = answer(http, body);
                    loop.runOnContext(v -> send(http.response(), reply));
                });
    }

    private Reply answer(HttpServerRequest http, Buffer body) {
        try {
            if (body.length() > MAX_BODY_BYTES) {
                throw new ApiError(
                        413,
                        "RequestEntityTooLarge",
                        "Request entity too large: limit is " + MAX_BODY_BYTES);
            }
            return struck(request(http, body));
        } catch (ApiError e) {
            return Reply.json(e.code(), e.status());
        } catch (RuntimeException | StackOverflowError e) {
            log.atError()
                    .addKeyValue("method", http.method())
                    .addKeyValue("path", http.path())
                    .setCause(e)
                    .log("request failed inside the embedded API server");
            ApiError error = new ApiError(500, "InternalError", "Internal error occurred: " + e);
            return Reply.json(500, error.status());
        }
    }

    private Reply struck(Request request) {
        RequestInfo info = RequestInfo.of(request.path());
        AccessRequest what = info.access(request);
        Fault fault = faults.strike(what.verb(), what.qualified());
        if (fault == null) {
            return router.route(request);
        }
        if (fault instanceof Fault.TimeoutAfter) {
            router.route(request);
        }
        throw Faults.error(fault);
    }

    private Request request(HttpServerRequest http, Buffer body) {
        String path = http.path();
        List<String> segments = Request.segments(path == null ? "/" : path);
        return new Request(
                authenticator.authenticate(
                        new Authenticator.Evidence(
                                certified(http),
                                header(http, "Authorization"),
                                header(http, "Impersonate-User"),
                                http.headers().getAll("Impersonate-Group"))),
                http.method().name(),
                segments,
                http.params(),
                header(http, "Accept"),
                header(http, "Content-Type"),
                body);
    }

    private static User certified(HttpServerRequest http) {
        SSLSession session = http.sslSession();
        try {
            if (session != null) {
                return CertificateAuthority.userOf(session.getPeerPrincipal());
            }
        } catch (SSLPeerUnverifiedException e) {
            log.debug("no client certificate", e);
        }
        return User.ANONYMOUS;
    }

    private static String header(HttpServerRequest http, String name) {
        String value = http.getHeader(name);
        return value == null ? "" : value;
    }

    private void send(HttpServerResponse response, Reply reply) {
        if (response.closed() || response.ended()) {
            return;
        }
        switch (reply) {
            case Reply.Body body -> {
                response.setStatusCode(body.code())
                        .putHeader("Content-Type", body.contentType())
                        .putHeader("Cache-Control", "no-cache, private");
                if (body.code() == 429 || body.code() == 503) {
                    response.putHeader("Retry-After", "1");
                }
                body.warnings().forEach(text -> response.headers().add("Warning", warning(text)));
                response.end(body.bytes());
            }
            case Reply.Stream stream ->
                    new WatchStream(vertx, context, stream.watch(), response, faults, streams)
                            .open(cluster);
        }
    }

    private static String warning(String text) {
        return "299 - \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
