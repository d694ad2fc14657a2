package io.siterecovery.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustomResourcesIT {
    private static final String CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String WIDGETS = "/apis/example.io/v1/namespaces/default/widgets";

    @TempDir static Path dir;
    static TestCluster cluster;
    static RawApi api;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException, InterruptedException {
        cluster = new TestCluster(dir);
        api = cluster.admin();
        RawApi.Answer made =
                api.write(
                        "POST", CRDS, "application/yaml", TestCluster.resource("widgets-crd.yaml"));
        assertThat(made.code()).as(made.text()).isEqualTo(201);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void serves_a_definition_from_the_moment_it_is_stored() throws Exception {
        JsonNode definition = api.get(CRDS + "/widgets.example.io").json();
        List<String> conditions = new ArrayList<>();
        definition
                .at("/status/conditions")
                .forEach(c -> conditions.add(Json.text(c, "type") + Json.text(c, "status")));

        assertThat(conditions).containsExactly("NamesAcceptedTrue", "EstablishedTrue");
        assertThat(api.get(WIDGETS).code()).isEqualTo(200);
        assertThat(api.get("/apis").text()).contains("example.io/v1alpha1");
        assertThat(api.get("/apis/example.io/v1").text()).contains("widgets/status");
        assertThat(
                        api.get(
                                        "/openapi/v2",
                                        "Accept",
                                        "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
                                .text())
                .isEqualTo("\n\0032.0");
        assertThat(api.get("/openapi/v3").text()).contains("apis/example.io/v1");
    }

    @Test
    void words_its_refusals_as_the_real_server_does() throws Exception {
        assertThat(faults("{\"mode\":\"slow\",\"size\":0,\"owner\":\"A\",\"tags\":[]}"))
                .containsExactlyInAnyOrder(
                        "spec.mode: Unsupported value: \"slow\": supported values: \"fast\","
                                + " \"safe\"",
                        "spec.size: Invalid value: 0: spec.size in body should be greater than or"
                                + " equal to 1",
                        "spec.owner: Invalid value: \"A\": spec.owner in body should be at least 2"
                                + " chars long",
                        "spec.owner: Invalid value: \"A\": spec.owner in body should match"
                                + " '^[a-z]+$'",
                        "spec.tags: Invalid value: 0: spec.tags in body should have at least 1 items");
        assertThat(faults("{\"mode\":\"fast\"}")).containsExactly("spec.size: Required value");
        assertThat(faults("{\"mode\":\"fast\",\"size\":\"two\",\"tags\":[1,2,3]}"))
                .contains(
                        "spec.size: Invalid value: \"string\": spec.size in body must be of type"
                                + " integer: \"string\"",
                        "spec.tags: Too many: 3: must have at most 2 items");
        assertThat(faults("{\"mode\":\"fast\",\"size\":5,\"limit\":4}"))
                .containsExactly("spec.size: Invalid value: \"object\": size 5 is over the limit");
    }

    @Test
    void a_single_fault_reads_as_kubectl_prints_it() throws Exception {
        JsonNode status = create("one", "{\"mode\":\"fast\"}").json();
        assertThat(Json.text(status, "message"))
                .isEqualTo("Widget.example.io \"one\" is invalid: spec.size: Required value");
        assertThat(status.at("/details/kind").asText()).isEqualTo("Widget");
    }

    @Test
    void fills_in_defaults_and_prunes_what_it_does_not_know() throws Exception {
        JsonNode made =
                create(
                                "shape",
                                "{\"mode\":\"fast\",\"size\":1,\"bogus\":1,\"note\":null,"
                                        + "\"nested\":{\"x\":1},\"free\":{\"any\":{\"thing\":1}},"
                                        + "\"port\":\"http\"}")
                        .json();
        assertThat(made.at("/spec/level").asText()).isEqualTo("low");
        assertThat(made.at("/spec/nested").toString()).isEqualTo("{\"depth\":3}");
        assertThat(made.at("/spec/free/any/thing").asInt()).isEqualTo(1);
        assertThat(made.at("/spec/note").isNull()).isTrue();
        assertThat(made.at("/spec").has("bogus")).isFalse();
        assertThat(faults("{\"mode\":\"fast\",\"size\":1,\"port\":true}")).hasSize(1);
    }

    @Test
    void strict_clients_get_an_error_and_others_a_warning_for_unknown_fields() throws Exception {
        String widget = widget("strict", "{\"mode\":\"fast\",\"size\":1,\"bogus\":1}");
        RawApi.Answer strict = api.post(WIDGETS + "?fieldValidation=Strict", widget);
        assertThat(strict.code()).isEqualTo(400);
        assertThat(strict.text()).contains("unknown field \\\"spec.bogus\\\"");
        RawApi.Answer warned = api.post(WIDGETS + "?fieldValidation=Warn", widget);
        assertThat(warned.code()).isEqualTo(201);
        assertThat(warned.header("Warning")).contains("spec.bogus");
    }

    @Test
    void holds_transition_rules_against_the_old_value() throws Exception {
        create("frozen", "{\"mode\":\"fast\",\"size\":1}");
        RawApi.Answer refused = merge("frozen", "{\"spec\":{\"mode\":\"safe\"}}");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.text()).contains("mode is immutable");
        assertThat(merge("frozen", "{\"spec\":{\"size\":2}}").code()).isEqualTo(200);
    }

    @Test
    void keeps_spec_and_status_apart_and_counts_generations_of_the_spec_alone() throws Exception {
        JsonNode made =
                api.post(
                                WIDGETS,
                                widget("split", "{\"mode\":\"fast\",\"size\":1}")
                                        .replace("\"spec\"", "\"status\":{\"a\":1},\"spec\""))
                        .json();
        assertThat(made.has("status")).isFalse();
        JsonNode onMain = merge("split", "{\"status\":{\"a\":1},\"spec\":{\"size\":2}}").json();
        assertThat(onMain.has("status")).isFalse();
        assertThat(onMain.at("/metadata/generation").asInt()).isEqualTo(2);
        JsonNode onStatus =
                api.patch(
                                WIDGETS + "/split/status",
                                "merge",
                                "{\"status\":{\"a\":1},\"spec\":{\"size\":3}}")
                        .json();
        assertThat(onStatus.at("/status/a").asInt()).isEqualTo(1);
        assertThat(onStatus.at("/spec/size").asInt()).isEqualTo(2);
        assertThat(onStatus.at("/metadata/generation").asInt()).isEqualTo(2);
        JsonNode labelled = merge("split", "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}").json();
        assertThat(labelled.at("/metadata/generation").asInt()).isEqualTo(2);
        assertThat(labelled.at("/status/a").asInt()).isEqualTo(1);
    }

    @Test
    void refuses_an_unconditional_put_and_strategic_patches() throws Exception {
        create("put", "{\"mode\":\"fast\",\"size\":1}");
        RawApi.Answer put =
                api.put(WIDGETS + "/put", widget("put", "{\"mode\":\"fast\",\"size\":2}"));
        assertThat(put.code()).isEqualTo(422);
        assertThat(put.text()).contains("must be specified for an update");
        assertThat(api.patch(WIDGETS + "/put", "strategic-merge", "{}").code()).isEqualTo(415);
    }

    @Test
    void every_served_version_shows_the_same_object() throws Exception {
        create("multi", "{\"mode\":\"fast\",\"size\":1}");
        String other = "/apis/example.io/v1alpha1/namespaces/default/widgets";

        JsonNode seen = api.get(other + "/multi").json();
        assertThat(seen.path("apiVersion").asText()).isEqualTo("example.io/v1alpha1");
        JsonNode changed = api.patch(other + "/multi", "merge", "{\"spec\":{\"size\":7}}").json();
        assertThat(changed.path("apiVersion").asText()).isEqualTo("example.io/v1alpha1");
        JsonNode stored = api.get(WIDGETS + "/multi").json();
        assertThat(stored.path("apiVersion").asText()).isEqualTo("example.io/v1");
        assertThat(stored.at("/spec/size").asInt()).isEqualTo(7);
    }

    @Test
    void prints_the_columns_of_the_definition() throws Exception {
        create("cols", "{\"mode\":\"fast\",\"size\":4,\"owner\":\"me\"}");
        api.patch(
                WIDGETS + "/cols/status",
                "merge",
                "{\"status\":{\"conditions\":[{\"type\":\"Other\",\"status\":\"x\"},"
                        + "{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        JsonNode table =
                api.get(WIDGETS + "/cols", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                        .json();
        assertThat(table.at("/rows/0/cells").toString())
                .startsWith("[\"cols\",4,\"True\",\"me\",\"");
        assertThat(table.at("/columnDefinitions/3/priority").asInt()).isEqualTo(1);
    }

    @Test
    void refuses_a_definition_that_cannot_be_served() throws Exception {
        String crd = TestCluster.resource("widgets-crd.yaml").replace("widgets", "gadgets");
        RawApi.Answer broken =
                api.write(
                        "POST",
                        CRDS,
                        "application/yaml",
                        crd.replace("self.mode == oldSelf.mode", "self.mode == ("));
        assertThat(broken.code()).isEqualTo(422);
        RawApi.Answer misnamed =
                api.write(
                        "POST",
                        CRDS,
                        "application/yaml",
                        crd.replace("name: gadgets.", "name: x."));
        assertThat(misnamed.text()).contains("must be spec.names.plural+");
    }

    @Test
    void forgets_the_objects_with_their_definition() throws Exception {
        String crd = TestCluster.resource("widgets-crd.yaml").replace("widgets", "doodads");
        String doodads = WIDGETS.replace("widgets", "doodads");
        api.write("POST", CRDS, "application/yaml", crd);
        api.post(doodads, widget("d", "{\"mode\":\"fast\",\"size\":1}"));

        api.delete(CRDS + "/doodads.example.io");
        assertThat(api.get(doodads).code()).isEqualTo(404);
        api.write("POST", CRDS, "application/yaml", crd);
        assertThat(api.get(doodads).json().path("items").size()).isZero();
    }

    private static List<String> faults(String spec) throws Exception {
        RawApi.Answer answer = create("faulty", spec);
        assertThat(answer.code()).as(answer.text()).isEqualTo(422);
        List<String> faults = new ArrayList<>();
        answer.json()
                .at("/details/causes")
                .forEach(c -> faults.add(Json.text(c, "field") + ": " + Json.text(c, "message")));
        return faults;
    }

    private static RawApi.Answer create(String name, String spec) throws Exception {
        return api.post(WIDGETS, widget(name, spec));
    }

    private static RawApi.Answer merge(String name, String patch) throws Exception {
        return api.patch(WIDGETS + "/" + name, "merge", patch);
    }

    private static String widget(String name, String spec) {
        return "{\"apiVersion\":\"example.io/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\""
                + name
                + "\"},\"spec\":"
                + spec
                + "}";
    }
}
