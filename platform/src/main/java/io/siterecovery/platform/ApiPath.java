package io.siterecovery.platform;

import io.siterecovery.model.ResourceKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where the API serves a kind or an object; grows by query parameters.
 *
 * @param accept the form in which it is to be answered
 */
record ApiPath(String path, String query, String accept) {

    /** Metadata alone, of one object or of a list. */
    static final String METADATA =
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,"
                    + "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    static ApiPath of(String path) {
        return new ApiPath(path, "", "application/json");
    }

    ApiPath asking(String form) {
        return new ApiPath(path, query, form);
    }

    static ApiPath collection(ResourceKind kind, @Nullable String namespace) {
        StringBuilder path = new StringBuilder(kind.group().isEmpty() ? "/api/" : "/apis/");
        path.append(kind.apiVersion()).append('/');
        if (kind.namespaced() && namespace != null) {
            path.append("namespaces/").append(encode(namespace)).append('/');
        }
        return of(path.append(kind.plural()).toString());
    }

    static ApiPath object(ResourceKind kind, @Nullable String namespace, String name) {
        if (name.isEmpty() || (kind.namespaced() && (namespace == null || namespace.isEmpty()))) {
            throw new IllegalArgumentException("an object needs its name and namespace");
        }
        return of(collection(kind, namespace).path + "/" + encode(name));
    }

    ApiPath child(String subresource) {
        return new ApiPath(path + "/" + subresource, query, accept);
    }

    ApiPath with(String parameter, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return this;
        }
        String added = parameter + "=" + encode(value);
        return new ApiPath(path, query.isEmpty() ? added : query + "&" + added, accept);
    }

    @Override
    public String toString() {
        return query.isEmpty() ? path : path + "?" + query;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
