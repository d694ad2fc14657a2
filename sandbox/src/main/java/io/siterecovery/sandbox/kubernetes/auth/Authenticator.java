package io.siterecovery.sandbox.kubernetes.auth;

import io.siterecovery.sandbox.kubernetes.api.ApiError;
import java.util.ArrayList;
import java.util.List;

/** Finds out who sends a request: a certificate, a token, or somebody who acts as another. */
public final class Authenticator {
    private static final String BEARER = "bearer ";

    private final ServiceAccountTokens tokens;
    private final RoleAuthorizer authorizer;

    public Authenticator(ServiceAccountTokens tokens, RoleAuthorizer authorizer) {
        this.tokens = tokens;
        this.authorizer = authorizer;
    }

    /** What a request says of its sender. */
    public record Evidence(
            User certified, String authorization, String actAs, List<String> actGroups) {}

    /** Nobody known is {@link User#ANONYMOUS}; who shows a token must show a good one. */
    public User authenticate(Evidence evidence) {
        User user = byCredentials(evidence);
        return evidence.actAs().isEmpty() && evidence.actGroups().isEmpty()
                ? user
                : impersonated(user, evidence);
    }

    private User byCredentials(Evidence evidence) {
        if (!evidence.certified().equals(User.ANONYMOUS)) {
            return evidence.certified();
        }
        String authorization = evidence.authorization();
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return User.ANONYMOUS;
        }
        String token = authorization.substring(BEARER.length()).strip();
        return tokens.check(token, List.of(ServiceAccountTokens.AUDIENCE))
                .orElseThrow(() -> new ApiError(401, "Unauthorized", "Unauthorized"));
    }

    private User impersonated(User user, Evidence evidence) {
        if (evidence.actAs().isEmpty()) {
            throw ApiError.badRequest("requested groups without impersonating a user");
        }
        check(user, "users", evidence.actAs());
        List<String> groups = new ArrayList<>(evidence.actGroups());
        groups.forEach(group -> check(user, "groups", group));
        groups.add(User.AUTHENTICATED);
        return new User(evidence.actAs(), groups);
    }

    private void check(User user, String what, String whom) {
        AccessRequest wanted = new AccessRequest("impersonate", "", what, "", "", whom, "");
        if (!authorizer.allows(user, wanted)) {
            throw new ApiError(
                    403,
                    "Forbidden",
                    what + " \"" + whom + "\" is forbidden: " + wanted.refusal(user));
        }
    }
}
