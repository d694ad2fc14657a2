package io.siterecovery.sandbox.kubernetes.http;

import io.siterecovery.sandbox.kubernetes.api.ApiError;

/** The form in which a client wants objects. */
sealed interface Form {
    /** The objects themselves. */
    record Plain() implements Form {}

    /** Rows to print. */
    record Table(String version) implements Form {}

    /** Metadata alone. */
    record Partial() implements Form {}

    /** The first form in the client's list that this server can make. */
    static Form of(String accept) {
        for (MediaRange range : MediaRange.parse(accept)) {
            if (!range.isJson()) {
                continue;
            }
            String as = range.parameter("as");
            if (as.isEmpty()) {
                return new Plain();
            }
            boolean meta = range.parameter("g").equals("meta.k8s.io");
            if (meta && as.equals("Table")) {
                return new Table(range.parameter("v"));
            }
            if (meta && as.startsWith("PartialObjectMetadata")) {
                return new Partial();
            }
        }
        throw ApiError.notAcceptable("application/json");
    }
}
