package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.map;
import static io.siterecovery.tests.conformance.rows.Checks.message;
import static io.siterecovery.tests.conformance.rows.Checks.meta;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import io.siterecovery.tests.conformance.Target.Account;
import java.util.List;

/** Who one is, and what one may do. */
public final class AuthRows {
    private static final String AREA = "auth";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";
    private static final String AUTHN = "/apis/authentication.k8s.io/v1";
    private static final String AUTHZ = "/apis/authorization.k8s.io/v1";
    private static final int SELF_REVIEW = 28;
    private static final int NODE_CLAIMS = 32;

    private AuthRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "no or bad credentials: 401 or 403", AuthRows::strangers),
                Row.of(AREA, "403 as the real one says it", AuthRows::forbidden),
                Row.of(AREA, "a Role and its binding, by verb and name", AuthRows::roles),
                Row.of(
                        AREA,
                        "a ClusterRole bound in one namespace or in all",
                        AuthRows::clusterRoles),
                Row.of(AREA, "subresources and groups have rights of their own", AuthRows::fine),
                Row.of(AREA, "nobody grants what they do not hold", AuthRows::escalation),
                Row.of(AREA, "a binding keeps its role", AuthRows::roleRef),
                Row.of(AREA, "TokenRequest and TokenReview", AuthRows::tokens),
                Row.of(AREA, "a token ends with its account or pod", AuthRows::boundTokens),
                Row.of(AREA, "a token of a pod names its node", AuthRows::nodeClaims)
                        .since(NODE_CLAIMS),
                Row.of(AREA, "SubjectAccessReview, Self and Local", AuthRows::accessReviews),
                Row.of(AREA, "SelfSubjectReview", AuthRows::selfReview).since(SELF_REVIEW),
                Row.of(AREA, "acting as somebody else", AuthRows::impersonation),
                Row.of(AREA, "kubectl auth can-i, also --list", AuthRows::canI));
    }

    private static void strangers(Target t) throws Exception {
        String maps = t.maps("strangers");
        try (RawApi nobody = t.bearing("");
                RawApi wrong = t.bearing("not.a.token")) {
            RawApi.Answer refusal = nobody.get(maps);
            if (refusal.code() == 401) {
                refused(refusal, 401, "Unauthorized");
            } else {
                refused(refusal, 403, "Forbidden");
                assertThat(message(refusal)).contains("User \"system:anonymous\" cannot list");
            }
            RawApi.Answer bad = wrong.get(maps);
            refused(bad, 401, "Unauthorized");
            assertThat(message(bad)).isEqualTo("Unauthorized");
            refused(wrong.get("/version"), 401, "Unauthorized");
        }
    }

    private static void forbidden(Target t) throws Exception {
        String namespace = t.namespace("forbidden");
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        Account account = t.account(namespace, "poor");
        String user = "User \"" + account.user() + "\"";
        try (RawApi poor = t.bearing(account.token())) {
            RawApi.Answer list = poor.get(maps);
            JsonNode status = refused(list, 403, "Forbidden");
            assertThat(message(list))
                    .isEqualTo(
                            "configmaps is forbidden: %s cannot list resource \"configmaps\" in API group \"\" in the namespace \"%s\""
                                    .formatted(user, namespace));
            assertThat(status.at("/details/kind").asText()).isEqualTo("configmaps");
            assertThat(message(poor.get(maps + "/a")))
                    .isEqualTo(
                            "configmaps \"a\" is forbidden: %s cannot get resource \"configmaps\" in API group \"\" in the namespace \"%s\""
                                    .formatted(user, namespace));
            assertThat(message(poor.get("/api/v1/nodes?watch=true")))
                    .isEqualTo(
                            "nodes is forbidden: %s cannot watch resource \"nodes\" in API group \"\" at the cluster scope"
                                    .formatted(user));
            assertThat(message(poor.patch("/api/v1/nodes/n/status", "merge", "{}")))
                    .isEqualTo(
                            "nodes \"n\" is forbidden: %s cannot patch resource \"nodes/status\" in API group \"\" at the cluster scope"
                                    .formatted(user));
            assertThat(message(poor.get("/apis/kubevirt.io/v1/virtualmachines")))
                    .isEqualTo(
                            "virtualmachines.kubevirt.io is forbidden: %s cannot list resource \"virtualmachines\" in API group \"kubevirt.io\" at the cluster scope"
                                    .formatted(user));
            RawApi.Answer path = poor.get("/metrics");
            refused(path, 403, "Forbidden");
            assertThat(message(path))
                    .isEqualTo("forbidden: %s cannot get path \"/metrics\"".formatted(user));
            assertThat(poor.get("/apis").code()).isEqualTo(200);
            refused(poor.post(maps, map("a", "")), 403, "Forbidden");
            refused(poor.delete(maps), 403, "Forbidden");
        }
        assertThat(Checks.items(t.api(), maps)).isLessThanOrEqualTo(1);
    }

    private static void roles(Target t) throws Exception {
        String namespace = t.namespace("roles");
        String other = t.namespace("other");
        Account account = t.account(namespace, "reader");
        role(t, namespace, "reader", rule("", "configmaps", "get,list,watch", "allowed"));
        bind(t, namespace, "reader", account);
        String maps = "/api/v1/namespaces/" + namespace + "/configmaps";
        done(t.api().post(maps, map("allowed", "")));
        done(t.api().post(maps, map("denied", "")));
        try (RawApi reader = t.bearing(account.token())) {
            eventually(() -> assertThat(reader.get(maps + "/allowed").code()).isEqualTo(200));
            refused(reader.get(maps + "/denied"), 403, "Forbidden");
            refused(reader.get(maps), 403, "Forbidden");
            assertThat(Checks.items(reader, maps + "?fieldSelector=metadata.name%3Dallowed"))
                    .isEqualTo(1);
            refused(reader.delete(maps + "/allowed"), 403, "Forbidden");
            refused(
                    reader.get("/api/v1/namespaces/" + other + "/configmaps/allowed"),
                    403,
                    "Forbidden");
            done(t.api().delete(RBAC + "/namespaces/" + namespace + "/rolebindings/reader"));
            eventually(() -> assertThat(reader.get(maps + "/allowed").code()).isEqualTo(403));
        }
    }

    private static void clusterRoles(Target t) throws Exception {
        String here = t.namespace("here");
        String there = t.namespace("there");
        String role = t.named("cluster-reader");
        t.create(
                RBAC + "/clusterroles",
                "{\"metadata\":{\"name\":\"%s\"},\"rules\":[%s]}"
                        .formatted(role, rule("", "configmaps", "list", "")));
        Account local = t.account(here, "local");
        Account global = t.account(here, "global");
        done(
                t.api()
                        .post(
                                RBAC + "/namespaces/" + here + "/rolebindings",
                                binding("local", "ClusterRole", role, local)));
        t.create(
                RBAC + "/clusterrolebindings",
                binding(t.named("global"), "ClusterRole", role, global));
        try (RawApi one = t.bearing(local.token());
                RawApi all = t.bearing(global.token())) {
            String path = "/api/v1/namespaces/%s/configmaps";
            eventually(() -> assertThat(one.get(path.formatted(here)).code()).isEqualTo(200));
            refused(one.get(path.formatted(there)), 403, "Forbidden");
            refused(one.get("/api/v1/configmaps"), 403, "Forbidden");
            eventually(
                    () -> assertThat(all.get("/api/v1/configmaps?limit=1").code()).isEqualTo(200));
            assertThat(all.get(path.formatted(there)).code()).isEqualTo(200);
        }
    }

    private static void fine(Target t) throws Exception {
        String namespace = t.namespace("fine");
        String widgets = t.widgets(namespace);
        done(t.api().post(widgets, t.widget("a", "{\"size\":1,\"mode\":\"fast\"}")));
        Account account = t.account(namespace, "status");
        role(t, namespace, "status", rule(t.group(), "widgets/status", "patch", ""));
        done(
                t.api()
                        .post(
                                RBAC + "/namespaces/" + namespace + "/rolebindings",
                                "{\"metadata\":{\"name\":\"b\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"status\"},"
                                        + "\"subjects\":[{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Group\",\"name\":\"system:serviceaccounts:%s\"}]}"
                                                .formatted(namespace)));
        try (RawApi user = t.bearing(account.token())) {
            String patch = "{\"status\":{\"a\":1}}";
            eventually(
                    () ->
                            assertThat(user.patch(widgets + "/a/status", "merge", patch).code())
                                    .isEqualTo(200));
            refused(user.patch(widgets + "/a", "merge", patch), 403, "Forbidden");
            refused(user.get(widgets + "/a/status"), 403, "Forbidden");
        }
    }

    private static void escalation(Target t) throws Exception {
        String namespace = t.namespace("escalation");
        Account account = t.account(namespace, "climber");
        role(
                t,
                namespace,
                "climber",
                rule("rbac.authorization.k8s.io", "roles,rolebindings", "get,create,update", "")
                        + ","
                        + rule("", "configmaps", "get", ""));
        bind(t, namespace, "climber", account);
        role(t, namespace, "strong", rule("", "secrets", "get", ""));
        try (RawApi climber = t.bearing(account.token())) {
            String roles = RBAC + "/namespaces/" + namespace + "/roles";
            String held = "{\"metadata\":{\"name\":\"held\"},\"rules\":[%s]}";
            eventually(
                    () ->
                            assertThat(
                                            climber.post(
                                                            roles,
                                                            held.formatted(
                                                                    rule(
                                                                            "",
                                                                            "configmaps",
                                                                            "get",
                                                                            "")))
                                                    .code())
                                    .isIn(201, 409));
            RawApi.Answer more =
                    climber.post(
                            roles,
                            held.replace("held", "more").formatted(rule("", "secrets", "get", "")));
            refused(more, 403, "Forbidden");
            assertThat(message(more))
                    .contains("is attempting to grant RBAC permissions not currently held");
            refused(
                    climber.post(
                            RBAC + "/namespaces/" + namespace + "/rolebindings",
                            binding("up", "Role", "strong", account)),
                    403,
                    "Forbidden");
        }
    }

    private static void roleRef(Target t) throws Exception {
        String namespace = t.namespace("roleref");
        Account account = t.account(namespace, "a");
        role(t, namespace, "one", rule("", "pods", "get", ""));
        role(t, namespace, "two", rule("", "pods", "list", ""));
        bind(t, namespace, "one", account);
        RawApi.Answer refusal =
                t.api()
                        .patch(
                                RBAC + "/namespaces/" + namespace + "/rolebindings/one",
                                "merge",
                                "{\"roleRef\":{\"name\":\"two\"}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal)).contains("cannot change roleRef");
    }

    private static void tokens(Target t) throws Exception {
        String namespace = t.namespace("tokens");
        Account account = t.account(namespace, "a");
        JsonNode review = review(t, account.token(), "");
        assertThat(review.at("/status/authenticated").asBoolean()).isTrue();
        assertThat(review.at("/status/user/username").asText()).isEqualTo(account.user());
        assertThat(review.at("/status/user/uid").asText()).hasSize(36);
        assertThat(review.at("/status/user/groups").toString())
                .contains(
                        "system:serviceaccounts",
                        "system:serviceaccounts:" + namespace,
                        "system:authenticated");
        String[] parts = account.token().split("\\.", -1);
        String forged = parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length());
        for (String bad : List.of("nonsense", forged)) {
            JsonNode refusal = review(t, bad, "");
            assertThat(refusal.at("/status/authenticated").asBoolean()).isFalse();
            assertThat(refusal.at("/status/error").asText()).isNotEmpty();
        }
        String elsewhere = t.token(namespace, "a", "{\"audiences\":[\"vault\"]}");
        assertThat(review(t, elsewhere, "").at("/status/authenticated").asBoolean()).isFalse();
        JsonNode there = review(t, elsewhere, "vault");
        assertThat(there.at("/status/authenticated").asBoolean()).isTrue();
        assertThat(there.at("/status/audiences").toString()).isEqualTo("[\"vault\"]");
        try (RawApi user = t.bearing(elsewhere)) {
            refused(user.get("/api"), 401, "Unauthorized");
        }
        refused(
                t.api()
                        .post(
                                "/api/v1/namespaces/" + namespace + "/serviceaccounts/a/token",
                                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{\"expirationSeconds\":10}}"),
                422,
                "Invalid");
    }

    private static JsonNode review(Target t, String token, String audience) throws Exception {
        String audiences = audience.isEmpty() ? "" : ",\"audiences\":[\"" + audience + "\"]";
        return done(
                t.api()
                        .post(
                                AUTHN + "/tokenreviews",
                                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenReview\",\"spec\":{\"token\":\"%s\"%s}}"
                                        .formatted(token, audiences)));
    }

    private static void boundTokens(Target t) throws Exception {
        String namespace = t.namespace("bound");
        String accounts = "/api/v1/namespaces/" + namespace + "/serviceaccounts";
        Account account = t.account(namespace, "a");
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        done(t.api().post(pods, pod("p", "a", "")));
        String ofPod =
                t.token(
                        namespace,
                        "a",
                        "{\"boundObjectRef\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"p\"}}");
        try (RawApi byPod = t.bearing(ofPod);
                RawApi byAccount = t.bearing(account.token())) {
            assertThat(byPod.get("/api").code()).isEqualTo(200);
            done(t.api().delete(pods + "/p?gracePeriodSeconds=0"));
            eventually(() -> assertThat(byPod.get("/api").code()).isEqualTo(401));
            assertThat(byAccount.get("/api").code()).isEqualTo(200);
            done(t.api().delete(accounts + "/a"));
            eventually(() -> assertThat(byAccount.get("/api").code()).isEqualTo(401));
            t.account(namespace, "a");
            assertThat(byAccount.get("/api").code()).isEqualTo(401);
        }
    }

    private static void nodeClaims(Target t) throws Exception {
        String namespace = t.namespace("claims");
        String node = t.named("claims");
        t.create("/api/v1/nodes", meta("\"name\":\"" + node + "\""));
        t.account(namespace, "agent");
        String pods = "/api/v1/namespaces/" + namespace + "/pods";
        done(t.api().post(pods, pod("p", "agent", node)));
        String token =
                t.token(
                        namespace,
                        "agent",
                        "{\"boundObjectRef\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"p\"}}");
        JsonNode extra = review(t, token, "").at("/status/user/extra");
        assertThat(extra.path("authentication.kubernetes.io/node-name").toString())
                .isEqualTo("[\"" + node + "\"]");
        assertThat(extra.path("authentication.kubernetes.io/pod-name").toString())
                .isEqualTo("[\"p\"]");
        done(t.api().delete(pods + "/p?gracePeriodSeconds=0"));
    }

    private static void accessReviews(Target t) throws Exception {
        String namespace = t.namespace("reviews");
        Account account = t.account(namespace, "a");
        role(t, namespace, "r", rule("", "pods", "get", ""));
        bind(t, namespace, "r", account);
        String yes =
                "{\"namespace\":\"%s\",\"verb\":\"get\",\"resource\":\"pods\"}"
                        .formatted(namespace);
        String no = yes.replace("get", "delete");
        String spec = "{\"user\":\"%s\",\"resourceAttributes\":%s}";
        String sars = AUTHZ + "/subjectaccessreviews";
        eventually(
                () ->
                        assertThat(
                                        allowed(
                                                t.api(),
                                                sars,
                                                "SubjectAccessReview",
                                                spec.formatted(account.user(), yes)))
                                .isTrue());
        assertThat(
                        allowed(
                                t.api(),
                                sars,
                                "SubjectAccessReview",
                                spec.formatted(account.user(), no)))
                .isFalse();
        assertThat(
                        allowed(
                                t.api(),
                                sars,
                                "SubjectAccessReview",
                                "{\"user\":\"x\",\"groups\":[\"system:authenticated\"],\"nonResourceAttributes\":{\"verb\":\"get\",\"path\":\"/apis\"}}"))
                .isTrue();
        String local = AUTHZ + "/namespaces/" + namespace + "/localsubjectaccessreviews";
        String asked = body("LocalSubjectAccessReview", spec.formatted(account.user(), yes));
        String placed =
                asked.replace(
                        "\"spec\"", "\"metadata\":{\"namespace\":\"" + namespace + "\"},\"spec\"");
        assertThat(done(t.api().post(local, placed)).at("/status/allowed").asBoolean()).isTrue();
        try (RawApi user = t.bearing(account.token())) {
            String self = AUTHZ + "/selfsubjectaccessreviews";
            String own = "{\"resourceAttributes\":%s}";
            assertThat(allowed(user, self, "SelfSubjectAccessReview", own.formatted(yes))).isTrue();
            assertThat(allowed(user, self, "SelfSubjectAccessReview", own.formatted(no))).isFalse();
            refused(
                    user.post(sars, body("SubjectAccessReview", spec.formatted("x", yes))),
                    403,
                    "Forbidden");
        }
    }

    private static boolean allowed(RawApi api, String path, String kind, String spec)
            throws Exception {
        return done(api.post(path, body(kind, spec))).at("/status/allowed").asBoolean();
    }

    private static String body(String kind, String spec) {
        return "{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"%s\",\"spec\":%s}"
                .formatted(kind, spec);
    }

    private static void selfReview(Target t) throws Exception {
        Account account = t.account(t.namespace("whoami"), "me");
        try (RawApi me = t.bearing(account.token())) {
            JsonNode review =
                    done(
                            me.post(
                                    AUTHN + "/selfsubjectreviews",
                                    "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}"));
            assertThat(review.at("/status/userInfo/username").asText()).isEqualTo(account.user());
        }
    }

    private static void impersonation(Target t) throws Exception {
        String namespace = t.namespace("acting");
        Account account = t.account(namespace, "a");
        RawApi.Answer refusal =
                t.api()
                        .get(
                                "/api/v1/namespaces/" + namespace + "/pods",
                                "Impersonate-User",
                                account.user());
        refused(refusal, 403, "Forbidden");
        assertThat(message(refusal)).contains("User \"" + account.user() + "\" cannot list");
        try (RawApi poor = t.bearing(account.token())) {
            RawApi.Answer denied = poor.get("/api", "Impersonate-User", "admin");
            refused(denied, 403, "Forbidden");
            assertThat(message(denied)).contains("cannot impersonate resource \"users\"");
        }
    }

    private static void canI(Target t) throws Exception {
        String namespace = t.namespace("cani");
        Account account = t.account(namespace, "a");
        role(t, namespace, "r", rule("", "configmaps", "get,list", ""));
        bind(t, namespace, "r", account);
        var kubectl = t.kubectlBearing("cani", account.token());
        eventually(
                () ->
                        assertThat(
                                        kubectl.run("auth", "can-i", "list", "cm", "-n", namespace)
                                                .out())
                                .contains("yes"));
        assertThat(kubectl.run("auth", "can-i", "delete", "cm", "-n", namespace).out())
                .contains("no");
        assertThat(kubectl.out("auth", "can-i", "--list", "-n", namespace))
                .containsPattern("configmaps +\\[\\] +\\[\\] +\\[get list\\]");
        assertThat(kubectl.err("get", "secrets", "-n", namespace))
                .contains("Error from server (Forbidden): secrets is forbidden: User");
    }

    private static String pod(String name, String account, String node) {
        return """
               {"metadata":{"name":"%s"},"spec":{"serviceAccountName":"%s","nodeName":"%s",
                "automountServiceAccountToken":false,"containers":[{"name":"a","image":"b"}]}}
               """
                .formatted(name, account, node);
    }

    /** Resources and verbs divided by commas; no name means all. */
    static String rule(String group, String resources, String verbs, String name) {
        String names = name.isEmpty() ? "" : ",\"resourceNames\":[\"" + name + "\"]";
        return "{\"apiGroups\":[\"%s\"],\"resources\":[%s],\"verbs\":[%s]%s}"
                .formatted(group, quoted(resources), quoted(verbs), names);
    }

    private static String quoted(String list) {
        return "\"" + list.replace(",", "\",\"") + "\"";
    }

    private static void role(Target t, String namespace, String name, String rules)
            throws Exception {
        done(
                t.api()
                        .post(
                                RBAC + "/namespaces/" + namespace + "/roles",
                                "{\"metadata\":{\"name\":\"%s\"},\"rules\":[%s]}"
                                        .formatted(name, rules)));
    }

    private static void bind(Target t, String namespace, String role, Account account)
            throws Exception {
        done(
                t.api()
                        .post(
                                RBAC + "/namespaces/" + namespace + "/rolebindings",
                                binding(role, "Role", role, account)));
    }

    static String binding(String name, String kind, String role, Account account) {
        return """
               {"metadata":{"name":"%s"},
                "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"%s","name":"%s"},
                "subjects":[{"kind":"ServiceAccount","namespace":"%s","name":"%s"}]}
               """
                .formatted(name, kind, role, account.namespace(), account.name());
    }
}
