package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.FieldError;
import io.siterecovery.sandbox.kubernetes.json.DuplicateKeys;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.protobuf.Protobuf;
import io.siterecovery.sandbox.kubernetes.resources.Call;
import io.siterecovery.sandbox.kubernetes.resources.Deleter;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Reads request bodies: JSON, YAML, and protobuf of the few kinds that kubectl insists on. */
final class Bodies {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final List<String> ACCEPTED = List.of("application/json", "application/yaml");

    private static final Set<String> PROPAGATIONS =
            Set.of("", "Background", "Foreground", "Orphan");

    private Bodies() {}

    static ObjectNode object(Request request) {
        String type = mediaType(request);
        if (type.equals(Protobuf.MEDIA_TYPE)) {
            return Protobuf.read(request.body().getBytes())
                    .orElseThrow(
                            () -> ApiError.unsupportedMediaType(type, String.join(", ", ACCEPTED)));
        }
        if (!type.isEmpty() && !ACCEPTED.contains(type)) {
            throw ApiError.unsupportedMediaType(type, String.join(", ", ACCEPTED));
        }
        boolean isYaml = type.equals("application/yaml");
        JsonNode node = isYaml ? yaml(request) : json(request);
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw ApiError.badRequest(
                "couldn't get version/kind; json parse error: the body is not an object");
    }

    static JsonNode json(Request request) {
        try {
            return Json.parse(request.body().getBytes());
        } catch (JsonProcessingException e) {
            throw ApiError.badRequest("error decoding the body: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw ApiError.badRequest("error decoding the body: " + e.getMessage());
        }
    }

    /** The call with what its body shows and a tree of it would not: keys that stand twice. */
    static Call judged(Call call, Request request) {
        if (call.fieldValidation() == Call.FieldValidation.Ignore
                || !mediaType(request).endsWith("json")) {
            return call;
        }
        try {
            List<String> duplicates = DuplicateKeys.in(request.body().getBytes());
            return duplicates.isEmpty() ? call : call.withDuplicates(duplicates);
        } catch (IOException e) {
            throw ApiError.badRequest("error decoding the body: " + e.getMessage());
        }
    }

    static String mediaType(Request request) {
        String type = request.contentType();
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    }

    /** From the body if there is one, else from the query. */
    static Deleter.Options deleteOptions(Request request) {
        JsonNode body = request.body().length() == 0 ? Json.object() : object(request);
        JsonNode grace = body.path("gracePeriodSeconds");
        Long seconds = grace.isIntegralNumber() ? Long.valueOf(grace.longValue()) : null;
        if (seconds == null && !request.param("gracePeriodSeconds").isEmpty()) {
            seconds = (long) request.number("gracePeriodSeconds");
        }
        JsonNode conditions = body.path("preconditions");
        String propagation =
                body.path("propagationPolicy").asText(request.param("propagationPolicy"));
        if (!PROPAGATIONS.contains(propagation)) {
            throw ApiError.invalid(
                    "DeleteOptions",
                    "",
                    List.of(
                            FieldError.notSupported(
                                    "propagationPolicy",
                                    Json.object().textNode(propagation),
                                    List.of("Background", "Foreground", "Orphan"))));
        }
        return new Deleter.Options(
                seconds,
                Json.text(conditions, "uid"),
                Json.text(conditions, "resourceVersion"),
                propagation.equals("Orphan"));
    }

    /** {@code dryRun} may also stand in the body of a DELETE. */
    static boolean asksDryRun(Request request) {
        return request.body().length() > 0
                && Json.strings(object(request).path("dryRun")).contains("All");
    }

    private static JsonNode yaml(Request request) {
        try {
            return YAML.readTree(request.body().getBytes());
        } catch (IOException e) {
            throw ApiError.badRequest("error decoding the body: " + e.getMessage());
        }
    }
}
