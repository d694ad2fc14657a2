package io.siterecovery.sandbox.kubernetes.http;

import io.siterecovery.sandbox.kubernetes.auth.AccessRequest;
import java.util.List;
import java.util.Locale;

/**
 * What a request is about, read from its path alone: whoever may not ask does not learn what is
 * served.
 *
 * @param group "" in the core group and for what is no resource
 * @param plural "" for what is no resource
 */
record RequestInfo(
        String group,
        String version,
        String namespace,
        String plural,
        String name,
        String subresource,
        int extraSegments) {

    private static final RequestInfo NONE = new RequestInfo("", "", "", "", "", "", 0);

    boolean isResource() {
        return !plural.isEmpty();
    }

    static RequestInfo of(List<String> path) {
        boolean core = !path.isEmpty() && path.getFirst().equals("api");
        boolean named = !path.isEmpty() && path.getFirst().equals("apis");
        int head = core ? 2 : 3;
        if ((!core && !named) || path.size() <= head) {
            return NONE;
        }
        String group = core ? "" : path.get(1);
        String version = path.get(head - 1);
        List<String> rest = path.subList(head, path.size());
        if (isScoped(group, rest)) {
            return of(group, version, rest.get(1), rest.subList(2, rest.size()));
        }
        return of(group, version, "", rest);
    }

    /** {@code namespaces/{name}/status} is about the namespace, not about what is in it. */
    private static boolean isScoped(String group, List<String> rest) {
        return rest.size() >= 3
                && rest.getFirst().equals("namespaces")
                && !(group.isEmpty()
                        && rest.size() == 3
                        && List.of("status", "finalize").contains(rest.get(2)));
    }

    private static RequestInfo of(
            String group, String version, String namespace, List<String> rest) {
        return new RequestInfo(
                group,
                version,
                namespace,
                rest.getFirst(),
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "",
                Math.max(0, rest.size() - 3));
    }

    /** The same as rules see it. */
    AccessRequest access(Request request) {
        if (!isResource()) {
            return AccessRequest.toPath(
                    request.method().toLowerCase(Locale.ROOT),
                    "/" + String.join("/", request.path()));
        }
        boolean isNamespace = group.isEmpty() && plural.equals("namespaces");
        return new AccessRequest(
                verb(request),
                group,
                plural,
                subresource,
                isNamespace ? name : namespace,
                name.isEmpty() ? selectedName(request) : name,
                "");
    }

    private String verb(Request request) {
        boolean one = !name.isEmpty();
        return switch (request.method()) {
            case "GET", "HEAD" -> request.flag("watch") ? "watch" : one ? "get" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> one ? "delete" : "deletecollection";
            default -> request.method().toLowerCase(Locale.ROOT);
        };
    }

    /** A list or watch of one object by its name is allowed to who may see that one. */
    private static String selectedName(Request request) {
        String selector = request.param("fieldSelector");
        String prefix = "metadata.name=";
        return selector.startsWith(prefix) && !selector.contains(",")
                ? selector.substring(prefix.length())
                : "";
    }
}
