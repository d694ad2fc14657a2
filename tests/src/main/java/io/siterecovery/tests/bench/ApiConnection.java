package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * As little client as possible between a benchmark and an API server: connections that stay open,
 * bytes out, bytes in.
 */
final class ApiConnection implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final HttpClient client;
    private final HttpClient watcher;
    private final String host;
    private final int port;

    ApiConnection(Vertx vertx, String kubeconfig, int connections) throws IOException {
        JsonNode config = new YAMLMapper().readTree(kubeconfig);
        JsonNode cluster = config.at("/clusters/0/cluster");
        JsonNode user = config.at("/users/0/user");
        String address = cluster.path("server").asText().replace("https://", "");
        host = address.substring(0, address.indexOf(':'));
        port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        HttpClientOptions options =
                new HttpClientOptions()
                        .setSsl(true)
                        .setVerifyHost(false)
                        .setTrustOptions(
                                new PemTrustOptions()
                                        .addCertValue(pem(cluster, "certificate-authority-data")))
                        .setKeyCertOptions(
                                new PemKeyCertOptions()
                                        .setCertValue(pem(user, "client-certificate-data"))
                                        .setKeyValue(pem(user, "client-key-data")));
        client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections));
        watcher = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections));
    }

    private static Buffer pem(JsonNode holder, String field) {
        return Buffer.buffer(Base64.getDecoder().decode(holder.path(field).asText()));
    }

    /** The body of the answer, which must be a success. */
    Buffer send(HttpMethod method, String path, String contentType, String body) {
        try {
            return client.request(request(method, path))
                    .compose(
                            request ->
                                    request.putHeader("Content-Type", contentType)
                                            .send(Buffer.buffer(body)))
                    .compose(ApiConnection::success)
                    .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(method + " " + path + " does not answer", e);
        }
    }

    /** Opens a watch; its bytes go to the consumer as they come. */
    void watch(String path, Consumer<Buffer> bytes) {
        try {
            watcher.request(request(HttpMethod.GET, path))
                    .compose(request -> request.send())
                    .onSuccess(response -> response.handler(bytes::accept))
                    .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no watch on " + path, e);
        }
    }

    private RequestOptions request(HttpMethod method, String path) {
        return new RequestOptions().setMethod(method).setHost(host).setPort(port).setURI(path);
    }

    private static Future<Buffer> success(HttpClientResponse response) {
        return response.body()
                .map(
                        body -> {
                            if (response.statusCode() >= 300) {
                                throw new IllegalStateException(response.statusCode() + " " + body);
                            }
                            return body;
                        });
    }

    @Override
    public void close() {
        client.close().toCompletionStage().toCompletableFuture().join();
        watcher.close().toCompletionStage().toCompletableFuture().join();
    }
}
