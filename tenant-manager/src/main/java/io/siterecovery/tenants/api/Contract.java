package io.siterecovery.tenants.api;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The published OpenAPI document, and the same for the router: that knows no {@code :verb} at the
 * end of a path, so there it is a step of its own, {@code /~verb}.
 */
final class Contract {

    static final String BASE = "/api/v1";
    static final String OPENAPI = "/openapi.yaml";
    private static final String VERB = ":([a-z]+)$";
    private static final String STEP = "/~$1";

    static String text(String file) {
        try (InputStream in = Contract.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonObject forRouter() {
        Map<String, Object> document =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(text(OPENAPI));
        Map<String, Object> paths = new LinkedHashMap<>();
        if (document.get("paths") instanceof Map<?, ?> published) {
            published.forEach(
                    (path, what) -> paths.put(routed(String.valueOf(path)), requestsOf(what)));
        }
        document.put("paths", paths);
        // It wants a whole URL, takes nothing of it but the path, and is mounted there all the same.
        document.put("servers", List.of(Map.of("url", "http://localhost" + BASE)));
        // Callers are known before a route is looked for.
        document.remove("security");
        if (document.get("components") instanceof Map<?, ?> components) {
            components.remove("responses");
        }
        // Schemas are annotated in place: no map may be immutable.
        return new JsonObject(new JsonObject(document).encode());
    }

    /** It checks what comes in; of what goes out it does not know every format. */
    private static Object requestsOf(@Nullable Object path) {
        Map<String, Object> requests = new LinkedHashMap<>();
        if (path instanceof Map<?, ?> operations) {
            operations.forEach(
                    (method, operation) -> {
                        if (operation instanceof Map<?, ?> described) {
                            Map<Object, Object> request = new LinkedHashMap<>(described);
                            request.put(
                                    "responses", Map.of("200", Map.of("description", "done")));
                            requests.put(String.valueOf(method), request);
                        } else if (operation != null) {
                            requests.put(String.valueOf(method), operation);
                        }
                    });
        }
        return requests;
    }

    /** Path of a request as the router knows it. */
    static String routed(String path) {
        return path.replaceFirst(VERB, STEP);
    }

    private Contract() {}
}
