package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.map;
import static io.siterecovery.tests.conformance.rows.Checks.message;
import static io.siterecovery.tests.conformance.rows.Checks.meta;
import static io.siterecovery.tests.conformance.rows.Checks.names;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.util.List;

/** Deletions at once and in steps. */
public final class DeleteRows {
    private static final String AREA = "delete";

    private DeleteRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "at once, with a Status or the object", DeleteRows::atOnce),
                Row.of(
                        AREA,
                        "finalizers hold an object until they are gone",
                        DeleteRows::finalizers),
                Row.of(
                        AREA,
                        "an object that goes takes no new finalizers",
                        DeleteRows::noNewFinalizers),
                Row.of(AREA, "collections by selector", DeleteRows::collections),
                Row.of(AREA, "a pod on a node waits for its kubelet", DeleteRows::pods),
                Row.of(AREA, "a namespace that goes takes nothing new", DeleteRows::namespaces));
    }

    private static void atOnce(Target t) throws Exception {
        String maps = t.maps("gone");
        done(t.api().post(maps, map("a", "")));
        JsonNode status = done(t.api().delete(maps + "/a"));
        assertThat(status.path("kind").asText()).isEqualTo("Status");
        assertThat(status.path("status").asText()).isEqualTo("Success");
        assertThat(status.at("/details/name").asText()).isEqualTo("a");
        assertThat(status.at("/details/kind").asText()).isEqualTo("configmaps");
        assertThat(status.at("/details/uid").asText()).hasSize(36);
        String widgets = t.widgets(t.named("gone"));
        done(t.api().post(widgets, t.widget("a", "{\"size\":1,\"mode\":\"fast\"}")));
        done(t.api().delete(widgets + "/a"));
        refused(t.api().get(widgets + "/a"), 404, "NotFound");
        refused(t.api().delete(widgets + "/a"), 404, "NotFound");
    }

    private static void finalizers(Target t) throws Exception {
        String maps = t.maps("held");
        done(t.api().post(maps, meta("\"name\":\"a\",\"finalizers\":[\"x/y\",\"x/z\"]")));
        JsonNode marked = done(t.api().delete(maps + "/a"));
        String since = marked.at("/metadata/deletionTimestamp").asText();
        assertThat(since).endsWith("Z");
        assertThat(marked.at("/metadata/deletionGracePeriodSeconds").asInt()).isZero();
        JsonNode again = done(t.api().delete(maps + "/a"));
        assertThat(again.at("/metadata/deletionTimestamp").asText()).isEqualTo(since);
        done(t.api().patch(maps + "/a", "merge", "{\"metadata\":{\"finalizers\":[\"x/z\"]}}"));
        assertThat(t.api().get(maps + "/a").code()).isEqualTo(200);
        done(t.api().patch(maps + "/a", "merge", "{\"metadata\":{\"finalizers\":null}}"));
        refused(t.api().get(maps + "/a"), 404, "NotFound");
        String widgets = t.widgets(t.named("held"));
        String widget =
                t.widget("a", "{\"size\":1,\"mode\":\"fast\"}")
                        .replace("{\"name\"", "{\"finalizers\":[\"x/y\"],\"name\"");
        done(t.api().post(widgets, widget));
        JsonNode going = done(t.api().delete(widgets + "/a"));
        assertThat(going.at("/metadata/generation").asInt()).isEqualTo(2);
        done(
                t.api()
                        .patch(
                                widgets + "/a",
                                "json",
                                "[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]"));
        refused(t.api().get(widgets + "/a"), 404, "NotFound");
    }

    private static void noNewFinalizers(Target t) throws Exception {
        String maps = t.maps("nomore");
        done(t.api().post(maps, meta("\"name\":\"a\",\"finalizers\":[\"x/y\"]")));
        done(t.api().delete(maps + "/a"));
        RawApi.Answer refusal =
                t.api()
                        .patch(
                                maps + "/a",
                                "merge",
                                "{\"metadata\":{\"finalizers\":[\"x/y\",\"x/z\"]}}");
        refused(refusal, 422, "Invalid");
        assertThat(message(refusal))
                .contains("no new finalizers can be added if the object is being deleted");
        done(t.api().patch(maps + "/a", "merge", "{\"metadata\":{\"finalizers\":[]}}"));
    }

    private static void collections(Target t) throws Exception {
        String maps = t.maps("collections");
        for (String name : List.of("a", "b", "c")) {
            done(
                    t.api()
                            .post(
                                    maps,
                                    meta(
                                            "\"name\":\"%s\",\"labels\":{\"k\":\"%s\"}"
                                                    .formatted(name, name))));
        }
        done(t.api().delete(maps + "?labelSelector=k%20in%20(a,b)"));
        assertThat(names(done(t.api().get(maps)))).containsExactly("c");
        done(t.api().delete(maps + "?fieldSelector=metadata.name%3Dc"));
        assertThat(names(done(t.api().get(maps)))).isEmpty();
        refused(t.api().delete("/api/v1/configmaps"), 405, "MethodNotAllowed");
    }

    private static void pods(Target t) throws Exception {
        String pods = "/api/v1/namespaces/" + t.namespace("pods") + "/pods";
        String spec = "\"containers\":[{\"name\":\"a\",\"image\":\"b\"}]";
        done(
                t.api()
                        .post(
                                pods,
                                "{\"metadata\":{\"name\":\"bound\"},\"spec\":{\"nodeName\":\"n\",%s}}"
                                        .formatted(spec)));
        done(
                t.api()
                        .post(
                                pods,
                                "{\"metadata\":{\"name\":\"free\"},\"spec\":{%s}}"
                                        .formatted(spec)));
        JsonNode marked = done(t.api().delete(pods + "/bound"));
        assertThat(marked.at("/metadata/deletionGracePeriodSeconds").asInt()).isEqualTo(30);
        assertThat(done(t.api().get(pods + "/bound")).at("/metadata/deletionTimestamp").asText())
                .isNotEmpty();
        done(t.api().delete(pods + "/free"));
        refused(t.api().get(pods + "/free"), 404, "NotFound");
        done(t.api().delete(pods + "/bound?gracePeriodSeconds=0"));
        refused(t.api().get(pods + "/bound"), 404, "NotFound");
    }

    private static void namespaces(Target t) throws Exception {
        String name = t.namespace("doomed");
        String maps = "/api/v1/namespaces/" + name + "/configmaps";
        done(t.api().post(maps, meta("\"name\":\"a\",\"finalizers\":[\"x/y\"]")));
        done(t.api().delete("/api/v1/namespaces/" + name));
        assertThat(done(t.api().get("/api/v1/namespaces/" + name)).at("/status/phase").asText())
                .isEqualTo("Terminating");
        RawApi.Answer refusal = t.api().post(maps, map("b", ""));
        JsonNode status = refused(refusal, 403, "Forbidden");
        assertThat(message(refusal))
                .isEqualTo(
                        "configmaps \"b\" is forbidden: unable to create new content in namespace"
                                + " %s because it is being terminated".formatted(name));
        assertThat(status.at("/details/causes/0/reason").asText())
                .isEqualTo("NamespaceTerminating");
        done(t.api().patch(maps + "/a", "merge", "{\"metadata\":{\"finalizers\":[]}}"));
    }
}
