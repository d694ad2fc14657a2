package io.siterecovery.sandbox.kubernetes.discovery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.auth.User;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions in the form of objects: created, answered in the reply, never stored. */
public enum Reviews {
    SELF_SUBJECT("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
    SELF_SUBJECT_ACCESS(
            "authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    SUBJECT_ACCESS("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews");

    public static final String VERSION = "v1";

    private final String group;
    private final String kind;
    private final String plural;

    Reviews(String group, String kind, String plural) {
        this.group = group;
        this.kind = kind;
        this.plural = plural;
    }

    public static @Nullable Reviews find(String group, String version, String plural) {
        for (Reviews review : values()) {
            if (review.group.equals(group)
                    && VERSION.equals(version)
                    && review.plural.equals(plural)) {
                return review;
            }
        }
        return null;
    }

    static List<String> groups() {
        return List.of(SELF_SUBJECT.group, SUBJECT_ACCESS.group);
    }

    public String group() {
        return group;
    }

    public String kind() {
        return kind;
    }

    public String plural() {
        return plural;
    }

    /** Everybody who is authenticated may do everything: there is no RBAC yet. */
    public ObjectNode answer(ObjectNode question, User user) {
        ObjectNode answer =
                Json.object().put("kind", kind).put("apiVersion", group + "/" + VERSION);
        answer.putObject("metadata");
        if (question.has("spec")) {
            answer.set("spec", question.path("spec").deepCopy());
        }
        ObjectNode status = answer.putObject("status");
        if (this == SELF_SUBJECT) {
            ObjectNode info = status.putObject("userInfo").put("username", user.name());
            info.set("groups", Json.arrayOf(user.groups()));
        } else {
            status.put("allowed", true);
        }
        return answer;
    }
}
