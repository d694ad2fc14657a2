package io.siterecovery.sandbox.kubernetes.auth;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions in the form of objects: created, answered in the reply, never stored. */
public enum Reviews {
    SELF_SUBJECT("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", false),
    TOKEN("authentication.k8s.io", "TokenReview", "tokenreviews", false),
    SELF_SUBJECT_ACCESS(
            "authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
    SELF_SUBJECT_RULES(
            "authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
    SUBJECT_ACCESS("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", false),
    LOCAL_SUBJECT_ACCESS(
            "authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", true);

    public static final String VERSION = "v1";

    private final String group;
    private final String kind;
    private final String plural;
    private final boolean namespaced;

    Reviews(String group, String kind, String plural, boolean namespaced) {
        this.group = group;
        this.kind = kind;
        this.plural = plural;
        this.namespaced = namespaced;
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

    public static List<String> groups() {
        return Arrays.stream(values()).map(Reviews::group).distinct().toList();
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

    public boolean namespaced() {
        return namespaced;
    }

    public String apiVersion() {
        return group + "/" + VERSION;
    }
}
