package io.siterecovery.platform;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One credential's HTTP/2 connection to one API server. Requests go out once, without retries and
 * without following redirects; nothing of the environment or of a kubeconfig file is read.
 */
final class ApiConnection implements AutoCloseable {

    /** A page of 500 large objects fits; an endless answer does not. */
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    /** One for all clusters: its threads are cheap, and a thousand pools would not be. */
    private static final ExecutorService EXECUTOR =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kubernetes-", 0).factory());

    record Answer(int code, String body) {}

    record Body(String method, String contentType, String content) {}

    private final Config config;
    private final Tls tls;
    private final String server;
    private volatile HttpClient http;

    ApiConnection(Kubeconfig kubeconfig) {
        this.config = config(kubeconfig);
        try {
            this.tls = Tls.of(kubeconfig);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("a certificate or key cannot be read", e);
        }
        this.server = kubeconfig.server().toString().replaceAll("/+$", "");
        this.http = newClient();
    }

    /** Sends one request and collects its answer, whatever its code. */
    CompletableFuture<Answer> send(ApiPath path, @Nullable Body body, Duration deadline) {
        return send(http, path, body, deadline);
    }

    /**
     * Opens a stream; the consumer asks for more by {@link AsyncBody#consume()}. The answer
     * completes when the headers are here; cancelling its body ends the stream.
     */
    CompletableFuture<HttpResponse<AsyncBody>> stream(
            ApiPath path, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        HttpClient client = http;
        HttpRequest request =
                client.newHttpRequestBuilder()
                        .uri(server + path)
                        .header("Accept", path.accept())
                        .forStreaming()
                        .build();
        return client.consumeBytes(request, consumer);
    }

    /**
     * Asks on a connection of its own; if that answers, everything moves to it. For a connection
     * that swallows what is sent while the network is fine: TCP alone notices after many minutes.
     */
    CompletableFuture<Answer> sendOnFreshConnection(ApiPath path, Duration deadline) {
        HttpClient fresh = newClient();
        return send(fresh, path, null, deadline)
                .whenComplete(
                        (answer, failure) -> {
                            HttpClient useless = fresh;
                            if (failure == null) {
                                useless = http;
                                http = fresh;
                            }
                            useless.close();
                        });
    }

    ExecutorService executor() {
        return EXECUTOR;
    }

    @Override
    public void close() {
        http.close();
    }

    private CompletableFuture<Answer> send(
            HttpClient client, ApiPath path, @Nullable Body body, Duration deadline) {
        HttpRequest.Builder request =
                client.newHttpRequestBuilder()
                        .uri(server + path)
                        .header("Accept", path.accept())
                        .timeout(deadline.toMillis(), TimeUnit.MILLISECONDS);
        if (body != null) {
            request.method(body.method(), body.contentType(), body.content());
        }
        Collector collector = new Collector();
        CompletableFuture<HttpResponse<AsyncBody>> sent =
                client.consumeBytes(request.build(), collector);
        CompletableFuture<Answer> answer =
                sent.thenCompose(
                        response -> {
                            response.body().consume();
                            return response.body()
                                    .done()
                                    .thenApply(
                                            done ->
                                                    new Answer(
                                                            response.code(),
                                                            collector.bytes.toString(
                                                                    StandardCharsets.UTF_8)));
                        });
        var _ = answer.whenComplete((_, failure) -> cancelIf(failure, sent));
        return answer;
    }

    /** Tells the server, when nobody waits for its answer any more. */
    static void cancelIf(
            @Nullable Throwable gaveUp, CompletableFuture<HttpResponse<AsyncBody>> sent) {
        if (gaveUp != null) {
            var _ = sent.thenAccept(response -> response.body().cancel());
            sent.cancel(true);
        }
    }

    private HttpClient newClient() {
        return new Factory()
                .newBuilder(config)
                .sslContext(
                        tls.keyManagers().toArray(new KeyManager[0]),
                        tls.trustManagers().toArray(new TrustManager[0]))
                .build();
    }

    private static Config config(Kubeconfig kubeconfig) {
        ConfigBuilder builder =
                new ConfigBuilder(Config.empty())
                        .withMasterUrl(kubeconfig.server().toString())
                        .withTrustCerts(false)
                        .withRequestRetryBackoffLimit(0)
                        .withConnectionTimeout((int) CONNECT_TIMEOUT.toMillis())
                        .withOnlyHttpWatches(true)
                        .withUserAgent("site-recovery");
        if (kubeconfig.credential() instanceof Kubeconfig.Credential.Token(String value)) {
            builder.withOauthToken(value);
        }
        return builder.build();
    }

    private static final class Factory extends JdkHttpClientFactory {
        @Override
        protected void additionalConfig(java.net.http.HttpClient.Builder builder) {
            builder.executor(EXECUTOR).followRedirects(java.net.http.HttpClient.Redirect.NEVER);
        }
    }

    /** Keeps an answer's bytes, up to the limit. */
    private static final class Collector implements AsyncBody.Consumer<List<ByteBuffer>> {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void consume(List<ByteBuffer> buffers, AsyncBody body) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > MAX_ANSWER_BYTES) {
                    throw new KubernetesFailure(
                            KubernetesFailure.Reason.OTHER,
                            0,
                            "the answer is larger than " + MAX_ANSWER_BYTES + " bytes");
                }
                byte[] chunk = new byte[buffer.remaining()];
                buffer.get(chunk);
                bytes.writeBytes(chunk);
            }
            body.consume();
        }
    }
}
