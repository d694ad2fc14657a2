package io.siterecovery.tests.conformance;

import static io.siterecovery.tests.conformance.Target.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import io.siterecovery.sandbox.kubernetes.faults.Fault;
import io.siterecovery.sandbox.kubernetes.faults.Faults.Match;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded server does beside what every API server does. */
class EmbeddedServerIT {
    private static final int WATCHES = 300;

    @TempDir static Path dir;
    private static EmbeddedServer embedded;
    private static Target t;

    @BeforeAll
    static void start() throws Exception {
        embedded = new EmbeddedServer(dir);
        t = embedded.target();
    }

    @AfterEach
    void clear() {
        embedded.server().faults().clear();
    }

    @AfterAll
    static void stop() throws Exception {
        embedded.close();
    }

    @Test
    void writes_down_who_wrote_what() throws Exception {
        String maps = t.maps("history");
        t.api().post(maps, map("a", ",\"finalizers\":[\"x/y\"]"));
        t.api().delete(maps + "/a");
        t.api().patch(maps + "/a", "merge", "{\"metadata\":{\"finalizers\":null}}");
        List<HistoryEntry> history =
                embedded.server().history().stream()
                        .filter(e -> e.namespace().equals(t.named("history")))
                        .filter(e -> e.name().equals("a"))
                        .toList();
        assertThat(history.stream().map(HistoryEntry::verb))
                .containsExactly("create", "update", "delete");
        assertThat(history).allMatch(e -> e.user().equals("admin"));
        assertThat(history.getFirst().object().at("/metadata/name").asText()).isEqualTo("a");
    }

    @Test
    void namespaces_empty_themselves_and_go() throws Exception {
        String maps = t.maps("doomed");
        t.api().post(maps, map("a", ""));
        t.api().post(maps, map("b", ",\"finalizers\":[\"x/y\"]"));
        t.api().delete("/api/v1/namespaces/" + t.named("doomed"));
        assertThat(t.api().get(maps + "/a").code()).isEqualTo(404);
        assertThat(t.api().get("/api/v1/namespaces/" + t.named("doomed")).code()).isEqualTo(200);
        t.api().patch(maps + "/b", "merge", "{\"metadata\":{\"finalizers\":[]}}");
        assertThat(t.api().get("/api/v1/namespaces/" + t.named("doomed")).code()).isEqualTo(404);
    }

    @Test
    void owned_objects_go_with_their_last_owner_or_stay_as_orphans() throws Exception {
        String maps = t.maps("owners");
        String one = owner(maps, "one");
        String two = owner(maps, "two");
        String three = owner(maps, "three");
        t.api().post(maps, map("of-one", ",\"ownerReferences\":[" + one + "]"));
        t.api().post(maps, map("of-both", ",\"ownerReferences\":[" + one + "," + two + "]"));
        t.api().post(maps, map("of-three", ",\"ownerReferences\":[" + three + "]"));
        t.api().delete(maps + "/one");
        t.api().delete(maps + "/three?propagationPolicy=Orphan");
        eventually(() -> assertThat(t.api().get(maps + "/of-one").code()).isEqualTo(404));
        eventually(
                () ->
                        assertThat(
                                        t.api()
                                                .get(maps + "/of-both")
                                                .json()
                                                .at("/metadata/ownerReferences")
                                                .findValuesAsText("name"))
                                .containsExactly("two"));
        t.api().delete(maps + "/two");
        eventually(() -> assertThat(t.api().get(maps + "/of-both").code()).isEqualTo(404));
        eventually(
                () ->
                        assertThat(
                                        t.api()
                                                .get(maps + "/of-three")
                                                .json()
                                                .path("metadata")
                                                .has("ownerReferences"))
                                .isFalse());
    }

    @Test
    void hundreds_of_watches_share_a_connection_and_leave_nothing_behind() throws Exception {
        String maps = t.maps("hundreds");
        List<WatchReader> watches = new ArrayList<>();
        try (RawApi api = t.over(HttpClient.Version.HTTP_2)) {
            for (int i = 0; i < WATCHES; i++) {
                watches.add(new WatchReader(api, maps + "?watch=true"));
            }
            t.api().post(maps, map("a", ""));
            eventually(
                    () ->
                            assertThat(watches)
                                    .allMatch(w -> w.summary().equals(List.of("ADDED a"))));
        }
        eventually(() -> assertThat(embedded.server().openWatches()).isZero());
    }

    @Test
    void a_forgotten_history_is_410_and_an_outage_ends_watches() throws Exception {
        try (EmbeddedServer other = new EmbeddedServer(dir.resolve("other"))) {
            String maps = other.target().maps("old");
            String from = version(other.target().api().post(maps, map("a", "")).json());
            other.target().api().post(maps, map("b", ""));
            other.server().expireWatchHistory();
            try (WatchReader watch =
                    new WatchReader(
                            other.target().api(), maps + "?watch=true&resourceVersion=" + from)) {
                eventually(() -> assertThat(watch.ended()).isTrue());
                assertThat(watch.events().getFirst().object().path("code").asInt()).isEqualTo(410);
            }
            int port = other.server().port();
            try (WatchReader watch = new WatchReader(other.target().api(), maps + "?watch=true")) {
                other.server().stop();
                eventually(() -> assertThat(watch.ended()).isTrue());
                assertThat(other.server().openWatches()).isZero();
            }
            other.server().resume();
            assertThat(other.server().port()).isEqualTo(port);
            assertThat(other.target().api().get(maps + "/a").code()).isEqualTo(200);
        }
    }

    @Test
    void refuses_late_or_before_and_after_the_write_on_demand() throws Exception {
        String maps = t.maps("faults");
        var faults = embedded.server().faults();
        for (int code : List.of(429, 500, 503)) {
            faults.add(new Match("create", "configmaps"), new Fault.Refusal(code), 1);
            RawApi.Answer answer = t.api().post(maps, map("a", ""));
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.json().path("kind").asText()).isEqualTo("Status");
            assertThat(answer.header("Retry-After")).isEqualTo(code == 500 ? "" : "1");
        }
        faults.add(new Match("create", "configmaps"), new Fault.TimeoutBefore(), 1);
        assertThat(t.api().post(maps, map("a", "")).code()).isEqualTo(504);
        assertThat(t.api().get(maps + "/a").code()).isEqualTo(404);
        faults.add(new Match("create", "configmaps"), new Fault.TimeoutAfter(), 1);
        assertThat(t.api().post(maps, map("a", "")).code()).isEqualTo(504);
        assertThat(t.api().get(maps + "/a").code()).isEqualTo(200);
        faults.add(new Match("watch", "configmaps"), new Fault.Gone(), 1);
        assertThat(t.api().get(maps + "?watch=true&resourceVersion=1").code()).isEqualTo(410);
        Duration delay = Duration.ofMillis(300);
        faults.add(new Match("get", "configmaps"), new Fault.Latency(delay), 1);
        long began = System.nanoTime();
        assertThat(t.api().get(maps + "/a").code()).isEqualTo(200);
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(delay.toNanos());
    }

    @Test
    void drops_watches_and_shows_old_lists_on_demand() throws Exception {
        String maps = t.maps("stale");
        t.api().post(maps, map("a", ""));
        var faults = embedded.server().faults();
        faults.staleLists(true);
        String made = version(t.api().post(maps, map("b", "")).json());
        assertThat(items(maps + "?resourceVersion=0")).isEqualTo(1);
        assertThat(items(maps)).isEqualTo(2);
        assertThat(items(maps + "?resourceVersion=" + made)).isEqualTo(2);
        assertThat(t.api().get(maps + "/b?resourceVersion=0").code()).isEqualTo(404);
        faults.staleLists(false);
        assertThat(items(maps + "?resourceVersion=0")).isEqualTo(2);
        try (WatchReader dropped = new WatchReader(t.api(), maps + "?watch=true");
                WatchReader other = new WatchReader(t.api(), "/api/v1/nodes?watch=true")) {
            eventually(() -> assertThat(dropped.summary()).hasSize(2));
            faults.dropWatches("configmaps");
            eventually(() -> assertThat(dropped.ended()).isTrue());
            assertThat(other.ended()).isFalse();
        }
    }

    @Test
    void a_black_hole_swallows_requests_and_events_until_it_ends() throws Exception {
        String maps = t.maps("hole");
        var faults = embedded.server().faults();
        try (WatchReader watch = new WatchReader(t.api(), maps + "?watch=true")) {
            faults.blackHole(true);
            CompletableFuture<Integer> write =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return t.api().post(maps, map("a", "")).code();
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            assertThatThrownBy(() -> write.get(500, TimeUnit.MILLISECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(watch.summary()).isEmpty();
            faults.blackHole(false);
            assertThat(write.get(10, TimeUnit.SECONDS)).isEqualTo(201);
            eventually(() -> assertThat(watch.summary()).containsExactly("ADDED a"));
        }
    }

    private static int items(String path) throws Exception {
        return t.api().get(path).json().path("items").size();
    }

    private static String owner(String maps, String name) throws Exception {
        JsonNode made = t.api().post(maps, map(name, "")).json();
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"%s\",\"uid\":\"%s\"}"
                .formatted(name, made.at("/metadata/uid").asText());
    }

    private static String version(JsonNode object) {
        return object.at("/metadata/resourceVersion").asText();
    }

    private static String map(String name, String meta) {
        return "{\"metadata\":{\"name\":\"%s\"%s}}".formatted(name, meta);
    }
}
