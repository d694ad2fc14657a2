package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static io.siterecovery.tests.conformance.rows.Checks.done;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.util.ArrayList;
import java.util.List;

/** What a server says that it serves. */
public final class DiscoveryRows {
    private static final String AREA = "discovery";
    private static final int AGGREGATED = 30;
    private static final int OPENAPI_V3 = 27;

    private DiscoveryRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "groups and versions", DiscoveryRows::groups),
                Row.of(AREA, "resources with verbs and short names", DiscoveryRows::resources),
                Row.of(AREA, "a new definition shows up", DiscoveryRows::definitions),
                Row.of(AREA, "aggregated discovery", DiscoveryRows::aggregated).since(AGGREGATED),
                Row.of(AREA, "OpenAPI v3 of custom resources", DiscoveryRows::customSchemas)
                        .since(OPENAPI_V3),
                Row.of(AREA, "OpenAPI v3 of built-in kinds", DiscoveryRows::builtInSchemas)
                        .since(OPENAPI_V3),
                Row.of(AREA, "an OpenAPI v2 document is there", DiscoveryRows::v2));
    }

    private static void groups(Target t) throws Exception {
        assertThat(done(t.api().get("/api")).path("versions").toString()).isEqualTo("[\"v1\"]");
        JsonNode groups = done(t.api().get("/apis"));
        assertThat(groups.path("kind").asText()).isEqualTo("APIGroupList");
        List<String> names = new ArrayList<>();
        groups.path("groups").forEach(g -> names.add(g.path("name").asText()));
        assertThat(names)
                .contains(
                        "apiextensions.k8s.io",
                        "authentication.k8s.io",
                        "authorization.k8s.io",
                        "coordination.k8s.io",
                        "events.k8s.io",
                        "rbac.authorization.k8s.io",
                        "storage.k8s.io");
        JsonNode storage = done(t.api().get("/apis/storage.k8s.io"));
        assertThat(storage.at("/preferredVersion/groupVersion").asText())
                .isEqualTo("storage.k8s.io/v1");
    }

    private static void resources(Target t) throws Exception {
        JsonNode core = done(t.api().get("/api/v1"));
        JsonNode maps = resource(core, "configmaps");
        assertThat(maps.path("namespaced").asBoolean()).isTrue();
        assertThat(maps.path("shortNames").toString()).isEqualTo("[\"cm\"]");
        assertThat(maps.path("verbs").toString())
                .contains("create", "deletecollection", "list", "patch", "watch");
        assertThat(resource(core, "nodes").path("namespaced").asBoolean()).isFalse();
        assertThat(resource(core, "nodes/status").path("kind").asText()).isEqualTo("Node");
        assertThat(resource(core, "serviceaccounts/token").path("kind").asText())
                .isEqualTo("TokenRequest");
        assertThat(
                        resource(done(t.api().get("/apis/authorization.k8s.io/v1")), REVIEWS)
                                .path("verbs")
                                .toString())
                .isEqualTo("[\"create\"]");
    }

    private static final String REVIEWS = "subjectaccessreviews";

    private static void definitions(Target t) throws Exception {
        t.install("widgets-crd.yaml");
        eventually(
                () -> {
                    assertThat(t.api().get("/apis").text()).contains(t.group() + "/v1alpha1");
                    JsonNode group = done(t.api().get("/apis/" + t.group()));
                    assertThat(group.at("/preferredVersion/version").asText()).isEqualTo("v1");
                    JsonNode served = done(t.api().get("/apis/" + t.group() + "/v1"));
                    assertThat(resource(served, "widgets").path("kind").asText())
                            .isEqualTo("Widget");
                    assertThat(resource(served, "widgets").path("shortNames").toString())
                            .isEqualTo("[\"wd\"]");
                    assertThat(resource(served, "widgets/status").path("verbs").toString())
                            .contains("get", "patch", "update");
                });
    }

    private static void aggregated(Target t) throws Exception {
        t.install("widgets-crd.yaml");
        String accept =
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        eventually(
                () -> {
                    var answer = t.api().get("/apis", "Accept", accept);
                    assertThat(answer.header("Content-Type"))
                            .contains("as=APIGroupDiscoveryList", "v=v2");
                    JsonNode found = group(answer.json(), t.group());
                    JsonNode widgets = found.at("/versions/0/resources/0");
                    assertThat(widgets.path("resource").asText()).isEqualTo("widgets");
                    assertThat(widgets.path("scope").asText()).isEqualTo("Namespaced");
                    assertThat(widgets.at("/subresources/0/subresource").asText())
                            .isEqualTo("status");
                });
        JsonNode core = t.api().get("/api", "Accept", accept).json();
        assertThat(core.at("/items/0/versions/0/version").asText()).isEqualTo("v1");
    }

    private static JsonNode group(JsonNode list, String name) {
        for (JsonNode item : list.path("items")) {
            if (item.at("/metadata/name").asText().equals(name)) {
                return item;
            }
        }
        throw new AssertionError("not served: " + name);
    }

    private static void customSchemas(Target t) throws Exception {
        t.install("widgets-crd.yaml");
        String name = "apis/" + t.group() + "/v1";
        eventually(
                () -> {
                    JsonNode index = done(t.api().get("/openapi/v3"));
                    String url = index.path("paths").path(name).path("serverRelativeURL").asText();
                    assertThat(url).startsWith("/openapi/v3/" + name + "?hash=");
                    JsonNode schema = widget(done(t.api().get(url)), "Widget");
                    assertThat(schema.at("/properties/spec/properties/size/type").asText())
                            .isEqualTo("integer");
                });
    }

    private static void builtInSchemas(Target t) throws Exception {
        JsonNode core = done(t.api().get("/openapi/v3/api/v1"));
        JsonNode claim = widget(core, "PersistentVolumeClaim");
        assertThat(claim.path("properties").has("spec")).isTrue();
        assertThat(core.at("/paths").has("/api/v1/namespaces/{namespace}/configmaps/{name}"))
                .isTrue();
    }

    private static void v2(Target t) throws Exception {
        assertThat(done(t.api().get("/openapi/v2")).path("swagger").asText()).isEqualTo("2.0");
    }

    private static JsonNode widget(JsonNode document, String kind) {
        for (JsonNode schema : document.at("/components/schemas")) {
            JsonNode kinds = schema.path("x-kubernetes-group-version-kind");
            if (kinds.size() == 1 && kinds.at("/0/kind").asText().equals(kind)) {
                return schema;
            }
        }
        throw new AssertionError("no schema of " + kind);
    }

    private static JsonNode resource(JsonNode list, String name) {
        for (JsonNode resource : list.path("resources")) {
            if (resource.path("name").asText().equals(name)) {
                return resource;
            }
        }
        throw new AssertionError("not served: " + name);
    }
}
