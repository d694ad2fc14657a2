package io.siterecovery.tests.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Plain HTTPS to an API server: no client library between. */
public final class RawApi implements AutoCloseable {
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Status code, headers and body of an answer. */
    public record Answer(HttpResponse<byte[]> response) {
        public int code() {
            return response.statusCode();
        }

        public String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        public JsonNode json() throws IOException {
            return JSON.readTree(response.body());
        }

        public String header(String name) {
            return String.join(", ", response.headers().allValues(name));
        }
    }

    private final String server;
    private final String token;
    private final HttpClient http;

    /**
     * @param token for {@code Authorization: Bearer}; none if empty
     */
    RawApi(String server, String token, HttpClient http) {
        this.server = server;
        this.token = token;
        this.http = http;
    }

    public Answer get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    public Answer post(String path, String json) throws IOException, InterruptedException {
        return write("POST", path, "application/json", json);
    }

    public Answer put(String path, String json) throws IOException, InterruptedException {
        return write("PUT", path, "application/json", json);
    }

    /**
     * @param kind {@code json}, {@code merge} or {@code strategic-merge}
     */
    public Answer patch(String path, String kind, String json)
            throws IOException, InterruptedException {
        return write("PATCH", path, "application/" + kind + "-patch+json", json);
    }

    public Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    public Answer write(String method, String path, String contentType, String body)
            throws IOException, InterruptedException {
        return write(method, path, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    public Answer write(
            String method, String path, String contentType, byte[] body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                request(path)
                        .header("Content-Type", contentType)
                        .method(method, BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** The bytes of a watch as they come. */
    public HttpResponse<InputStream> stream(String path) throws IOException, InterruptedException {
        return http.send(request(path).GET().build(), BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server + path)).timeout(PATIENCE);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    /** With a deadline for the whole answer; the client's own ends with the headers. */
    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), BodyHandlers.ofByteArray());
        try {
            return new Answer(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("no end of the answer within " + PATIENCE, e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
