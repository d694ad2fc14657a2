package io.siterecovery.tenants.api;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
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
            published.forEach((path, what) -> paths.put(routed(String.valueOf(path)), what));
        }
        document.put("paths", paths);
        return new JsonObject(document);
    }

    /** Path of a request as the router knows it. */
    static String routed(String path) {
        return path.replaceFirst(VERB, STEP);
    }

    private Contract() {}
}
