package io.siterecovery.tenants.api;

import io.siterecovery.platform.AddressRules;
import io.siterecovery.platform.KubernetesFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is told of whatever went wrong: our own words, and where in the request the fault is. */
final class Faults {

    private static final int LONGEST = 300;

    static Problem of(@Nullable Throwable thrown, int status) {
        return switch (thrown) {
            case Problem problem -> problem;
            case SchemaValidationException misfit -> misfit(misfit);
            case ValidatorException other -> invalid(other.getMessage());
            case DecodeException notJson -> invalid("the body is not JSON");
            case AddressRules.Forbidden forbidden ->
                    new Problem(Problem.Kind.REFUSED, String.valueOf(forbidden.getMessage()));
            case KubernetesFailure failure -> ofQuorum(failure);
            case HttpException http ->
                    http.getCause() == null
                            ? ofStatus(http.getStatusCode())
                            : of(http.getCause(), http.getStatusCode());
            case null -> ofStatus(status);
            default -> deeper(thrown, status);
        };
    }

    private static Problem deeper(Throwable thrown, int status) {
        Throwable cause = thrown.getCause();
        return cause == null ? ofStatus(status) : of(cause, status);
    }

    private static Problem ofQuorum(KubernetesFailure failure) {
        return switch (failure.reason()) {
            case ALREADY_EXISTS -> new Problem(Problem.Kind.EXISTS, failure.message());
            case CONFLICT ->
                    new Problem(Problem.Kind.CHANGED_MEANWHILE, "read it again and try again");
            case INVALID -> new Problem(Problem.Kind.REFUSED, shortened(failure.message()));
            case NOT_FOUND -> new Problem(Problem.Kind.NOT_FOUND, "it is not there any more");
            case UNREACHABLE, EXPIRED ->
                    new Problem(Problem.Kind.UNAVAILABLE, "the quorum cluster does not answer");
            case FORBIDDEN, WRONG_CLUSTER, OTHER ->
                    new Problem(
                            Problem.Kind.UNAVAILABLE, "the quorum cluster does not let us do this");
        };
    }

    private static Problem ofStatus(int status) {
        Problem.Kind kind =
                switch (status) {
                    case 400 -> Problem.Kind.INVALID;
                    case 404 -> Problem.Kind.NOT_FOUND;
                    case 405 -> Problem.Kind.METHOD_NOT_ALLOWED;
                    case 413 -> Problem.Kind.TOO_LARGE;
                    case 415 -> Problem.Kind.UNSUPPORTED_MEDIA_TYPE;
                    default -> Problem.Kind.INTERNAL;
                };
        return new Problem(
                kind,
                switch (kind) {
                    case NOT_FOUND -> "nothing is here";
                    case METHOD_NOT_ALLOWED, INVALID -> "see /api/v1/openapi.yaml";
                    case TOO_LARGE -> "at most 1 MiB";
                    case UNSUPPORTED_MEDIA_TYPE -> "send application/json";
                    default -> "what happened is in our log";
                });
    }

    /** The deepest place that a schema complains of, and with what words. */
    private static Problem misfit(SchemaValidationException misfit) {
        OutputUnit deepest = null;
        List<OutputUnit> errors = misfit.getOutputUnit().getErrors();
        for (OutputUnit unit : errors == null ? List.<OutputUnit>of() : errors) {
            boolean passesOn = String.valueOf(unit.getError()).startsWith("Property ");
            if (!passesOn && (deepest == null || depth(unit) >= depth(deepest))) {
                deepest = unit;
            }
        }
        String pointer =
                deepest == null ? "" : deepest.getInstanceLocation().replaceFirst("^#", "");
        if (deepest == null || pointer.isEmpty()) {
            return invalid(misfit.getMessage());
        }
        return new Problem(Problem.Kind.INVALID, said(deepest.getError()), pointer, List.of());
    }

    private static int depth(OutputUnit unit) {
        return unit.getInstanceLocation().split("/", -1).length;
    }

    private static Problem invalid(@Nullable String message) {
        return new Problem(Problem.Kind.INVALID, said(message));
    }

    private static String said(@Nullable String message) {
        return message == null ? "it does not fit the contract" : shortened(message);
    }

    private static String shortened(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    private Faults() {}
}
