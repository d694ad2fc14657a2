package io.siterecovery.tenants.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not carried out (RFC 9457). Names fields and limits of the request, never the
 * values of credentials, nor what a remote server said.
 */
final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kind of problem it is: stable, for programs. */
    enum Kind {
        UNAUTHENTICATED(401, "Who are you?"),
        FORBIDDEN(403, "You may see it and not do this"),
        NOT_FOUND(404, "There is no such thing for you"),
        METHOD_NOT_ALLOWED(405, "Not with this method"),
        EXISTS(409, "It exists already"),
        IN_USE(409, "It is in use"),
        CHANGED_MEANWHILE(409, "Somebody else changed it meanwhile"),
        TOO_LARGE(413, "The body is too large"),
        UNSUPPORTED_MEDIA_TYPE(415, "Not in this format"),
        INVALID(400, "The request does not fit the contract"),
        REFUSED(422, "The request was understood and cannot be carried out"),
        KEY_REUSED(422, "The Idempotency-Key was used for another order"),
        TOO_MANY(429, "Too many at once"),
        INTERNAL(500, "We failed"),
        UNAVAILABLE(503, "What is needed for this does not answer");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        int status() {
            return status;
        }

        String type() {
            return "/problems/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Kind kind;
    private final @Nullable String pointer;
    private final List<String> faults;

    Problem(Kind kind, String detail) {
        this(kind, detail, null, List.of());
    }

    /**
     * @param pointer JSON pointer into the body; null if it is not about a place in it
     * @param faults each of several; empty if the detail says it all
     */
    Problem(Kind kind, String detail, @Nullable String pointer, List<String> faults) {
        super(detail, null, false, false);
        this.kind = kind;
        this.pointer = pointer;
        this.faults = List.copyOf(faults);
    }

    Kind kind() {
        return kind;
    }

    JsonObject toJson() {
        JsonObject body =
                new JsonObject()
                        .put("type", kind.type())
                        .put("title", kind.title)
                        .put("status", kind.status())
                        .put("detail", getMessage());
        if (pointer != null) {
            body.put("pointer", pointer);
        }
        if (!faults.isEmpty()) {
            body.put("faults", new JsonArray(faults));
        }
        return body;
    }
}
