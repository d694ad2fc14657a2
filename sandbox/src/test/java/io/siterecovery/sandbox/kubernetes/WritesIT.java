package io.siterecovery.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritesIT {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

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
    void gives_every_write_a_growing_version_and_leaves_it_when_nothing_changes() throws Exception {
        JsonNode made = create("plain", "\"a\":\"1\"");
        JsonNode same = patch("plain", "merge", "{\"data\":{\"a\":\"1\"}}").json();
        JsonNode changed = patch("plain", "merge", "{\"data\":{\"a\":\"2\"}}").json();

        assertThat(version(same)).isEqualTo(version(made));
        assertThat(version(changed)).isGreaterThan(version(made));
        assertThat(Json.text(made, "metadata", "uid")).hasSize(36);
        assertThat(Json.text(made, "metadata", "creationTimestamp")).endsWith("Z");
    }

    @Test
    void keeps_text_beyond_ascii_byte_for_byte() throws Exception {
        create("utf8", "\"a\":\"café ✓ 😀\"");

        RawApi.Answer answer = api.get(MAPS + "/utf8");

        assertThat(answer.text()).contains("café ✓ 😀");
        assertThat(answer.json().at("/data/a").asText().getBytes(StandardCharsets.UTF_8))
                .isEqualTo("café ✓ 😀".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refuses_what_exists_what_is_old_and_what_is_not_there() throws Exception {
        JsonNode made = create("twice", "\"a\":\"1\"");
        refused(api.post(MAPS, map("twice", "")), 409, "AlreadyExists");
        patch("twice", "merge", "{\"data\":{\"a\":\"2\"}}");

        RawApi.Answer old = api.put(MAPS + "/twice", made.toString());
        refused(old, 409, "Conflict");
        assertThat(Json.text(old.json(), "message"))
                .startsWith(
                        "Operation cannot be fulfilled on configmaps \"twice\": the object has");
        assertThat(old.json().at("/details/kind").asText()).isEqualTo("configmaps");
        refused(api.get(MAPS + "/none"), 404, "NotFound");
        refused(api.get("/api/v1/namespaces/default/gadgets"), 404, "NotFound");
        refused(api.post("/api/v1/namespaces/nowhere/configmaps", map("x", "")), 404, "NotFound");
        refused(api.post(MAPS, "{\"kind\":"), 400, "BadRequest");
        refused(api.post(MAPS, map("Not_A_Name", "")), 422, "Invalid");
        refused(api.put(MAPS + "/twice", map("other", "")), 400, "BadRequest");
    }

    @Test
    void applies_json_patches_as_a_whole_and_refuses_a_failed_test() throws Exception {
        create("jp", "\"a\":\"1\"");
        String good =
                "[{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"1\"},"
                        + "{\"op\":\"replace\",\"path\":\"/data/a\",\"value\":\"2\"},"
                        + "{\"op\":\"add\",\"path\":\"/data/b~1c\",\"value\":\"3\"}]";

        assertThat(patch("jp", "json", good).json().at("/data/b~1c").asText()).isEqualTo("3");
        RawApi.Answer again = patch("jp", "json", good);

        refused(again, 422, "Invalid");
        assertThat(again.json().at("/details/causes/0/message").asText()).contains("/data/a");
        assertThat(api.get(MAPS + "/jp").json().at("/data/a").asText()).isEqualTo("2");
    }

    @Test
    void merge_patch_removes_with_null_and_a_stale_version_in_it_is_a_conflict() throws Exception {
        JsonNode made = create("mp", "\"a\":\"1\",\"b\":\"2\"");
        assertThat(patch("mp", "merge", "{\"data\":{\"b\":null}}").json().path("data").size())
                .isEqualTo(1);
        refused(
                patch(
                        "mp",
                        "merge",
                        "{\"metadata\":{\"resourceVersion\":\""
                                + version(made)
                                + "\"},\"data\":{\"a\":\"9\"}}"),
                409,
                "Conflict");
    }

    @Test
    void strategic_patch_merges_containers_by_name_and_replaces_taints() throws Exception {
        String pods = "/api/v1/namespaces/default/pods";
        api.post(
                pods,
                "{\"metadata\":{\"name\":\"sp\"},\"spec\":{\"containers\":"
                        + "[{\"name\":\"a\",\"image\":\"1\"},{\"name\":\"b\",\"image\":\"1\"}]}}");
        JsonNode pod =
                api.patch(
                                pods + "/sp",
                                "strategic-merge",
                                "{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"2\"}]}}")
                        .json();
        assertThat(pod.at("/spec/containers").size()).isEqualTo(2);
        assertThat(pod.at("/spec/containers/1/image").asText()).isEqualTo("2");

        api.post(
                "/api/v1/nodes",
                "{\"metadata\":{\"name\":\"n1\"},\"spec\":{\"taints\":"
                        + "[{\"key\":\"a\",\"effect\":\"NoSchedule\"}]}}");
        JsonNode node =
                api.patch(
                                "/api/v1/nodes/n1",
                                "strategic-merge",
                                "{\"spec\":{\"taints\":[{\"key\":\"b\",\"effect\":\"NoExecute\"}]}}")
                        .json();
        assertThat(node.at("/spec/taints").toString())
                .isEqualTo("[{\"key\":\"b\",\"effect\":\"NoExecute\"}]");
    }

    @Test
    void dry_run_answers_as_if_and_stores_nothing() throws Exception {
        create("dry", "\"a\":\"1\"");
        long before = cluster.server().history().size();

        assertThat(api.post(MAPS + "?dryRun=All", map("dry2", "")).code()).isEqualTo(201);
        assertThat(
                        api.patch(MAPS + "/dry?dryRun=All", "merge", "{\"data\":{\"a\":\"2\"}}")
                                .json()
                                .at("/data/a")
                                .asText())
                .isEqualTo("2");
        assertThat(api.delete(MAPS + "/dry?dryRun=All").code()).isEqualTo(200);
        refused(api.post(MAPS + "?dryRun=All", map("dry", "")), 409, "AlreadyExists");

        assertThat(api.get(MAPS + "/dry").json().at("/data/a").asText()).isEqualTo("1");
        assertThat(api.get(MAPS + "/dry2").code()).isEqualTo(404);
        assertThat(cluster.server().history()).hasSize((int) before);
    }

    @Test
    void finalizers_hold_an_object_until_they_are_gone() throws Exception {
        api.post(MAPS, map("held", "").replace("{\"name\"", "{\"finalizers\":[\"x/y\"],\"name\""));

        JsonNode marked = api.delete(MAPS + "/held").json();
        assertThat(marked.at("/metadata/deletionTimestamp").asText()).isNotEmpty();
        refused(
                patch("held", "merge", "{\"metadata\":{\"finalizers\":[\"x/y\",\"z/z\"]}}"),
                422,
                "Invalid");
        assertThat(patch("held", "merge", "{\"metadata\":{\"finalizers\":null}}").code())
                .isEqualTo(200);

        assertThat(api.get(MAPS + "/held").code()).isEqualTo(404);
        assertThat(
                        cluster.server().history().stream()
                                .filter(e -> e.name().equals("held"))
                                .map(KubernetesApiServer.HistoryEntry::verb))
                .containsExactly("create", "update", "delete");
    }

    @Test
    void a_pod_on_a_node_goes_only_when_its_kubelet_says_so() throws Exception {
        String pods = "/api/v1/namespaces/default/pods";
        api.post(
                pods,
                "{\"metadata\":{\"name\":\"bound\"},\"spec\":{\"nodeName\":\"n\",\"containers\":"
                        + "[{\"name\":\"a\",\"image\":\"1\"}]}}");
        api.delete(pods + "/bound");
        assertThat(api.get(pods + "/bound").json().at("/metadata/deletionTimestamp").asText())
                .isNotEmpty();

        api.delete(pods + "/bound?gracePeriodSeconds=0");
        assertThat(api.get(pods + "/bound").code()).isEqualTo(404);
    }

    @Test
    void deletes_only_the_object_that_the_preconditions_mean() throws Exception {
        create("pre", "\"a\":\"1\"");
        refused(
                api.write(
                        "DELETE",
                        MAPS + "/pre",
                        "application/json",
                        "{\"preconditions\":{\"uid\":\"another\"}}"),
                409,
                "Conflict");
        assertThat(api.get(MAPS + "/pre").code()).isEqualTo(200);
    }

    @Test
    void deletes_collections_by_selector_and_namespaces_with_all_they_hold() throws Exception {
        api.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"doomed\"}}");
        String maps = "/api/v1/namespaces/doomed/configmaps";
        api.post(maps, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"k\":\"1\"}}}");
        api.post(maps, "{\"metadata\":{\"name\":\"b\",\"finalizers\":[\"x/y\"]}}");

        assertThat(api.delete(maps + "?labelSelector=k%3D1").code()).isEqualTo(200);
        assertThat(api.get(maps + "/a").code()).isEqualTo(404);
        api.delete("/api/v1/namespaces/doomed");

        refused(api.post(maps, "{\"metadata\":{\"name\":\"c\"}}"), 403, "Forbidden");
        assertThat(api.get("/api/v1/namespaces/doomed").json().at("/status/phase").asText())
                .isEqualTo("Terminating");
        api.patch(maps + "/b", "merge", "{\"metadata\":{\"finalizers\":[]}}");
        assertThat(api.get("/api/v1/namespaces/doomed").code()).isEqualTo(404);
    }

    @Test
    void secrets_take_plain_text_and_generated_names_are_unique() throws Exception {
        String secrets = "/api/v1/namespaces/default/secrets";
        JsonNode made =
                api.post(
                                secrets,
                                "{\"metadata\":{\"generateName\":\"s-\"},\"stringData\":{\"a\":\"é\"}}")
                        .json();
        assertThat(made.at("/data/a").asText()).isEqualTo("w6k=");
        assertThat(made.has("stringData")).isFalse();
        assertThat(Json.text(made, "metadata", "name")).matches("s-[a-z0-9]{5}");
    }

    @Test
    void lists_by_labels_and_fields_and_in_pages_of_one_view() throws Exception {
        String maps = "/api/v1/namespaces/kube-public/configmaps";
        for (int i = 0; i < 5; i++) {
            api.post(
                    maps,
                    "{\"metadata\":{\"name\":\"l" + i + "\",\"labels\":{\"n\":\"" + i + "\"}}}");
        }
        assertThat(size(maps + "?labelSelector=n%20in%20(1,2,7)")).isEqualTo(2);
        assertThat(size(maps + "?labelSelector=n%20notin%20(1),!gone")).isEqualTo(4);
        assertThat(size(maps + "?labelSelector=n!%3D1,n")).isEqualTo(4);
        assertThat(size(maps + "?fieldSelector=metadata.name%3Dl3")).isEqualTo(1);
        refused(api.get(maps + "?fieldSelector=data.x%3D1"), 400, "BadRequest");
        refused(api.get(maps + "?labelSelector=((("), 400, "BadRequest");

        JsonNode first = api.get(maps + "?limit=2").json();
        api.delete(maps + "/l4");
        String next = Json.text(first, "metadata", "continue");
        JsonNode rest = api.get(maps + "?limit=10&continue=" + next).json();

        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(3);
        assertThat(rest.path("items").size()).isEqualTo(3);
        assertThat(version(rest)).isEqualTo(version(first));
        refused(api.get(maps + "?continue=gone.1"), 410, "Expired");
    }

    @Test
    void tells_users_apart_and_turns_strangers_away() throws Exception {
        try (RawApi player = cluster.as("kubevirt-player");
                RawApi stranger =
                        RawApi.of(
                                cluster.server().kubeconfig("x"),
                                HttpClient.Version.HTTP_1_1,
                                false)) {
            player.post(MAPS, map("by-player", ""));
            refused(stranger.get(MAPS), 401, "Unauthorized");
            assertThat(stranger.get("/readyz").text()).isEqualTo("ok");
            JsonNode me =
                    player.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}").json();
            assertThat(me.at("/status/userInfo/username").asText()).isEqualTo("kubevirt-player");
        }
        assertThat(cluster.server().history().getLast().user()).isEqualTo("kubevirt-player");
    }

    @Test
    void answers_in_the_form_that_the_client_accepts() throws Exception {
        create("form", "\"a\":\"1\"");
        String table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

        JsonNode rows = api.get(MAPS + "/form", "Accept", table).json();
        assertThat(rows.path("kind").asText()).isEqualTo("Table");
        assertThat(rows.at("/rows/0/cells/1").asInt()).isEqualTo(1);
        assertThat(rows.at("/rows/0/object/kind").asText()).isEqualTo("PartialObjectMetadata");
        refused(
                api.get(MAPS, "Accept", "application/vnd.kubernetes.protobuf"),
                406,
                "NotAcceptable");
        refused(
                api.write("POST", MAPS, "application/vnd.kubernetes.protobuf", "rubbish"),
                415,
                "UnsupportedMediaType");
        refused(
                api.write("PATCH", MAPS + "/form", "application/apply-patch+yaml", "a: 1"),
                415,
                "UnsupportedMediaType");
    }

    @Test
    void both_event_apis_show_the_same_events() throws Exception {
        api.post(
                "/apis/events.k8s.io/v1/namespaces/default/events",
                "{\"metadata\":{\"name\":\"e1\"},\"note\":\"hello\",\"reason\":\"R\","
                        + "\"regarding\":{\"kind\":\"Pod\",\"name\":\"p\"}}");
        JsonNode core =
                api.get(
                                "/api/v1/namespaces/default/events"
                                        + "?fieldSelector=involvedObject.name%3Dp")
                        .json();
        assertThat(core.at("/items/0/message").asText()).isEqualTo("hello");
    }

    private static JsonNode create(String name, String data) throws Exception {
        RawApi.Answer answer = api.post(MAPS, map(name, data));
        assertThat(answer.code()).as(answer.text()).isEqualTo(201);
        return answer.json();
    }

    private static RawApi.Answer patch(String name, String kind, String patch) throws Exception {
        return api.patch(MAPS + "/" + name, kind, patch);
    }

    private static int size(String path) throws Exception {
        return api.get(path).json().path("items").size();
    }

    private static long version(JsonNode object) {
        return Long.parseLong(Json.text(object, "metadata", "resourceVersion"));
    }

    private static String map(String name, String data) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\""
                + name
                + "\"},\"data\":{"
                + data
                + "}}";
    }

    private static void refused(RawApi.Answer answer, int code, String reason) throws IOException {
        assertThat(answer.json().path("kind").asText()).as(answer.text()).isEqualTo("Status");
        assertThat(answer.code()).as(answer.text()).isEqualTo(code);
        assertThat(answer.json().path("code").asInt()).isEqualTo(code);
        assertThat(answer.json().path("reason").asText()).isEqualTo(reason);
    }
}
