package io.siterecovery.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.platform.ApiConnection.Answer;
import io.siterecovery.platform.KubernetesFailure.Reason;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** Reads what an API server answered, and what a call that got no answer means. */
final class ApiAnswers {

    /** How an API server says that a JSON Patch could not be applied, a failed test included. */
    private static final String PATCH_NOT_APPLIED =
            "the server rejected our request due to an error";

    private static final int MAX_MESSAGE = 1_000;

    static JsonNode json(String body) {
        try {
            JsonNode tree = KubernetesJson.mapper().readTree(body);
            if (tree == null || !tree.isObject()) {
                throw new KubernetesFailure(Reason.OTHER, 0, "the answer is not a JSON object");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw new KubernetesFailure(Reason.OTHER, 0, "the answer is not JSON");
        }
    }

    /**
     * @throws KubernetesFailure unless the code is 2xx
     */
    static String successful(Answer answer) {
        if (answer.code() / 100 == 2) {
            return answer.body();
        }
        throw failure(answer.code(), answer.body());
    }

    static KubernetesFailure failure(int code, String body) {
        String message = "HTTP " + code;
        String word = "";
        try {
            JsonNode status = KubernetesJson.mapper().readTree(body);
            if (status != null && status.path("kind").asText().equals("Status")) {
                message = status.path("message").asText(message);
                word = status.path("reason").asText("");
            }
        } catch (JsonProcessingException e) {
            // not an API server's own words: the code says it all
        }
        if (message.length() > MAX_MESSAGE) {
            message = message.substring(0, MAX_MESSAGE) + "…";
        }
        return new KubernetesFailure(reason(code, word), code, message);
    }

    /** A guarded patch that could not be applied met another object than it was made for. */
    static RuntimeException ofGuardedPatch(RuntimeException failure) {
        return failure instanceof KubernetesFailure refused
                        && refused.reason() == Reason.INVALID
                        && refused.message().startsWith(PATCH_NOT_APPLIED)
                ? new KubernetesFailure(Reason.CONFLICT, refused.code(), refused.message())
                : failure;
    }

    static KubernetesFailure ofThrown(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case KubernetesFailure failure -> failure;
            case TimeoutException timeout ->
                    new KubernetesFailure(Reason.UNREACHABLE, 0, "no answer within the deadline");
            case CancellationException cancelled ->
                    new KubernetesFailure(Reason.UNREACHABLE, 0, "cancelled");
            case IOException broken ->
                    new KubernetesFailure(
                            Reason.UNREACHABLE,
                            0,
                            broken.getClass().getSimpleName() + ": " + broken.getMessage());
            case IllegalStateException closed ->
                    new KubernetesFailure(
                            Reason.UNREACHABLE, 0, String.valueOf(closed.getMessage()));
            default -> new KubernetesFailure(Reason.OTHER, 0, cause.toString());
        };
    }

    private static Reason reason(int code, String word) {
        return switch (code) {
            case 404 -> Reason.NOT_FOUND;
            case 409 -> word.equals("AlreadyExists") ? Reason.ALREADY_EXISTS : Reason.CONFLICT;
            case 401, 403 -> Reason.FORBIDDEN;
            case 400, 422 -> Reason.INVALID;
            case 410 -> Reason.EXPIRED;
            default -> Reason.OTHER;
        };
    }

    private ApiAnswers() {}
}
