package io.siterecovery.platform;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An https server that answers as a test tells it to: a few ConfigMaps to list and watch, and
 * whatever else was scripted. It misbehaves where a well-behaved server would not.
 */
final class ScriptedApiServer implements AutoCloseable {

    record Request(String method, String path, String query, String contentType, String body) {}

    record Canned(int code, String body, Map<String, String> headers) {}

    private record Stream(OutputStream body, CountDownLatch ended) {}

    private final TestAuthority authority;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Stream> streams = new CopyOnWriteArrayList<>();
    private final Queue<Canned> canned = new ArrayDeque<>();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    final NavigableMap<String, ObjectNode> objects = new ConcurrentSkipListMap<>();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    volatile CountDownLatch held = new CountDownLatch(0);
    volatile int pageSize = Integer.MAX_VALUE;
    private volatile int version = 100;
    private HttpsServer server;
    private int port;

    ScriptedApiServer(TestAuthority authority) throws IOException {
        this.authority = authority;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    Kubeconfig kubeconfig() {
        return new Kubeconfig(
                URI.create("https://localhost:" + port),
                authority.certificatePem(),
                new Kubeconfig.Credential.Token("a-very-secret-token"));
    }

    /** Answers the next request that is not for ConfigMaps with this. */
    void next(int code, String body, Map<String, String> headers) {
        synchronized (canned) {
            canned.add(new Canned(code, body, headers));
        }
    }

    ObjectNode put(String name, String value) {
        ObjectNode object = configMap(name, value);
        objects.put(name, object);
        return object;
    }

    ObjectNode configMap(String name, String value) {
        ObjectNode object = KubernetesJson.mapper().createObjectNode();
        object.put("apiVersion", "v1").put("kind", "ConfigMap");
        object.putObject("metadata")
                .put("name", name)
                .put("namespace", "ns")
                .put("uid", "uid-" + name)
                .put("resourceVersion", String.valueOf(++version));
        object.putObject("data").put("value", value);
        return object;
    }

    static byte[] event(String type, ObjectNode object) {
        ObjectNode event = KubernetesJson.mapper().createObjectNode();
        event.put("type", type).set("object", object);
        return (event + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Writes to every open watch, each piece flushed by itself. */
    void emit(byte[]... pieces) {
        for (Stream stream : streams) {
            try {
                for (byte[] piece : pieces) {
                    stream.body().write(piece);
                    stream.body().flush();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    int watches() {
        return streams.size();
    }

    /** Ends every open watch as a server does that has reached its time limit. */
    void endWatches() {
        streams.forEach(stream -> stream.ended().countDown());
    }

    void stop() {
        endWatches();
        server.stop(0);
    }

    void start() throws IOException {
        server = listen(port);
    }

    @Override
    public void close() {
        held.countDown();
        stop();
        executor.shutdownNow();
    }

    private HttpsServer listen(int at) throws IOException {
        HttpsServer https =
                HttpsServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(authority.serverContext()));
        https.setExecutor(executor);
        https.createContext("/", this::handle);
        https.start();
        return https;
    }

    private void handle(HttpExchange exchange) throws IOException {
        int now = running.incrementAndGet();
        mostAtOnce.accumulateAndGet(now, Math::max);
        try (exchange) {
            URI uri = exchange.getRequestURI();
            String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            requests.add(
                    new Request(
                            exchange.getRequestMethod(),
                            uri.getPath(),
                            query,
                            type == null ? "" : type,
                            body));
            held.await();
            Canned scripted;
            synchronized (canned) {
                scripted = canned.poll();
            }
            if (scripted != null) {
                scripted.headers().forEach(exchange.getResponseHeaders()::add);
                answer(exchange, scripted.code(), scripted.body());
            } else if (query.contains("watch=true")) {
                watch(exchange);
            } else if (uri.getPath().endsWith("/configmaps")) {
                answer(exchange, 200, page(parameters(query)));
            } else {
                answer(exchange, 200, "{}");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.decrementAndGet();
        }
    }

    private void watch(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, 0);
        Stream stream = new Stream(exchange.getResponseBody(), new CountDownLatch(1));
        stream.body().flush();
        streams.add(stream);
        try {
            stream.ended().await();
        } finally {
            streams.remove(stream);
        }
    }

    private String page(Map<String, String> parameters) {
        String after = parameters.getOrDefault("continue", "");
        ObjectNode list = KubernetesJson.mapper().createObjectNode();
        ArrayNode items = list.putArray("items");
        ObjectNode meta = list.putObject("metadata").put("resourceVersion", "" + version);
        for (Map.Entry<String, ObjectNode> entry : objects.tailMap(after, false).entrySet()) {
            if (items.size() == pageSize) {
                meta.put("continue", items.get(items.size() - 1).at("/metadata/name").asText());
                break;
            }
            items.add(entry.getValue());
        }
        return list.toString();
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return parameters;
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
