package io.siterecovery.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WRITERS = 8;
    private static final int WRITES = 60;

    @TempDir static Path dir;
    static TestCluster cluster;
    static RawApi api;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        cluster = new TestCluster(dir);
        api = cluster.admin();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void loses_and_doubles_nothing_under_eight_writers() throws Exception {
        String maps = namespace("writers");
        try (WatchReader early = new WatchReader(api, maps + "?watch=true&resourceVersion=0");
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> done = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int id = writer;
                done.add(pool.submit(writing(maps, id)));
            }
            JsonNode listed = api.get(maps).json();
            String from = Json.text(listed, "metadata", "resourceVersion");
            try (WatchReader late =
                    new WatchReader(api, maps + "?watch=true&resourceVersion=" + from)) {
                for (Future<Boolean> writer : done) {
                    assertThat(writer.get()).isTrue();
                }
                List<Long> all = versions("writers", 0);
                List<Long> rest = versions("writers", Long.parseLong(from));

                await().atMost(PATIENCE)
                        .untilAsserted(
                                () -> {
                                    assertThat(versions(early)).isEqualTo(all);
                                    assertThat(versions(late)).isEqualTo(rest);
                                });
                assertThat(all).hasSize(WRITERS * WRITES);
            }
        }
    }

    @Test
    void loses_no_update_when_eight_writers_change_one_object() throws Exception {
        String maps = namespace("one");
        api.post(maps, "{\"metadata\":{\"name\":\"shared\"},\"data\":{}}");
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RawApi.Answer>> done = new ArrayList<>();
            for (int i = 0; i < WRITERS * WRITES; i++) {
                String patch = "[{\"op\":\"add\",\"path\":\"/data/k" + i + "\",\"value\":\"v\"}]";
                done.add(pool.submit(() -> api.patch(maps + "/shared", "json", patch)));
            }
            int stored = 0;
            for (Future<RawApi.Answer> writer : done) {
                stored += writer.get().code() == 200 ? 1 : 0;
            }
            assertThat(api.get(maps + "/shared").json().path("data").size()).isEqualTo(stored);
            assertThat(stored).isGreaterThan(WRITERS);
        }
    }

    @Test
    void starts_with_what_is_there_and_goes_on_with_changes() throws Exception {
        String maps = namespace("start");
        put(maps, "a", "");
        try (WatchReader watch = new WatchReader(api, maps + "?watch=true")) {
            put(maps, "b", "");
            api.patch(maps + "/a", "merge", "{\"data\":{\"x\":\"1\"}}");
            api.delete(maps + "/a");
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(watch.summary())
                                            .containsExactly(
                                                    "ADDED a",
                                                    "ADDED b",
                                                    "MODIFIED a",
                                                    "DELETED a"));
        }
    }

    @Test
    void an_object_enters_and_leaves_a_selection_as_added_and_deleted() throws Exception {
        String maps = namespace("select");
        put(maps, "a", "");
        try (WatchReader watch =
                new WatchReader(api, maps + "?watch=true&labelSelector=on%3Dyes")) {
            api.patch(maps + "/a", "merge", "{\"metadata\":{\"labels\":{\"on\":\"yes\"}}}");
            api.patch(maps + "/a", "merge", "{\"data\":{\"x\":\"1\"}}");
            api.patch(maps + "/a", "merge", "{\"metadata\":{\"labels\":{\"on\":\"no\"}}}");
            api.patch(maps + "/a", "merge", "{\"data\":{\"x\":\"2\"}}");
            put(maps, "b", "\"labels\":{\"on\":\"yes\"},");
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(watch.summary())
                                            .containsExactly(
                                                    "ADDED a",
                                                    "MODIFIED a",
                                                    "DELETED a",
                                                    "ADDED b"));
        }
    }

    @Test
    void says_gone_when_the_version_is_too_old() throws Exception {
        String maps = namespace("old");
        JsonNode first = put(maps, "a", "");
        put(maps, "b", "");
        cluster.server().expireWatchHistory();

        String from = Json.text(first, "metadata", "resourceVersion");
        try (WatchReader watch =
                new WatchReader(api, maps + "?watch=true&resourceVersion=" + from)) {
            await().atMost(PATIENCE).until(watch::ended);
            WatchReader.Event error = watch.events().getFirst();
            assertThat(error.type()).isEqualTo("ERROR");
            assertThat(error.object().path("code").asInt()).isEqualTo(410);
            assertThat(error.object().path("reason").asText()).isEqualTo("Expired");
        }
    }

    @Test
    void marks_the_end_of_the_present_for_those_who_ask_and_ends_in_time() throws Exception {
        String maps = namespace("marks");
        put(maps, "a", "");
        try (WatchReader watch =
                new WatchReader(
                        api,
                        maps
                                + "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
                                + "&resourceVersionMatch=NotOlderThan&timeoutSeconds=1")) {
            await().atMost(PATIENCE).until(watch::ended);
            assertThat(watch.events().get(0).toString()).isEqualTo("ADDED a");
            WatchReader.Event mark = watch.events().get(1);
            assertThat(mark.type()).isEqualTo("BOOKMARK");
            assertThat(mark.version()).isPositive();
            assertThat(mark.object().at("/metadata/annotations").toString())
                    .contains("initial-events-end");
        }
    }

    @Test
    void prints_rows_while_watching() throws Exception {
        String maps = namespace("rows");
        put(maps, "a", "");
        String path = maps + "?watch=true&timeoutSeconds=1";
        RawApi.Answer answer =
                api.get(path, "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        assertThat(answer.json().at("/object/rows/0/cells/0").asText()).isEqualTo("a");
    }

    @Test
    void hundreds_of_watches_share_one_connection() throws Exception {
        String maps = namespace("many");
        List<WatchReader> watches = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            watches.add(new WatchReader(api, maps + "?watch=true"));
        }
        put(maps, "café", "");
        put(maps, "a", "");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(watches)
                                        .allSatisfy(
                                                w ->
                                                        assertThat(w.summary())
                                                                .containsExactly("ADDED a")));
        for (WatchReader watch : watches) {
            watch.close();
        }
        await().atMost(PATIENCE).until(() -> cluster.server().openWatches() == 0);
    }

    @Test
    void works_over_http_1_1_and_leaves_nothing_behind_when_clients_go() throws Exception {
        String maps = namespace("plain");
        String kubeconfig = cluster.server().kubeconfig("old-client");
        try (RawApi old = RawApi.of(kubeconfig, HttpClient.Version.HTTP_1_1, true);
                WatchReader watch = new WatchReader(old, maps + "?watch=true")) {
            put(maps, "a", "");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(watch.summary()).containsExactly("ADDED a"));
        }
        await().atMost(PATIENCE).until(() -> cluster.server().openWatches() == 0);
    }

    @Test
    void an_outage_ends_every_watch() throws Exception {
        String maps = namespace("outage");
        try (TestCluster other = new TestCluster(dir);
                WatchReader watch =
                        new WatchReader(
                                other.admin(), "/api/v1/configmaps?watch=true&resourceVersion=0")) {
            other.server().stop();
            await().atMost(PATIENCE).until(watch::ended);
            assertThat(other.server().openWatches()).isZero();
            other.server().resume();
        }
        assertThat(api.get(maps).code()).isEqualTo(200);
    }

    @Test
    void ends_the_watches_on_a_kind_that_is_no_longer_served() throws Exception {
        String crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        api.write("POST", crds, "application/yaml", TestCluster.resource("widgets-crd.yaml"));
        try (WatchReader watch = new WatchReader(api, "/apis/example.io/v1/widgets?watch=true")) {
            api.delete(crds + "/widgets.example.io");
            await().atMost(PATIENCE).until(watch::ended);
        }
    }

    private static Callable<Boolean> writing(String maps, int id) {
        return () -> {
            for (int i = 0; i < WRITES; i++) {
                String name = "m" + id + "-" + (i / 3);
                RawApi.Answer answer =
                        switch (i % 3) {
                            case 0 -> api.post(maps, map(name, ""));
                            case 1 ->
                                    api.patch(
                                            maps + "/" + name, "merge", "{\"data\":{\"k\":\"v\"}}");
                            default -> api.delete(maps + "/" + name);
                        };
                if (answer.code() >= 300) {
                    throw new AssertionError(answer.text());
                }
            }
            return true;
        };
    }

    private static List<Long> versions(WatchReader watch) {
        return watch.events().stream().map(WatchReader.Event::version).toList();
    }

    private static List<Long> versions(String namespace, long after) {
        return cluster.server().history().stream()
                .filter(e -> e.namespace().equals(namespace) && e.resourceVersion() > after)
                .map(KubernetesApiServer.HistoryEntry::resourceVersion)
                .toList();
    }

    private static String namespace(String name) throws Exception {
        api.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
        return "/api/v1/namespaces/" + name + "/configmaps";
    }

    private static JsonNode put(String maps, String name, String meta) throws Exception {
        return api.post(maps, map(name, meta)).json();
    }

    private static String map(String name, String meta) {
        return "{\"metadata\":{" + meta + "\"name\":\"" + name + "\"}}";
    }
}
