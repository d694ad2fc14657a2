package io.siterecovery.sandbox.kubernetes.http;

import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request as it came in, with its whole body. */
record Request(
        User user,
        String method,
        List<String> path,
        MultiMap query,
        String accept,
        String contentType,
        Buffer body) {

    /** Decodes the segments of a path; empty segments do not count. */
    static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            if (!segment.isEmpty()) {
                try {
                    segments.add(
                            URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw ApiError.badRequest("malformed path: " + segment);
                }
            }
        }
        return segments;
    }

    String param(String name) {
        String value = query.get(name);
        return value == null ? "" : value;
    }

    boolean flag(String name) {
        String value = param(name);
        return value.equals("true") || value.equals("1");
    }

    int number(String name) {
        String value = param(name);
        try {
            return value.isEmpty() ? 0 : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw ApiError.badRequest(name + ": Invalid value: \"" + value + "\"");
        }
    }
}
