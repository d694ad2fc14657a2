package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.map;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import io.siterecovery.tests.conformance.WatchReader;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;

/** Connections, content types and the paths that are about no object. */
public final class HttpRows {
    private static final String AREA = "http";

    /** A stock server allows 100 streams on a connection. */
    private static final int WATCHES = 90;

    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

    private HttpRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "HTTP/2 and HTTP/1.1 give the same answers", HttpRows::versions),
                Row.of(AREA, "90 watches share one HTTP/2 connection", HttpRows::manyWatches),
                Row.of(AREA, "a watch works over HTTP/1.1", HttpRows::plainWatch),
                Row.of(AREA, "health and version are open", HttpRows::health),
                Row.of(
                        AREA,
                        "unknown paths and methods are refused with a Status",
                        HttpRows::paths),
                Row.of(
                        AREA,
                        "custom resources take JSON and YAML, no protobuf",
                        HttpRows::contentTypes),
                Row.of(AREA, "objects come in the form that is accepted", HttpRows::forms),
                Row.of(AREA, "text beyond ASCII keeps its bytes", HttpRows::utf8),
                Row.of(AREA, "a body that is too large is refused", HttpRows::tooLarge));
    }

    private static void versions(Target t) throws Exception {
        String maps = t.maps("http");
        done(t.api().post(maps, map("a", "")));
        for (HttpClient.Version version :
                List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
            try (RawApi api = t.over(version)) {
                RawApi.Answer answer = api.get(maps + "/a");
                assertThat(answer.response().version()).isEqualTo(version);
                assertThat(answer.json()).isEqualTo(t.api().get(maps + "/a").json());
                assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            }
        }
    }

    private static void manyWatches(Target t) throws Exception {
        String maps = t.maps("many");
        List<WatchReader> watches = new ArrayList<>();
        try (RawApi api = t.over(HttpClient.Version.HTTP_2)) {
            for (int i = 0; i < WATCHES; i++) {
                watches.add(new WatchReader(api, maps + "?watch=true&resourceVersion=0"));
            }
            done(t.api().post(maps, map("a", "")));
            eventually(
                    () ->
                            assertThat(watches)
                                    .allSatisfy(
                                            w ->
                                                    assertThat(w.summary())
                                                            .containsExactly("ADDED a")));
            assertThat(api.get(maps + "/a").code()).isEqualTo(200);
        }
    }

    private static void plainWatch(Target t) throws Exception {
        String maps = t.maps("plain");
        try (RawApi api = t.over(HttpClient.Version.HTTP_1_1);
                WatchReader watch = new WatchReader(api, maps + "?watch=true")) {
            done(t.api().post(maps, map("a", "")));
            eventually(() -> assertThat(watch.summary()).containsExactly("ADDED a"));
        }
    }

    private static void health(Target t) throws Exception {
        try (RawApi nobody = t.bearing("")) {
            for (String path : List.of("/healthz", "/livez", "/readyz")) {
                assertThat(nobody.get(path).text()).as(path).isEqualTo("ok");
            }
            assertThat(done(nobody.get("/version")).path("gitVersion").asText())
                    .startsWith("v1." + t.minor());
        }
    }

    private static void paths(Target t) throws Exception {
        String maps = t.maps("paths");
        for (String path :
                List.of("/apis/nothing.example.io", "/api/v1/gadgets", maps + "/a/status")) {
            assertThat(t.api().get(path).code()).as(path).isEqualTo(404);
        }
        assertThat(Checks.message(t.api().get(maps.replace("configmaps", "gadgets"))))
                .isEqualTo("the server could not find the requested resource");
        refused(t.api().put(maps, map("a", "")), 405, "MethodNotAllowed");
        refused(t.api().post("/api/v1/configmaps", map("a", "")), 405, "MethodNotAllowed");
        refused(t.api().post(maps + "/a", map("a", "")), 405, "MethodNotAllowed");
    }

    private static void contentTypes(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("types"));
        String json = t.widget("a", "{\"size\":1,\"mode\":\"fast\"}");
        assertThat(t.api().write("POST", widgets, PROTOBUF, json).code()).isBetween(400, 499);
        refused(t.api().write("POST", widgets, "text/plain", json), 415, "UnsupportedMediaType");
        assertThat(t.api().get(widgets, "Accept", PROTOBUF).code()).isEqualTo(406);
        done(t.api().get(widgets, "Accept", PROTOBUF + ",application/json"));
        String yaml =
                "apiVersion: %s/v1\nkind: Widget\nmetadata: {name: b}\nspec: {size: 1, mode: fast}\n"
                        .formatted(t.group());
        done(t.api().write("POST", widgets, "application/yaml", yaml));
        done(t.api().write("POST", widgets, "application/json; charset=utf-8", json));
    }

    private static void forms(Target t) throws Exception {
        String maps = t.maps("forms");
        done(t.api().post(maps, map("a", "\"k\":\"v\"")));
        var table = done(t.api().get(maps + "/a", "Accept", TABLE + ",application/json"));
        assertThat(table.path("kind").asText()).isEqualTo("Table");
        assertThat(table.at("/rows/0/cells/0").asText()).isEqualTo("a");
        assertThat(table.at("/rows/0/cells/1").asInt()).isEqualTo(1);
        assertThat(table.at("/rows/0/object/kind").asText()).isEqualTo("PartialObjectMetadata");
        var none = done(t.api().get(maps + "?includeObject=None", "Accept", TABLE));
        assertThat(none.at("/rows/0/object").isNull() || none.at("/rows/0/object").isMissingNode())
                .isTrue();
        var partial =
                done(
                        t.api()
                                .get(
                                        maps,
                                        "Accept",
                                        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"));
        assertThat(partial.path("kind").asText()).isEqualTo("PartialObjectMetadataList");
        assertThat(partial.at("/items/0").has("data")).isFalse();
    }

    private static void utf8(Target t) throws Exception {
        String maps = t.maps("utf8");
        done(t.api().post(maps, map("a", "\"k\":\"café ✓ 😀\"")));
        assertThat(t.api().get(maps + "/a").text()).contains("café ✓ 😀");
        try (WatchReader watch = new WatchReader(t.api(), maps + "?watch=true")) {
            eventually(
                    () ->
                            assertThat(watch.events().getFirst().object().at("/data/k").asText())
                                    .isEqualTo("café ✓ 😀"));
        }
    }

    private static void tooLarge(Target t) throws Exception {
        String maps = t.maps("large");
        String value = "x".repeat(3 << 20);
        refused(
                t.api().post(maps, map("a", "\"k\":\"" + value + "\"")),
                413,
                "RequestEntityTooLarge");
        RawApi.Answer overMebibyte =
                t.api().post(maps, map("a", "\"k\":\"" + "x".repeat((1 << 20) + 1) + "\""));
        refused(overMebibyte, 422, "Invalid");
        assertThat(Checks.items(t.api(), maps)).isZero();
    }
}
