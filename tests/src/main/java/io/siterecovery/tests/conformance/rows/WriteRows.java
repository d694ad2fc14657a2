package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.map;
import static io.siterecovery.tests.conformance.rows.Checks.message;
import static io.siterecovery.tests.conformance.rows.Checks.meta;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static io.siterecovery.tests.conformance.rows.Checks.version;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.util.List;

/** Writes: who wins, what changes, and what is refused with which words. */
public final class WriteRows {
    private static final String AREA = "write";

    private WriteRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "versions grow, and stay when nothing changes", WriteRows::growing),
                Row.of(AREA, "409 for what exists and what is old", WriteRows::conflicts),
                Row.of(AREA, "404 for what is not there", WriteRows::absent),
                Row.of(AREA, "names and labels are checked", WriteRows::names),
                Row.of(AREA, "the body must be the object of the path", WriteRows::wrongBody),
                Row.of(AREA, "generateName", WriteRows::generatedNames),
                Row.of(AREA, "JSON patch with test, as a whole", WriteRows::jsonPatch),
                Row.of(AREA, "a JSON patch that does not fit is refused", WriteRows::badJsonPatch),
                Row.of(AREA, "merge patch: null deletes", WriteRows::mergePatch),
                Row.of(AREA, "strategic merge of built-in kinds", WriteRows::strategicMerge),
                Row.of(AREA, "strategic merge replaces node taints", WriteRows::taints),
                Row.of(AREA, "patches are of known types", WriteRows::patchTypes),
                Row.of(AREA, "dryRun=All stores nothing", WriteRows::dryRun),
                Row.of(AREA, "preconditions of a deletion", WriteRows::preconditions),
                Row.of(AREA, "what the server owns cannot be written", WriteRows::serverOwned));
    }

    private static void growing(Target t) throws Exception {
        String maps = t.maps("growing");
        JsonNode made = done(t.api().post(maps, map("a", "\"k\":\"1\"")));
        JsonNode same = done(t.api().patch(maps + "/a", "merge", "{\"data\":{\"k\":\"1\"}}"));
        JsonNode changed = done(t.api().patch(maps + "/a", "merge", "{\"data\":{\"k\":\"2\"}}"));
        assertThat(version(same)).isEqualTo(version(made));
        assertThat(Long.parseLong(version(changed))).isGreaterThan(Long.parseLong(version(made)));
        assertThat(made.at("/metadata/uid").asText()).hasSize(36);
        assertThat(made.at("/metadata/creationTimestamp").asText()).endsWith("Z");
        assertThat(made.at("/metadata/namespace").asText()).isEqualTo(t.named("growing"));
    }

    private static void conflicts(Target t) throws Exception {
        String maps = t.maps("conflicts");
        JsonNode made = done(t.api().post(maps, map("a", "\"k\":\"1\"")));
        RawApi.Answer again = t.api().post(maps, map("a", ""));
        JsonNode exists = refused(again, 409, "AlreadyExists");
        assertThat(message(again)).isEqualTo("configmaps \"a\" already exists");
        assertThat(exists.at("/details/name").asText()).isEqualTo("a");
        assertThat(exists.at("/details/kind").asText()).isEqualTo("configmaps");
        done(t.api().patch(maps + "/a", "merge", "{\"data\":{\"k\":\"2\"}}"));
        RawApi.Answer old = t.api().put(maps + "/a", made.toString());
        refused(old, 409, "Conflict");
        assertThat(message(old))
                .isEqualTo(
                        "Operation cannot be fulfilled on configmaps \"a\": the object has been"
                                + " modified; please apply your changes to the latest version and"
                                + " try again");
        refused(
                t.api()
                        .patch(
                                maps + "/a",
                                "merge",
                                "{\"metadata\":{\"resourceVersion\":\"" + version(made) + "\"}}"),
                409,
                "Conflict");
        ObjectNode another = made.deepCopy();
        another.withObject("/metadata").put("uid", "0a4b").remove("resourceVersion");
        refused(t.api().put(maps + "/a", another.toString()), 409, "Conflict");
        another.withObject("/metadata").remove("uid");
        done(t.api().put(maps + "/a", another.toString()));
    }

    private static void absent(Target t) throws Exception {
        String maps = t.maps("absent");
        RawApi.Answer got = t.api().get(maps + "/none");
        JsonNode status = refused(got, 404, "NotFound");
        assertThat(message(got)).isEqualTo("configmaps \"none\" not found");
        assertThat(status.at("/details/name").asText()).isEqualTo("none");
        refused(t.api().delete(maps + "/none"), 404, "NotFound");
        refused(t.api().patch(maps + "/none", "merge", "{}"), 404, "NotFound");
        RawApi.Answer nowhere =
                t.api().post("/api/v1/namespaces/" + t.named("no") + "/configmaps", map("a", ""));
        refused(nowhere, 404, "NotFound");
        assertThat(message(nowhere))
                .isEqualTo("namespaces \"%s\" not found".formatted(t.named("no")));
    }

    private static void names(Target t) throws Exception {
        String maps = t.maps("names");
        assertThat(message(t.api().post(maps, map("Not_A_Name", ""))))
                .startsWith(
                        "ConfigMap \"Not_A_Name\" is invalid: metadata.name: Invalid value:"
                                + " \"Not_A_Name\": a lowercase RFC 1123 subdomain must consist of"
                                + " lower case alphanumeric characters, '-' or '.'");
        refused(t.api().post(maps, map("a".repeat(254), "")), 422, "Invalid");
        refused(t.api().post(maps, "{\"metadata\":{}}"), 422, "Invalid");
        refused(
                t.api().post(maps, meta("\"name\":\"a\",\"labels\":{\"k\":\"a b\"}")),
                422,
                "Invalid");
        refused(
                t.api().post(maps, meta("\"name\":\"a\",\"labels\":{\"a b\":\"\"}")),
                422,
                "Invalid");
        refused(t.api().post(maps, meta("\"name\":\"a\",\"labels\":{\"k\":1}")), 400, "BadRequest");
        refused(
                t.api().post(maps, meta("\"name\":\"a\",\"annotations\":{\"a b\":\"\"}")),
                422,
                "Invalid");
        refused(
                t.api().post(maps, meta("\"name\":\"a\",\"finalizers\":[\"x y\"]")),
                422,
                "Invalid");
        refused(t.api().post(maps, map("a", "\"bad key\":\"\"")), 422, "Invalid");
        refused(t.api().post("/api/v1/namespaces", meta("\"name\":\"a.b\"")), 422, "Invalid");
    }

    private static void wrongBody(Target t) throws Exception {
        String maps = t.maps("body");
        done(t.api().post(maps, map("a", "")));
        refused(t.api().post(maps, "{\"kind\":"), 400, "BadRequest");
        refused(t.api().post(maps, "[]"), 400, "BadRequest");
        refused(t.api().put(maps + "/a", map("b", "")), 400, "BadRequest");
        refused(t.api().post(maps, map("b", "").replace("ConfigMap", "Secret")), 400, "BadRequest");
        refused(t.api().post(maps, map("b", "").replace("\"v1\"", "\"v2\"")), 400, "BadRequest");
        refused(
                t.api().post(maps, meta("\"name\":\"b\",\"namespace\":\"default\"")),
                400,
                "BadRequest");
        refused(
                t.api().post(maps, "{\"metadata\":{\"name\":\"b\"},\"data\":{\"k\":1}}"),
                400,
                "BadRequest");
        refused(t.api().post(maps, "{\"metadata\":\"b\"}"), 400, "BadRequest");
    }

    private static void generatedNames(Target t) throws Exception {
        String maps = t.maps("generate");
        String body = meta("\"generateName\":\"g-\"");
        String one = done(t.api().post(maps, body)).at("/metadata/name").asText();
        String other = done(t.api().post(maps, body)).at("/metadata/name").asText();
        assertThat(one).matches("g-[a-z0-9]{5}").isNotEqualTo(other);
        String widgets = t.widgets(t.named("generate"));
        String widget =
                t.widget("x", "{\"size\":1,\"mode\":\"fast\"}")
                        .replace("\"name\":\"x\"", "\"generateName\":\"w-\"");
        assertThat(done(t.api().post(widgets, widget)).at("/metadata/name").asText())
                .matches("w-[a-z0-9]{5}");
    }

    private static void jsonPatch(Target t) throws Exception {
        String maps = t.maps("jsonpatch");
        done(t.api().post(maps, map("a", "\"k\":\"1\"")));
        String patch =
                """
                [{"op":"test","path":"/data/k","value":"1"},
                 {"op":"replace","path":"/data/k","value":"2"},
                 {"op":"add","path":"/data/b~1c","value":"3"},
                 {"op":"copy","from":"/data/k","path":"/data/d"},
                 {"op":"move","from":"/data/d","path":"/data/e"},
                 {"op":"test","path":"/data/e","value":"2"}]
                """;
        refused(t.api().patch(maps + "/a", "json", patch), 422, "Invalid");
        String legal = patch.replace("b~1c", "b.c");
        JsonNode changed = done(t.api().patch(maps + "/a", "json", legal));
        assertThat(changed.path("data"))
                .isEqualTo(RawApi.JSON.readTree("{\"b.c\":\"3\",\"e\":\"2\",\"k\":\"2\"}"));
        RawApi.Answer again = t.api().patch(maps + "/a", "json", legal);
        refused(again, 422, "Invalid");
        assertThat(message(again))
                .isEqualTo("the server rejected our request due to an error in our request");
        done(
                t.api()
                        .patch(
                                maps + "/a",
                                "json",
                                "[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"a/b\":\"c\"}},"
                                        + "{\"op\":\"remove\",\"path\":\"/metadata/annotations/a~1b\"}]"));
        refused(
                t.api()
                        .patch(
                                maps + "/a",
                                "json",
                                "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"1\"}]"),
                422,
                "Invalid");
    }

    private static void badJsonPatch(Target t) throws Exception {
        String maps = t.maps("badpatch");
        JsonNode made = done(t.api().post(maps, map("a", "\"k\":\"1\"")));
        for (String patch :
                List.of(
                        "[{\"op\":\"remove\",\"path\":\"/data/none\"}]",
                        "[{\"op\":\"replace\",\"path\":\"/nothing/here\",\"value\":1}]",
                        "[{\"op\":\"add\",\"path\":\"/data/k/x\",\"value\":\"1\"}]")) {
            refused(t.api().patch(maps + "/a", "json", patch), 422, "Invalid");
        }
        for (String patch : List.of("{\"op\":\"add\"}", "[1]", "{", "\"x\"")) {
            refused(t.api().patch(maps + "/a", "json", patch), 400, "BadRequest");
        }
        assertThat(version(done(t.api().get(maps + "/a")))).isEqualTo(version(made));
    }

    private static void mergePatch(Target t) throws Exception {
        String maps = t.maps("merge");
        done(t.api().post(maps, map("a", "\"k\":\"1\",\"l\":\"2\"")));
        JsonNode less =
                done(t.api().patch(maps + "/a", "merge", "{\"data\":{\"l\":null,\"m\":\"3\"}}"));
        assertThat(less.path("data").toString()).isEqualTo("{\"k\":\"1\",\"m\":\"3\"}");
        JsonNode none = done(t.api().patch(maps + "/a", "merge", "{\"data\":null}"));
        assertThat(none.has("data")).isFalse();
        assertThat(t.api().patch(maps + "/a", "merge", "[]").code()).isIn(400, 422);
        assertThat(t.api().patch(maps + "/a", "merge", "{\"data\":{\"k\":1}}").code())
                .isIn(400, 422);
        String widgets = t.widgets(t.named("merge"));
        done(
                t.api()
                        .post(
                                widgets,
                                t.widget(
                                        "a",
                                        "{\"size\":1,\"mode\":\"fast\",\"tags\":[\"x\",\"y\"]}")));
        JsonNode replaced =
                done(t.api().patch(widgets + "/a", "merge", "{\"spec\":{\"tags\":[\"z\"]}}"));
        assertThat(replaced.at("/spec/tags").toString()).isEqualTo("[\"z\"]");
    }

    private static void strategicMerge(Target t) throws Exception {
        String pods = "/api/v1/namespaces/" + t.namespace("strategic") + "/pods";
        done(
                t.api()
                        .post(
                                pods,
                                "{\"metadata\":{\"name\":\"p\",\"finalizers\":[\"a/b\"]},\"spec\":{\"containers\":"
                                        + "[{\"name\":\"a\",\"image\":\"1\"},{\"name\":\"b\",\"image\":\"1\"}]}}"));
        JsonNode pod =
                done(
                        t.api()
                                .patch(
                                        pods + "/p",
                                        "strategic-merge",
                                        "{\"metadata\":{\"finalizers\":[\"c/d\"]},"
                                                + "\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"2\"}]}}"));
        assertThat(pod.at("/spec/containers").size()).isEqualTo(2);
        assertThat(pod.at("/spec/containers").findValuesAsText("image"))
                .containsExactlyInAnyOrder("1", "2");
        assertThat(pod.at("/metadata/finalizers").toString()).contains("a/b", "c/d");
        JsonNode status =
                done(
                        t.api()
                                .patch(
                                        pods + "/p/status",
                                        "strategic-merge",
                                        "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}"));
        assertThat(status.at("/status/conditions").findValuesAsText("type")).contains("Ready");
        JsonNode other =
                done(
                        t.api()
                                .patch(
                                        pods + "/p/status",
                                        "strategic-merge",
                                        "{\"status\":{\"conditions\":[{\"type\":\"Mine\",\"status\":\"True\"},"
                                                + "{\"type\":\"Ready\",\"$patch\":\"delete\"}]}}"));
        assertThat(other.at("/status/conditions").findValuesAsText("type"))
                .contains("Mine")
                .doesNotContain("Ready");
        done(
                t.api()
                        .patch(
                                pods + "/p",
                                "strategic-merge",
                                "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"a/b\",\"c/d\"]}}"));
        done(t.api().delete(pods + "/p?gracePeriodSeconds=0"));
    }

    private static void taints(Target t) throws Exception {
        String node = t.named("tainted");
        t.create(
                "/api/v1/nodes",
                "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"taints\":[{\"key\":\"a\",\"effect\":\"NoSchedule\"}]}}"
                        .formatted(node));
        JsonNode patched =
                done(
                        t.api()
                                .patch(
                                        "/api/v1/nodes/" + node,
                                        "strategic-merge",
                                        "{\"spec\":{\"taints\":[{\"key\":\"b\",\"effect\":\"NoExecute\"}]}}"));
        assertThat(patched.at("/spec/taints").findValuesAsText("key")).containsExactly("b");
    }

    private static void patchTypes(Target t) throws Exception {
        String maps = t.maps("patchtypes");
        done(t.api().post(maps, map("a", "")));
        RawApi.Answer plain = t.api().write("PATCH", maps + "/a", "application/json", "{}");
        assertThat(plain.code()).as(plain.text()).isEqualTo(415);
        String widgets = t.widgets(t.named("patchtypes"));
        done(t.api().post(widgets, t.widget("a", "{\"size\":1,\"mode\":\"fast\"}")));
        assertThat(t.api().patch(widgets + "/a", "strategic-merge", "{}").code()).isEqualTo(415);
    }

    private static void dryRun(Target t) throws Exception {
        String maps = t.maps("dryrun");
        JsonNode made = done(t.api().post(maps, map("a", "\"k\":\"1\"")));
        assertThat(t.api().post(maps + "?dryRun=All", map("b", "")).code()).isEqualTo(201);
        JsonNode patched =
                done(t.api().patch(maps + "/a?dryRun=All", "merge", "{\"data\":{\"k\":\"2\"}}"));
        assertThat(patched.at("/data/k").asText()).isEqualTo("2");
        done(t.api().delete(maps + "/a?dryRun=All"));
        done(
                t.api()
                        .write(
                                "DELETE",
                                maps + "/a",
                                "application/json",
                                "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"dryRun\":[\"All\"]}"));
        done(t.api().delete(maps + "?dryRun=All"));
        refused(t.api().post(maps + "?dryRun=All", map("a", "")), 409, "AlreadyExists");
        assertThat(t.api().post(maps + "?dryRun=Some", map("c", "")).code()).isIn(400, 422);
        assertThat(done(t.api().get(maps + "/a"))).isEqualTo(made);
        assertThat(Checks.items(t.api(), maps)).isEqualTo(1);
    }

    private static void preconditions(Target t) throws Exception {
        String maps = t.maps("pre");
        JsonNode made = done(t.api().post(maps, map("a", "")));
        String options =
                "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"%s\":\"%s\"}}";
        for (String wrong :
                List.of(
                        options.formatted("uid", "another"),
                        options.formatted("resourceVersion", "1"))) {
            RawApi.Answer refusal = t.api().write("DELETE", maps + "/a", "application/json", wrong);
            refused(refusal, 409, "Conflict");
            assertThat(message(refusal))
                    .startsWith("Operation cannot be fulfilled on ConfigMap \"a\": the ")
                    .contains("in the precondition");
        }
        String right = options.formatted("uid", made.at("/metadata/uid").asText());
        done(t.api().write("DELETE", maps + "/a", "application/json", right));
        refused(t.api().get(maps + "/a"), 404, "NotFound");
    }

    private static void serverOwned(Target t) throws Exception {
        String maps = t.maps("owned");
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        maps,
                                        meta(
                                                "\"name\":\"a\",\"uid\":\"x\",\"creationTimestamp\":\"2001-01-01T00:00:00Z\","
                                                        + "\"deletionTimestamp\":\"2001-01-01T00:00:00Z\",\"selfLink\":\"/x\"")));
        assertThat(made.at("/metadata/uid").asText()).hasSize(36);
        assertThat(made.at("/metadata/creationTimestamp").asText()).doesNotStartWith("2001");
        assertThat(made.path("metadata").has("deletionTimestamp")).isFalse();
        JsonNode patched =
                done(
                        t.api()
                                .patch(
                                        maps + "/a",
                                        "merge",
                                        "{\"metadata\":{\"creationTimestamp\":\"2001-01-01T00:00:00Z\"}}"));
        assertThat(patched.at("/metadata/creationTimestamp"))
                .isEqualTo(made.at("/metadata/creationTimestamp"));
        assertThat(patched.path("metadata").has("deletionTimestamp")).isFalse();
        RawApi.Answer deletion =
                t.api()
                        .patch(
                                maps + "/a",
                                "merge",
                                "{\"metadata\":{\"deletionTimestamp\":\"2001-01-01T00:00:00Z\"}}");
        refused(deletion, 422, "Invalid");
        assertThat(message(deletion)).contains("field is immutable");
        RawApi.Answer versioned =
                t.api().post(maps, meta("\"name\":\"b\",\"resourceVersion\":\"5\""));
        assertThat(versioned.code()).isGreaterThanOrEqualTo(400);
        assertThat(message(versioned))
                .contains("resourceVersion should not be set on objects to be created");
    }
}
