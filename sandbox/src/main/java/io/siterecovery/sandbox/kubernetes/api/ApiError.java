package io.siterecovery.sandbox.kubernetes.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import java.util.stream.Collectors;

/** A refusal of the API, with the Status body that the client gets. */
public final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;
    private final transient ObjectNode details;

    public ApiError(int code, String reason, String message, ObjectNode details) {
        // A refusal is an answer, not a fault: nobody reads its stack.
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    public ApiError(int code, String reason, String message) {
        this(code, reason, message, Json.object());
    }

    public static ApiError badRequest(String message) {
        return new ApiError(400, "BadRequest", message);
    }

    /** No such path at all. */
    public static ApiError noSuchPath() {
        return new ApiError(404, "NotFound", "the server could not find the requested resource");
    }

    public static ApiError notFound(ApiResource resource, String name) {
        return about(404, "NotFound", resource, name, "not found");
    }

    public static ApiError alreadyExists(ApiResource resource, String name) {
        return about(409, "AlreadyExists", resource, name, "already exists");
    }

    public static ApiError modified(ApiResource resource, String name) {
        return conflict(
                resource,
                name,
                "the object has been modified; please apply your changes to the latest version and"
                        + " try again");
    }

    public static ApiError conflict(ApiResource resource, String name, String why) {
        return new ApiError(
                409,
                "Conflict",
                "Operation cannot be fulfilled on "
                        + resource.qualifiedName()
                        + " \""
                        + name
                        + "\": "
                        + why,
                details(resource.group(), resource.plural(), name));
    }

    /** A deletion of another object than the one that is there; the real words name the kind. */
    public static ApiError unmetPrecondition(ApiResource resource, String name, String why) {
        String group = resource.group();
        String kind = group.isEmpty() ? resource.kind() : resource.kind() + "." + group;
        return new ApiError(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + kind + " \"" + name + "\": " + why,
                details(group, resource.kind(), name));
    }

    public static ApiError forbidden(ApiResource resource, String name, String why) {
        return about(403, "Forbidden", resource, name, "is forbidden: " + why);
    }

    /** For whoever may not even learn whether the resource is served. */
    public static ApiError forbidden(String group, String plural, String name, String why) {
        String qualified = group.isEmpty() ? plural : plural + "." + group;
        return new ApiError(
                403,
                "Forbidden",
                qualified + (name.isEmpty() ? "" : " \"" + name + "\"") + " is forbidden: " + why,
                details(group, plural, name));
    }

    public static ApiError invalid(ApiResource resource, String name, List<FieldError> errors) {
        return invalid(
                resource.group().isEmpty()
                        ? resource.kind()
                        : resource.kind() + "." + resource.group(),
                name,
                errors);
    }

    /**
     * @param kind {@code Kind.group}, or the kind alone in the core group
     */
    public static ApiError invalid(String kind, String name, List<FieldError> errors) {
        String joined = errors.stream().map(FieldError::toString).collect(Collectors.joining(", "));
        int dot = kind.indexOf('.');
        ObjectNode details =
                details(
                        dot < 0 ? "" : kind.substring(dot + 1),
                        dot < 0 ? kind : kind.substring(0, dot),
                        name);
        ArrayNode causes = details.putArray("causes");
        for (FieldError error : errors) {
            causes.addObject()
                    .put("reason", error.reason())
                    .put("message", error.message())
                    .put("field", error.field());
        }
        return new ApiError(
                422,
                "Invalid",
                kind
                        + " \""
                        + name
                        + "\" is invalid: "
                        + (errors.size() == 1 ? joined : "[" + joined + "]"),
                details);
    }

    /**
     * A request that is understood and still cannot be carried out, such as a failed patch test.
     */
    public static ApiError unprocessable(String why) {
        ObjectNode details = Json.object();
        // Beyond the real one, which leaves its clients to guess.
        details.putArray("causes")
                .addObject()
                .put("reason", "UnexpectedServerResponse")
                .put("message", why);
        return new ApiError(
                422,
                "Invalid",
                "the server rejected our request due to an error in our request",
                details);
    }

    public static ApiError unsupportedMediaType(String given, String supported) {
        return new ApiError(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + supported
                        + (given.isEmpty() ? "" : " (got " + given + ")"));
    }

    public static ApiError notAcceptable(String supported) {
        return new ApiError(
                406, "NotAcceptable", "only the following media types are accepted: " + supported);
    }

    public static ApiError methodNotAllowed() {
        return new ApiError(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource");
    }

    /** What the client wants to read on from is no longer held. */
    public static ApiError expired(String message) {
        return new ApiError(410, "Expired", message);
    }

    public int code() {
        return code;
    }

    public ObjectNode details() {
        return details;
    }

    /** The same refusal under another reason and code. */
    public ApiError withReason(int newCode, String newReason) {
        return new ApiError(newCode, newReason, message(), details);
    }

    public String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    public ObjectNode status() {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
        status.put("status", "Failure").put("message", message()).put("reason", reason);
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    private static ApiError about(
            int code, String reason, ApiResource resource, String name, String what) {
        return new ApiError(
                code,
                reason,
                resource.qualifiedName() + " \"" + name + "\" " + what,
                details(resource.group(), resource.plural(), name));
    }

    private static ObjectNode details(String group, String kind, String name) {
        ObjectNode details = Json.object();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        return details.put("kind", kind);
    }
}
