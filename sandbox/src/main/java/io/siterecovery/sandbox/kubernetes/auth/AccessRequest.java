package io.siterecovery.sandbox.kubernetes.auth;

/**
 * What somebody wants to do, as rules speak of it.
 *
 * @param namespace "" for all, and for what is cluster-wide
 * @param name "" where no single object is meant
 * @param path of what is no resource; "" for resources
 */
public record AccessRequest(
        String verb,
        String group,
        String resource,
        String subresource,
        String namespace,
        String name,
        String path) {

    public static AccessRequest toPath(String verb, String path) {
        return new AccessRequest(verb, "", "", "", "", "", path);
    }

    public boolean isResource() {
        return path.isEmpty();
    }

    /** {@code resource/subresource}, as rules name it. */
    public String qualified() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** In the words of the real API server. */
    public String refusal(User user) {
        if (!isResource()) {
            return "User \"%s\" cannot %s path \"%s\"".formatted(user.name(), verb, path);
        }
        return "User \"%s\" cannot %s resource \"%s\" in API group \"%s\" %s"
                .formatted(
                        user.name(),
                        verb,
                        qualified(),
                        group,
                        namespace.isEmpty()
                                ? "at the cluster scope"
                                : "in the namespace \"" + namespace + "\"");
    }
}
