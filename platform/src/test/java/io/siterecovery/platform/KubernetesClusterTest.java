package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class KubernetesClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String STATUS =
            "{\"kind\":\"Status\",\"reason\":\"%s\",\"message\":\"%s\",\"code\":%d}";

    @TempDir static Path dir;
    static TestAuthority authority;
    private ScriptedApiServer server;
    private KubernetesCluster cluster;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void makeCertificate() throws Exception {
        authority = new TestAuthority(dir);
    }

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        server = new ScriptedApiServer(authority);
        cluster =
                KubernetesCluster.of(
                        vertx, "cluster1", server.kubeconfig(), Duration.ofSeconds(2), null);
    }

    @AfterEach
    void stop() {
        cluster.close();
        server.close();
    }

    @Test
    void an_object_that_is_not_there_is_empty_and_not_a_failure() throws Exception {
        server.next(404, STATUS.formatted("NotFound", "no", 404), Map.of());
        assertThat(get(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a"))).isEmpty();
    }

    @Test
    void every_kind_of_refusal_has_its_reason() {
        record Row(int code, String word, String message, Reason expected) {}
        for (Row row :
                List.of(
                        new Row(404, "NotFound", "not found", Reason.NOT_FOUND),
                        new Row(409, "Conflict", "modified", Reason.CONFLICT),
                        new Row(409, "AlreadyExists", "exists", Reason.ALREADY_EXISTS),
                        new Row(403, "Forbidden", "forbidden", Reason.FORBIDDEN),
                        new Row(401, "Unauthorized", "who", Reason.FORBIDDEN),
                        new Row(422, "Invalid", "spec.x: wrong", Reason.INVALID),
                        new Row(400, "BadRequest", "bad", Reason.INVALID),
                        new Row(410, "Expired", "too old", Reason.EXPIRED),
                        new Row(500, "InternalError", "oops", Reason.OTHER))) {
            server.next(
                    row.code(), STATUS.formatted(row.word(), row.message(), row.code()), Map.of());
            KubernetesFailure failure =
                    failure(
                            cluster.patch(
                                    ResourceKind.CONFIG_MAP,
                                    "ns",
                                    "a",
                                    JsonPatch.create().test("/data/x", "1")));
            assertThat(failure.reason()).as(row.toString()).isEqualTo(row.expected());
            assertThat(failure.message()).isEqualTo(row.message());
        }
    }

    @Test
    void a_patch_whose_test_does_not_hold_is_a_conflict() {
        String said =
                STATUS.formatted(
                        "Invalid",
                        "the server rejected our request due to an error in our request",
                        422);
        server.next(422, said, Map.of());
        assertThat(
                        failure(
                                        cluster.patch(
                                                ResourceKind.CONFIG_MAP,
                                                "ns",
                                                "a",
                                                JsonPatch.create().testVersion("7")))
                                .reason())
                .isEqualTo(Reason.CONFLICT);
        server.next(422, said, Map.of());
        assertThat(
                        failure(
                                        cluster.patch(
                                                ResourceKind.CONFIG_MAP,
                                                "ns",
                                                "a",
                                                JsonPatch.create().remove("/data/x")))
                                .reason())
                .isEqualTo(Reason.INVALID);
    }

    @Test
    void a_patch_is_one_request_as_it_was_written() throws Exception {
        get(
                cluster.dryRunPatch(
                        ResourceKind.VIRTUAL_MACHINE,
                        "ns",
                        "vm",
                        JsonPatch.create()
                                .testVersion("7")
                                .replace("/metadata/annotations/" + JsonPatch.escape("a/b"), "é")));
        assertThat(server.requests)
                .containsExactly(
                        new ScriptedApiServer.Request(
                                "PATCH",
                                "/apis/kubevirt.io/v1/namespaces/ns/virtualmachines/vm",
                                "dryRun=All",
                                "application/json-patch+json",
                                "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"7\"},"
                                        + "{\"op\":\"replace\",\"path\":\"/metadata/annotations/a~1b\",\"value\":\"é\"}]"));
    }

    @Test
    void silence_ends_at_the_deadline_and_says_nothing_of_the_object() {
        server.held = new CountDownLatch(1);
        long before = System.nanoTime();
        KubernetesFailure failure = failure(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a"));
        assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(6));
    }

    @Test
    void nobody_there_is_unreachable() {
        server.stop();
        assertThat(failure(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a")).reason())
                .isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void a_redirect_is_not_followed_and_a_failure_is_not_retried() {
        server.next(302, "", Map.of("Location", server.kubeconfig().server() + "/elsewhere"));
        assertThat(failure(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a")).reason())
                .isEqualTo(Reason.OTHER);
        server.next(503, "", Map.of());
        assertThat(failure(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a")).reason())
                .isEqualTo(Reason.OTHER);
        server.next(401, "", Map.of());
        assertThat(failure(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a")).reason())
                .isEqualTo(Reason.FORBIDDEN);
        assertThat(server.requests).hasSize(3);
    }

    @Test
    void an_address_that_is_not_the_certificates_is_refused(Vertx vertx) throws Exception {
        Kubeconfig right = server.kubeconfig();
        Kubeconfig other =
                new Kubeconfig(
                        URI.create("https://127.0.0.2:" + right.server().getPort()),
                        right.certificateAuthority(),
                        right.credential());
        try (KubernetesCluster stranger =
                KubernetesCluster.of(vertx, "x", other, Duration.ofSeconds(2), null)) {
            assertThat(failure(stranger.get(ResourceKind.CONFIG_MAP, "ns", "a")).reason())
                    .isEqualTo(Reason.UNREACHABLE);
        }
        assertThat(server.requests).isEmpty();
    }

    @Test
    void no_more_than_32_calls_are_under_way() throws Exception {
        server.held = new CountDownLatch(1);
        List<Future<?>> calls =
                IntStream.range(0, 80)
                        .<Future<?>>mapToObj(
                                i -> cluster.get(ResourceKind.CONFIG_MAP, "ns", "a" + i))
                        .toList();
        await().atMost(PATIENCE).until(() -> server.running.get() == 32);
        server.held.countDown();
        for (Future<?> call : calls) {
            get(call);
        }
        assertThat(server.requests).hasSize(80);
        assertThat(server.mostAtOnce.get()).isEqualTo(32);
    }

    @Test
    void futures_complete_on_the_callers_context(Vertx vertx) throws Exception {
        Context context = vertx.getOrCreateContext();
        Future<Boolean> same =
                Future.future(
                        promise ->
                                context.runOnContext(
                                        now ->
                                                cluster.get(ResourceKind.CONFIG_MAP, "ns", "a")
                                                        .onComplete(
                                                                done ->
                                                                        promise.complete(
                                                                                context.equals(
                                                                                        Vertx
                                                                                                .currentContext())))));
        assertThat(get(same)).isTrue();
    }

    @Test
    void nothing_prints_the_credential() {
        server.stop();
        KubernetesFailure failure = failure(cluster.get(ResourceKind.CONFIG_MAP, "ns", "a"));
        assertThat(failure + server.kubeconfig().toString()).doesNotContain("a-very-secret-token");
    }

    @Test
    void follows_from_a_list_in_pages_through_changes() {
        server.pageSize = 2;
        for (String name : List.of("a", "b", "c", "d", "e")) {
            server.put(name, "1");
        }
        follow();
        awaitSeen("a=1", "b=1", "c=1", "d=1", "e=1", "listed");
        await().atMost(PATIENCE).until(() -> server.watches() == 1);
        server.emit(ScriptedApiServer.event("MODIFIED", server.put("b", "2")));
        server.emit(ScriptedApiServer.event("DELETED", server.remove("c")));
        server.emit(ScriptedApiServer.event("ADDED", server.put("f", "1")));
        awaitSeen("a=1", "b=1", "c=1", "d=1", "e=1", "listed", "b=2", "-c", "f=1");
    }

    @Test
    void a_repeated_event_is_told_once() {
        follow();
        awaitSeen("listed");
        await().atMost(PATIENCE).until(() -> server.watches() == 1);
        byte[] added = ScriptedApiServer.event("ADDED", server.put("a", "1"));
        byte[] deleted = ScriptedApiServer.event("DELETED", server.put("a", "1"));
        server.emit(added, added, deleted, deleted);
        server.emit(ScriptedApiServer.event("ADDED", server.put("z", "1")));
        awaitSeen("listed", "a=1", "-a", "z=1");
    }

    @Test
    void a_character_of_several_bytes_may_be_cut_anywhere() {
        follow();
        awaitSeen("listed");
        await().atMost(PATIENCE).until(() -> server.watches() == 1);
        byte[] probe = ScriptedApiServer.event("ADDED", server.configMap("n", "café 漢 😀"));
        int from = new String(probe, StandardCharsets.UTF_8).indexOf("café");
        for (int cut = from; cut < probe.length; cut++) {
            byte[] event = ScriptedApiServer.event("ADDED", server.configMap("n", "café 漢 😀"));
            server.emit(
                    Arrays.copyOfRange(event, 0, cut),
                    Arrays.copyOfRange(event, cut, event.length));
        }
        await().atMost(PATIENCE).until(() -> seen.size() == 1 + probe.length - from);
        assertThat(seen.subList(1, seen.size())).containsOnly("n=café 漢 😀");
    }

    @Test
    void an_expired_version_means_a_new_list_and_no_alarm() {
        server.put("a", "1");
        follow();
        awaitSeen("a=1", "listed");
        await().atMost(PATIENCE).until(() -> server.watches() == 1);
        ObjectNode status = KubernetesJson.mapper().createObjectNode();
        status.put("kind", "Status").put("code", 410).put("reason", "Expired");
        server.objects.remove("a");
        server.put("b", "1");
        server.emit(ScriptedApiServer.event("ERROR", status));
        awaitSeen("a=1", "listed", "b=1", "-a", "listed");
    }

    @Test
    void a_watch_that_ends_in_time_goes_on_from_its_version_without_a_list() {
        follow();
        awaitSeen("listed");
        await().atMost(PATIENCE).until(() -> server.watches() == 1);
        server.emit(ScriptedApiServer.event("ADDED", server.put("a", "1")));
        awaitSeen("listed", "a=1");
        String version = server.versionOf("a");
        server.endWatches();
        await().atMost(PATIENCE)
                .until(
                        () ->
                                server.requests.stream()
                                        .anyMatch(
                                                r ->
                                                        r.query().contains("watch=true")
                                                                && r.query()
                                                                        .contains(
                                                                                "resourceVersion="
                                                                                        + version
                                                                                        + "&")));
        assertThat(seen).containsExactly("listed", "a=1");
        assertThat(server.requests.stream().filter(r -> !r.query().contains("watch"))).hasSize(1);
    }

    @Test
    void after_an_outage_what_went_meanwhile_is_reported_gone() throws Exception {
        server.put("a", "1");
        server.put("b", "1");
        follow();
        awaitSeen("a=1", "b=1", "listed");
        server.stop();
        await().atMost(PATIENCE).until(() -> seen.contains("lost UNREACHABLE"));
        server.objects.remove("a");
        server.put("c", "1");
        server.start();
        awaitSeen("a=1", "b=1", "listed", "lost UNREACHABLE", "b=1", "c=1", "-a", "listed");
    }

    @Test
    void a_kind_that_is_not_installed_is_told_once_and_asked_for_again() {
        server.next(404, STATUS.formatted("NotFound", "no such kind", 404), Map.of());
        server.next(404, STATUS.formatted("NotFound", "no such kind", 404), Map.of());
        follow();
        awaitSeen("lost NOT_FOUND", "listed");
    }

    @Test
    void a_follower_that_fails_on_one_object_gets_the_others() {
        server.put("a", "bad");
        server.put("b", "1");
        follow();
        awaitSeen("b=1", "listed");
    }

    @Test
    void nothing_is_told_after_close() {
        Watch watch = follow();
        awaitSeen("listed");
        await().atMost(PATIENCE).until(() -> server.watches() == 1);
        watch.close();
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            server.put("z", "1");
                            try {
                                server.emit(ScriptedApiServer.event("ADDED", server.put("a", "1")));
                                return server.watches() == 0;
                            } catch (java.io.UncheckedIOException broken) {
                                server.endWatches();
                                return true;
                            }
                        });
        assertThat(seen).containsExactly("listed");
    }

    @Test
    void a_probe_does_not_wait_for_other_calls() throws Exception {
        server.held = new CountDownLatch(1);
        List<Future<?>> stuck =
                IntStream.range(0, 40)
                        .<Future<?>>mapToObj(i -> cluster.get(ResourceKind.CONFIG_MAP, "ns", "a"))
                        .toList();
        await().atMost(PATIENCE).until(() -> server.running.get() == 32);
        Future<Void> probe = cluster.probe(Duration.ofSeconds(2));
        await().atMost(PATIENCE).until(() -> server.running.get() == 33);
        server.held.countDown();
        get(probe);
        for (Future<?> call : stuck) {
            get(call);
        }
    }

    @Test
    void another_cluster_than_expected_is_noticed(Vertx vertx) {
        String expected = "11111111-1111-1111-1111-111111111111";
        try (KubernetesCluster other =
                KubernetesCluster.of(
                        vertx, "x", server.kubeconfig(), Duration.ofSeconds(2), expected)) {
            assertThat(other.siteId()).contains("11111111-111");
            String answer = "{\"metadata\":{\"uid\":\"22222222-2222-2222-2222-222222222222\"}}";
            server.next(200, answer, Map.of());
            server.next(200, answer, Map.of());
            assertThat(failure(other.identify()).reason()).isEqualTo(Reason.WRONG_CLUSTER);
        }
    }

    private Watch follow() {
        return cluster.follow(
                ResourceKind.CONFIG_MAP,
                "ns",
                (String) null,
                new Follower() {
                    @Override
                    public void observed(GenericKubernetesResource object) {
                        String value = KubernetesJson.tree(object).at("/data/value").asText();
                        if (value.equals("bad")) {
                            throw new IllegalStateException("a bug in a follower");
                        }
                        seen.add(object.getMetadata().getName() + "=" + value);
                    }

                    @Override
                    public void vanished(String namespace, String name) {
                        seen.add("-" + name);
                    }

                    @Override
                    public void listed() {
                        seen.add("listed");
                    }

                    @Override
                    public void lost(KubernetesFailure failure) {
                        seen.add("lost " + failure.reason());
                    }
                });
    }

    private void awaitSeen(String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).containsExactly(expected));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static KubernetesFailure failure(Future<?> future) {
        Throwable thrown = catchThrowable(() -> get(future));
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        assertThat(thrown.getCause()).isInstanceOf(KubernetesFailure.class);
        return (KubernetesFailure) Objects.requireNonNull(thrown.getCause());
    }
}
