package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.map;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static io.siterecovery.tests.conformance.rows.Checks.version;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import io.siterecovery.tests.conformance.WatchReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Watches: nothing lost, nothing doubled, and a plain word when that cannot be kept. */
public final class WatchRows {
    private static final String AREA = "watch";
    private static final int WRITERS = 8;
    private static final int WRITES = 30;

    /** From here on a watch can begin with the present and mark its end. */
    private static final int STREAMING_LISTS = 32;

    private WatchRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "nothing lost or doubled under 8 writers", WatchRows::eightWriters),
                Row.of(
                        AREA,
                        "no update lost when 8 writers change one object",
                        WatchRows::oneObject),
                Row.of(AREA, "starts with what is there, goes on with changes", WatchRows::present),
                Row.of(AREA, "starts after a resourceVersion", WatchRows::afterVersion),
                Row.of(AREA, "objects enter and leave a label selection", WatchRows::selection),
                Row.of(AREA, "one object by field selector", WatchRows::byName),
                Row.of(AREA, "an impossible version is refused", WatchRows::badVersions),
                Row.of(AREA, "410 when the version is too old", WatchRows::tooOld),
                Row.of(AREA, "ends when its time is up", WatchRows::timeout),
                Row.of(AREA, "marks the end of the present for who asks", WatchRows::initialEnd)
                        .since(STREAMING_LISTS),
                Row.of(AREA, "prints rows", WatchRows::rowsOfTables),
                Row.of(AREA, "ends with the definition of its kind", WatchRows::definitionGone));
    }

    private static void eightWriters(Target t) throws Exception {
        String maps = t.maps("writers");
        try (WatchReader early = new WatchReader(t.api(), maps + "?watch=true");
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> done = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                done.add(pool.submit(writing(t, maps, writer)));
            }
            String from = version(done(t.api().get(maps)));
            try (WatchReader late =
                    new WatchReader(t.api(), maps + "?watch=true&resourceVersion=" + from)) {
                List<String> written = new ArrayList<>();
                for (Future<List<String>> writer : done) {
                    written.addAll(writer.get());
                }
                eventually(
                        () ->
                                assertThat(versions(early))
                                        .hasSize(WRITERS * WRITES)
                                        .doesNotHaveDuplicates()
                                        .containsAll(written));
                List<String> all = versions(early);
                assertThat(all).isSortedAccordingTo(WatchRows::byNumber);
                eventually(
                        () ->
                                assertThat(versions(late))
                                        .isEqualTo(
                                                all.stream()
                                                        .filter(v -> byNumber(v, from) > 0)
                                                        .toList()));
            }
        }
    }

    private static int byNumber(String one, String other) {
        return Long.compare(Long.parseLong(one), Long.parseLong(other));
    }

    /** Answers the versions that its creations and changes were given. */
    private static Callable<List<String>> writing(Target t, String maps, int id) {
        return () -> {
            List<String> versions = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                String name = "m" + id + "-" + (i / 3);
                switch (i % 3) {
                    case 0 -> versions.add(version(done(t.api().post(maps, map(name, "")))));
                    case 1 ->
                            versions.add(
                                    version(
                                            done(
                                                    t.api()
                                                            .patch(
                                                                    maps + "/" + name,
                                                                    "merge",
                                                                    "{\"data\":{\"k\":\"v\"}}"))));
                    default -> done(t.api().delete(maps + "/" + name));
                }
            }
            return versions;
        };
    }

    private static void oneObject(Target t) throws Exception {
        String maps = t.maps("one");
        done(t.api().post(maps, map("shared", "")));
        try (var pool = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<RawApi.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < WRITERS * WRITES; i++) {
                String patch = "{\"data\":{\"k" + i + "\":\"v\"}}";
                answers.add(pool.submit(() -> t.api().patch(maps + "/shared", "merge", patch)));
            }
            int stored = 0;
            for (Future<RawApi.Answer> answer : answers) {
                assertThat(answer.get().code()).isIn(200, 409);
                stored += answer.get().code() == 200 ? 1 : 0;
            }
            JsonNode shared = done(t.api().get(maps + "/shared"));
            assertThat(shared.path("data").size()).isEqualTo(stored);
            assertThat(stored).isGreaterThan(WRITERS);
        }
    }

    private static void present(Target t) throws Exception {
        String maps = t.maps("present");
        done(t.api().post(maps, map("a", "")));
        try (WatchReader watch = new WatchReader(t.api(), maps + "?watch=true")) {
            done(t.api().post(maps, map("b", "")));
            merge(t, maps + "/a", "{\"data\":{\"x\":\"1\"}}");
            done(t.api().delete(maps + "/a"));
            eventually(
                    () ->
                            assertThat(watch.summary())
                                    .containsExactly(
                                            "ADDED a", "ADDED b", "MODIFIED a", "DELETED a"));
            List<WatchReader.Event> events = watch.events();
            assertThat(events.getLast().version()).isGreaterThan(events.get(2).version());
            assertThat(events.getLast().object().at("/data/x").asText()).isEqualTo("1");
        }
    }

    private static void afterVersion(Target t) throws Exception {
        String maps = t.maps("after");
        done(t.api().post(maps, map("a", "")));
        String from = version(done(t.api().post(maps, map("b", ""))));
        done(t.api().post(maps, map("c", "")));
        try (WatchReader watch =
                new WatchReader(t.api(), maps + "?watch=true&resourceVersion=" + from)) {
            done(t.api().post(maps, map("d", "")));
            eventually(() -> assertThat(watch.summary()).containsExactly("ADDED c", "ADDED d"));
        }
    }

    private static void selection(Target t) throws Exception {
        String maps = t.maps("select");
        done(t.api().post(maps, map("a", "")));
        try (WatchReader watch =
                new WatchReader(t.api(), maps + "?watch=true&labelSelector=on%20in%20(yes,si)")) {
            merge(t, maps + "/a", "{\"metadata\":{\"labels\":{\"on\":\"yes\"}}}");
            merge(t, maps + "/a", "{\"data\":{\"x\":\"1\"}}");
            merge(t, maps + "/a", "{\"metadata\":{\"labels\":{\"on\":\"no\"}}}");
            merge(t, maps + "/a", "{\"data\":{\"x\":\"2\"}}");
            done(t.api().post(maps, Checks.meta("\"name\":\"b\",\"labels\":{\"on\":\"si\"}")));
            eventually(
                    () ->
                            assertThat(watch.summary())
                                    .containsExactly(
                                            "ADDED a", "MODIFIED a", "DELETED a", "ADDED b"));
        }
    }

    private static void byName(Target t) throws Exception {
        String maps = t.maps("byname");
        try (WatchReader watch =
                new WatchReader(
                        t.api(), maps + "?watch=true&fieldSelector=metadata.name%3Dwanted")) {
            done(t.api().post(maps, map("other", "")));
            done(t.api().post(maps, map("wanted", "")));
            eventually(() -> assertThat(watch.summary()).containsExactly("ADDED wanted"));
        }
    }

    private static void badVersions(Target t) throws Exception {
        String maps = t.maps("bad");
        for (String version : List.of("abc", "-1", "1e9")) {
            RawApi.Answer refusal = t.api().get(maps + "?watch=true&resourceVersion=" + version);
            // A stock server blames itself.
            assertThat(refusal.code()).isIn(400, 500);
            assertThat(Checks.message(refusal)).contains("Invalid value: \"" + version + "\"");
        }
    }

    private static void tooOld(Target t) throws Exception {
        String maps = t.maps("old");
        try (WatchReader watch = new WatchReader(t.api(), maps + "?watch=true&resourceVersion=1")) {
            // A server that has just started may still hold its first change.
            if (watch.code() == 200) {
                eventually(() -> assertThat(watch.ended() || !watch.events().isEmpty()).isTrue());
                if (!watch.events().isEmpty()) {
                    JsonNode error = watch.events().getFirst().object();
                    assertThat(watch.events().getFirst().type()).isEqualTo("ERROR");
                    assertThat(error.path("code").asInt()).isEqualTo(410);
                    assertThat(error.path("reason").asText()).isEqualTo("Expired");
                    assertThat(error.path("message").asText())
                            .startsWith("too old resource version: 1 (");
                    eventually(() -> assertThat(watch.ended()).isTrue());
                }
            } else {
                assertThat(watch.code()).isEqualTo(410);
            }
        }
        refused(t.api().get(maps + "?limit=1&continue=" + STALE_TOKEN), 400, "BadRequest");
    }

    /** Nobody's continue token. */
    private static final String STALE_TOKEN = "bm9uc2Vuc2U";

    private static void timeout(Target t) throws Exception {
        String maps = t.maps("timeout");
        try (WatchReader watch = new WatchReader(t.api(), maps + "?watch=true&timeoutSeconds=1")) {
            eventually(() -> assertThat(watch.ended()).isTrue());
            assertThat(watch.code()).isEqualTo(200);
        }
    }

    private static void initialEnd(Target t) throws Exception {
        String maps = t.maps("marks");
        done(t.api().post(maps, map("a", "")));
        String query =
                "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=2"
                        + "&resourceVersionMatch=NotOlderThan";
        try (WatchReader watch = new WatchReader(t.api(), maps + query)) {
            eventually(() -> assertThat(watch.events()).hasSize(2));
            assertThat(watch.events().get(0).toString()).isEqualTo("ADDED a");
            WatchReader.Event mark = watch.events().get(1);
            assertThat(mark.type()).isEqualTo("BOOKMARK");
            assertThat(mark.version()).isPositive();
            assertThat(mark.object().at("/metadata/annotations").toString())
                    .contains("\"k8s.io/initial-events-end\":\"true\"");
        }
        refused(t.api().get(maps + "?watch=true&sendInitialEvents=true"), 422, "Invalid");
    }

    private static void rowsOfTables(Target t) throws Exception {
        String maps = t.maps("rows");
        done(t.api().post(maps, map("a", "\"k\":\"v\"")));
        RawApi.Answer answer =
                t.api()
                        .get(
                                maps + "?watch=true&timeoutSeconds=1",
                                "Accept",
                                "application/json;as=Table;v=v1;g=meta.k8s.io");
        JsonNode event = RawApi.JSON.readTree(answer.text().lines().findFirst().orElse("{}"));
        assertThat(event.path("type").asText()).isEqualTo("ADDED");
        assertThat(event.at("/object/kind").asText()).isEqualTo("Table");
        assertThat(event.at("/object/rows/0/cells/0").asText()).isEqualTo("a");
        assertThat(event.at("/object/rows/0/cells/1").asInt()).isEqualTo(1);
    }

    private static void definitionGone(Target t) throws Exception {
        t.install("passing-crd.yaml");
        String passings = "/apis/" + t.group() + "/v1/passings";
        try (WatchReader watch = new WatchReader(t.api(), passings + "?watch=true")) {
            assertThat(watch.code()).isEqualTo(200);
            done(
                    t.api()
                            .delete(
                                    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/passings."
                                            + t.group()));
            eventually(() -> assertThat(watch.ended()).isTrue());
        }
        eventually(() -> assertThat(t.api().get(passings).code()).isEqualTo(404));
    }

    private static List<String> versions(WatchReader watch) {
        return watch.events().stream().map(e -> Checks.version(e.object())).toList();
    }

    private static void merge(Target t, String path, String patch) throws Exception {
        done(t.api().patch(path, "merge", patch));
    }
}
