package io.siterecovery.sandbox.players;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One API server as the players use it: every call is one round trip, none is retried here. */
final class ClusterApi implements AutoCloseable {

    /** One connection carries 100 streams; the watches need some of them. */
    private static final int REQUESTS_AT_ONCE = 64;

    private static final long DEADLINE_SECONDS = 10;
    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON = "application/json";

    /** What the API server said: a refusal is an answer, a broken connection is an exception. */
    record Answer(int code, String body) {

        private static final ObjectMapper MAPPER = new ObjectMapper();

        boolean ok() {
            return code / 100 == 2;
        }

        boolean missing() {
            return code == 404;
        }

        boolean conflict() {
            return code == 409;
        }

        /** Admission said no, or the object does not pass validation. */
        boolean refused() {
            return code == 403 || code == 422 || code == 400;
        }

        String message() {
            try {
                JsonNode message = MAPPER.readTree(body).path("message");
                return message.isTextual() ? message.asText() : body;
            } catch (JsonProcessingException e) {
                return body;
            }
        }
    }

    private final KubernetesClient client;
    private final KubernetesSerialization json;
    private final Semaphore permits = new Semaphore(REQUESTS_AT_ONCE);

    ClusterApi(String kubeconfig) {
        client =
                new KubernetesClientBuilder()
                        .withConfig(config(kubeconfig))
                        .withHttpClientBuilderConsumer(
                                b -> b.addOrReplaceInterceptor("ascii", new AsciiWatch()))
                        .build();
        json = client.getKubernetesSerialization();
    }

    static Config config(String kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig);
        config.setOnlyHttpWatches(true);
        config.setRequestRetryBackoffLimit(0);
        config.setWatchReconnectInterval(250);
        if (isEllipticCurve(config.getClientKeyData())) {
            // fabric8 takes every PKCS #8 key for RSA unless told.
            config.setClientKeyAlgo("EC");
        }
        return config;
    }

    private static boolean isEllipticCurve(@Nullable String base64Pem) {
        if (base64Pem == null) {
            return false;
        }
        String pem =
                new String(Base64.getMimeDecoder().decode(base64Pem), StandardCharsets.US_ASCII);
        String body = pem.replaceAll("-----[A-Z ]+-----", "");
        try {
            var key = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body));
            return KeyFactory.getInstance("EC").generatePrivate(key) != null;
        } catch (InvalidKeySpecException e) {
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    KubernetesClient client() {
        return client;
    }

    <T> T read(Answer answer, Class<T> type) {
        return json.unmarshal(answer.body(), type);
    }

    CompletableFuture<Answer> create(String path, Object body) {
        return send("POST", path, JSON, json.asJson(body));
    }

    CompletableFuture<Answer> merge(String path, Map<String, ?> patch) {
        return send("PATCH", path, MERGE, json.asJson(patch));
    }

    CompletableFuture<Answer> get(String path) {
        return send("GET", path, JSON, null);
    }

    /** Deletes this very object, not another one that has taken its name since. */
    CompletableFuture<Answer> delete(String path, String uid) {
        return send(
                "DELETE",
                path,
                JSON,
                json.asJson(
                        Map.of(
                                "apiVersion",
                                "v1",
                                "kind",
                                "DeleteOptions",
                                "gracePeriodSeconds",
                                0,
                                "preconditions",
                                Map.of("uid", uid))));
    }

    /** Waits for an answer; only a broken or silent API server throws. */
    static <T> T await(CompletableFuture<T> call) throws IOException, InterruptedException {
        try {
            return call.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            call.cancel(true);
            throw new IOException("no answer within " + DEADLINE_SECONDS + " s", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private CompletableFuture<Answer> send(
            String method, String path, String contentType, @Nullable String body) {
        String base = client.getMasterUrl().toString();
        String uri = base.endsWith("/") ? base + path.substring(1) : base + path;
        HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder().uri(uri);
        if (body != null) {
            request.method(method, contentType, body);
        }
        permits.acquireUninterruptibly();
        try {
            return client.getHttpClient()
                    .sendAsync(request.build(), String.class)
                    .whenComplete((_, _) -> permits.release())
                    .thenApply(r -> new Answer(r.code(), r.body() == null ? "" : r.body()));
        } catch (RuntimeException e) {
            permits.release();
            return CompletableFuture.failedFuture(e);
        }
    }
}
