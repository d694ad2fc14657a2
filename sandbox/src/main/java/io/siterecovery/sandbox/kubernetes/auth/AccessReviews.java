package io.siterecovery.sandbox.kubernetes.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers {@link Reviews}. */
public final class AccessReviews {
    private final RoleAuthorizer authorizer;
    private final ServiceAccountTokens tokens;

    public AccessReviews(RoleAuthorizer authorizer, ServiceAccountTokens tokens) {
        this.authorizer = authorizer;
        this.tokens = tokens;
    }

    /**
     * @param namespace of the path; "" where the review has none
     */
    public ObjectNode answer(Reviews review, ObjectNode question, String namespace, User asker) {
        JsonNode spec = question.path("spec");
        ObjectNode answer =
                Json.object().put("kind", review.kind()).put("apiVersion", review.apiVersion());
        answer.set("metadata", Json.meta(question));
        if (question.has("spec")) {
            answer.set("spec", spec.deepCopy());
        }
        answer.set(
                "status",
                switch (review) {
                    case SELF_SUBJECT -> userInfo(asker);
                    case TOKEN -> token(spec);
                    case SELF_SUBJECT_ACCESS -> access(asker, spec);
                    case SELF_SUBJECT_RULES -> rules(asker, spec);
                    case SUBJECT_ACCESS -> access(subject(spec), spec);
                    case LOCAL_SUBJECT_ACCESS -> local(namespace, spec);
                });
        return answer;
    }

    private static ObjectNode userInfo(User asker) {
        ObjectNode status = Json.object();
        status.set("userInfo", asker.info());
        return status;
    }

    private ObjectNode token(JsonNode spec) {
        String token = Json.text(spec, "token");
        if (token.isEmpty()) {
            throw ApiError.badRequest("token is required for TokenReview in authentication");
        }
        List<String> asked = Json.strings(spec.path("audiences"));
        List<String> audiences = asked.isEmpty() ? List.of(ServiceAccountTokens.AUDIENCE) : asked;
        Optional<User> user = tokens.check(token, audiences);
        ObjectNode status = Json.object();
        if (user.isEmpty()) {
            status.putObject("user");
            return status.put(
                    "error",
                    "[invalid bearer token, not valid for the audiences "
                            + audiences
                            + " or no longer valid]");
        }
        status.put("authenticated", true).set("user", user.get().info());
        status.set("audiences", Json.arrayOf(audiences));
        return status;
    }

    private ObjectNode local(String namespace, JsonNode spec) {
        String asked = Json.text(spec, "resourceAttributes", "namespace");
        if (!asked.equals(namespace)) {
            throw ApiError.badRequest(
                    "spec.resourceAttributes.namespace must match namespace: " + namespace);
        }
        return access(subject(spec), spec);
    }

    private ObjectNode rules(User asker, JsonNode spec) {
        String namespace = Json.text(spec, "namespace");
        if (namespace.isEmpty()) {
            throw ApiError.badRequest("no namespace on request");
        }
        return authorizer.rules(asker, namespace);
    }

    private ObjectNode access(User subject, JsonNode spec) {
        JsonNode resource = spec.path("resourceAttributes");
        JsonNode path = spec.path("nonResourceAttributes");
        if (resource.isObject() == path.isObject()) {
            throw ApiError.badRequest(
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }
        AccessRequest wanted =
                path.isObject()
                        ? AccessRequest.toPath(Json.text(path, "verb"), Json.text(path, "path"))
                        : new AccessRequest(
                                Json.text(resource, "verb"),
                                Json.text(resource, "group"),
                                Json.text(resource, "resource"),
                                Json.text(resource, "subresource"),
                                Json.text(resource, "namespace"),
                                Json.text(resource, "name"),
                                "");
        return Json.object().put("allowed", authorizer.allows(subject, wanted));
    }

    private static User subject(JsonNode spec) {
        String name = Json.text(spec, "user");
        List<String> groups = new ArrayList<>(Json.strings(spec.path("groups")));
        if (name.isEmpty() && groups.isEmpty()) {
            throw ApiError.badRequest("at least one of user or group must be specified");
        }
        Map<String, List<String>> extra = new HashMap<>();
        spec.path("extra")
                .properties()
                .forEach(e -> extra.put(e.getKey(), Json.strings(e.getValue())));
        return new User(name, Json.text(spec, "uid"), groups, extra);
    }
}
