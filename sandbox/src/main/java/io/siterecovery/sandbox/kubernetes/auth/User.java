package io.siterecovery.sandbox.kubernetes.auth;

import java.util.List;

/** Who sends a request: common name and organizations of the client certificate. */
public record User(String name, List<String> groups) {
    public static final User SYSTEM = new User("system:apiserver", List.of("system:masters"));

    public static final User ANONYMOUS =
            new User("system:anonymous", List.of("system:unauthenticated"));

    public User {
        groups = List.copyOf(groups);
    }
}
