package io.siterecovery.sandbox.kubernetes.auth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import java.util.Map;

/**
 * Who sends a request.
 *
 * @param extra what a token says beside, such as the node of its pod
 */
public record User(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    public static final String MASTERS = "system:masters";
    public static final String AUTHENTICATED = "system:authenticated";
    private static final String UNAUTHENTICATED = "system:unauthenticated";

    public static final User SYSTEM = new User("system:apiserver", List.of(MASTERS));
    public static final User ANONYMOUS = new User("system:anonymous", List.of(UNAUTHENTICATED));

    public User {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    public User(String name, List<String> groups) {
        this(name, "", groups, Map.of());
    }

    /** Of the group that no rule restrains. */
    public boolean isMaster() {
        return groups.contains(MASTERS);
    }

    /** As {@code userInfo} of reviews and admission has it. */
    public ObjectNode info() {
        ObjectNode info = Json.object().put("username", name);
        if (!uid.isEmpty()) {
            info.put("uid", uid);
        }
        info.set("groups", Json.arrayOf(groups));
        if (!extra.isEmpty()) {
            ObjectNode more = info.putObject("extra");
            extra.forEach((key, values) -> more.set(key, Json.arrayOf(values)));
        }
        return info;
    }
}
