package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.Target.eventually;
import static io.siterecovery.tests.conformance.rows.Checks.causes;
import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.message;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.util.ArrayList;
import java.util.List;

/** Custom resources and their structural schemas. */
public final class SchemaRows {
    private static final String AREA = "schema";
    private static final String CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final int CEL = 29;
    private static final int FIELD_VALIDATION = 27;
    private static final int WORDS_OF_TODAY = 30;

    private SchemaRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(
                        AREA,
                        "a definition becomes Established and is served",
                        SchemaRows::established),
                Row.of(AREA, "types, required, enum, pattern, limits", SchemaRows::limits),
                Row.of(AREA, "the same, in the words of today", SchemaRows::words)
                        .since(WORDS_OF_TODAY),
                Row.of(AREA, "defaults, pruning, unknown fields, nullable", SchemaRows::shaping),
                Row.of(AREA, "int-or-string", SchemaRows::intOrString),
                Row.of(AREA, "lists that are sets and maps", SchemaRows::listTypes),
                Row.of(AREA, "unknown fields are an error for strict clients", SchemaRows::strict)
                        .since(FIELD_VALIDATION),
                Row.of(AREA, "rules in CEL, also on changes", SchemaRows::cel).since(CEL),
                Row.of(AREA, "rules in CEL: lists, maps, texts, optional", SchemaRows::moreCel)
                        .since(CEL),
                Row.of(AREA, "a rule that does not compile is refused", SchemaRows::brokenRule)
                        .since(CEL),
                Row.of(AREA, "status subresource", SchemaRows::status),
                Row.of(AREA, "generation counts changes of the spec", SchemaRows::generation),
                Row.of(AREA, "PUT needs a resourceVersion", SchemaRows::conditionalPut),
                Row.of(AREA, "every served version shows the same object", SchemaRows::versions),
                Row.of(
                        AREA,
                        "a definition that makes no sense is refused",
                        SchemaRows::badDefinitions));
    }

    private static void established(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("established"));
        JsonNode definition = done(t.api().get(CRDS + "/widgets." + t.group()));
        List<String> conditions = new ArrayList<>();
        definition
                .at("/status/conditions")
                .forEach(c -> conditions.add(c.path("type").asText() + c.path("status").asText()));
        assertThat(conditions).contains("NamesAcceptedTrue", "EstablishedTrue");
        assertThat(definition.at("/status/storedVersions").toString()).isEqualTo("[\"v1\"]");
        assertThat(definition.at("/spec/names/listKind").asText()).isEqualTo("WidgetList");
        assertThat(definition.at("/status/acceptedNames/singular").asText()).isEqualTo("widget");
        assertThat(done(t.api().get(widgets)).path("kind").asText()).isEqualTo("WidgetList");
    }

    private static void limits(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("limits"));
        assertThat(create(t, widgets, "{\"mode\":\"slow\",\"size\":1}"))
                .containsExactly(
                        "spec.mode: Unsupported value: \"slow\": supported values: \"fast\", \"safe\"");
        assertThat(create(t, widgets, "{\"mode\":\"fast\"}"))
                .containsExactly("spec.size: Required value");
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":0}"))
                .singleElement()
                .asString()
                .startsWith("spec.size: Invalid value")
                .endsWith("spec.size in body should be greater than or equal to 1");
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":11}")).hasSize(1);
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"owner\":\"ABC\"}"))
                .singleElement()
                .asString()
                .startsWith("spec.owner: Invalid value")
                .endsWith("spec.owner in body should match '^[a-z]+$'");
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"owner\":\"a\"}"))
                .singleElement()
                .asString()
                .endsWith("spec.owner in body should be at least 2 chars long");
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"owner\":\"abcdef\"}"))
                .hasSize(1);
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"tags\":[]}"))
                .singleElement()
                .asString()
                .endsWith("spec.tags in body should have at least 1 items");
        assertThat(
                        create(
                                t,
                                widgets,
                                "{\"mode\":\"fast\",\"size\":1,\"tags\":[\"a\",\"b\",\"c\"]}"))
                .hasSize(1);
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":\"two\"}"))
                .anySatisfy(
                        c ->
                                assertThat(c)
                                        .endsWith(
                                                "spec.size in body must be of type integer: \"string\""));
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1.5}")).isNotEmpty();
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":null}")).isNotEmpty();
        RawApi.Answer single = t.api().post(widgets, t.widget("one", "{\"mode\":\"fast\"}"));
        assertThat(message(single))
                .isEqualTo(
                        "Widget.%s \"one\" is invalid: spec.size: Required value"
                                .formatted(t.group()));
        assertThat(single.json().at("/details/kind").asText()).isEqualTo("Widget");
        assertThat(Checks.items(t.api(), widgets)).isZero();
    }

    private static void words(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("words"));
        assertThat(create(t, widgets, "{\"mode\":\"slow\",\"size\":0,\"owner\":\"A\",\"tags\":[]}"))
                .containsExactlyInAnyOrder(
                        "spec.mode: Unsupported value: \"slow\": supported values: \"fast\", \"safe\"",
                        "spec.size: Invalid value: 0: spec.size in body should be greater than or"
                                + " equal to 1",
                        "spec.owner: Invalid value: \"A\": spec.owner in body should be at least 2"
                                + " chars long",
                        "spec.tags: Invalid value: 0: spec.tags in body should have at least 1 items");
        assertThat(
                        create(
                                t,
                                widgets,
                                "{\"mode\":\"fast\",\"size\":1,\"tags\":[\"a\",\"b\",\"c\"]}"))
                .containsExactly("spec.tags: Too many: 3: must have at most 2 items");
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":\"two\"}"))
                .contains(
                        "spec.size: Invalid value: \"string\": spec.size in body must be of type"
                                + " integer: \"string\"");
    }

    private static void shaping(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("shaping"));
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        widgets,
                                        t.widget(
                                                "a",
                                                "{\"mode\":\"fast\",\"size\":1,\"bogus\":1,\"note\":null,"
                                                        + "\"nested\":{\"x\":1},\"free\":{\"any\":{\"thing\":1}},"
                                                        + "\"level\":null}")));
        assertThat(made.at("/spec/level").asText()).isEqualTo("low");
        assertThat(made.at("/spec/nested").toString()).isEqualTo("{\"depth\":3}");
        assertThat(made.at("/spec/free/any/thing").asInt()).isEqualTo(1);
        assertThat(made.at("/spec/note").isNull()).isTrue();
        assertThat(made.path("spec").has("bogus")).isFalse();
        JsonNode other =
                done(t.api().post(widgets, t.widget("b", "{\"mode\":\"fast\",\"size\":1}")));
        assertThat(other.path("spec").has("nested")).isFalse();
        JsonNode merged =
                done(
                        t.api()
                                .patch(
                                        widgets + "/b",
                                        "merge",
                                        "{\"spec\":{\"bogus\":{\"x\":1},\"level\":\"high\"}}"));
        assertThat(merged.path("spec").has("bogus")).isFalse();
        assertThat(merged.at("/spec/level").asText()).isEqualTo("high");
    }

    private static void intOrString(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("ports"));
        for (String port : List.of("80", "\"http\"")) {
            String spec = "{\"mode\":\"fast\",\"size\":1,\"port\":" + port + "}";
            JsonNode made = done(t.api().post(widgets, t.widget("p" + port.length(), spec)));
            assertThat(made.at("/spec/port").toString()).isEqualTo(port);
        }
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"port\":true}")).isNotEmpty();
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"port\":1.5}")).isNotEmpty();
    }

    private static void listTypes(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("lists"));
        assertThat(create(t, widgets, "{\"mode\":\"fast\",\"size\":1,\"labels\":[\"a\",\"a\"]}"))
                .containsExactly("spec.labels[1]: Duplicate value: \"a\"");
        assertThat(
                        create(
                                t,
                                widgets,
                                "{\"mode\":\"fast\",\"size\":1,\"disks\":[{\"name\":\"a\"},{\"name\":\"a\"}]}"))
                .singleElement()
                .asString()
                .startsWith("spec.disks[1]: Duplicate value: ");
        done(
                t.api()
                        .post(
                                widgets,
                                t.widget(
                                        "a",
                                        "{\"mode\":\"fast\",\"size\":1,\"labels\":[\"a\",\"b\"],"
                                                + "\"disks\":[{\"name\":\"a\"},{\"name\":\"b\"}]}")));
    }

    private static void strict(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("strict"));
        String widget = t.widget("a", "{\"mode\":\"fast\",\"size\":1,\"bogus\":1}");
        RawApi.Answer strict = t.api().post(widgets + "?fieldValidation=Strict", widget);
        refused(strict, 400, "BadRequest");
        assertThat(message(strict)).contains("strict decoding error: unknown field \"spec.bogus\"");
        RawApi.Answer twice =
                t.api()
                        .post(
                                widgets + "?fieldValidation=Strict",
                                t.widget("a", "{\"mode\":\"fast\",\"size\":1,\"size\":1}"));
        refused(twice, 400, "BadRequest");
        assertThat(message(twice)).contains("duplicate field \"spec.size\"");
        RawApi.Answer warned = t.api().post(widgets + "?fieldValidation=Warn", widget);
        done(warned);
        assertThat(warned.header("Warning"))
                .isEqualTo("299 - \"unknown field \\\"spec.bogus\\\"\"");
        RawApi.Answer silent =
                t.api()
                        .patch(
                                widgets + "/a?fieldValidation=Ignore",
                                "merge",
                                "{\"spec\":{\"other\":1}}");
        done(silent);
        assertThat(silent.header("Warning")).isEmpty();
        String maps = "/api/v1/namespaces/" + t.named("strict") + "/configmaps";
        String map = "{\"metadata\":{\"name\":\"a\"},\"dota\":{}}";
        RawApi.Answer builtIn = t.api().post(maps + "?fieldValidation=Strict", map);
        refused(builtIn, 400, "BadRequest");
        assertThat(message(builtIn)).contains("strict decoding error: unknown field \"dota\"");
        RawApi.Answer warnedMap = t.api().post(maps, map);
        assertThat(done(warnedMap).has("dota")).isFalse();
        assertThat(warnedMap.header("Warning")).contains("unknown field");
    }

    private static void cel(Target t) throws Exception {
        t.install("ruled-crd.yaml");
        String ruleds = ruleds(t, t.namespace("cel"));
        done(t.api().post(ruleds, ruled(t, "a", "{\"size\":1,\"mode\":\"fast\"}")));
        RawApi.Answer changed =
                t.api().patch(ruleds + "/a", "merge", "{\"spec\":{\"mode\":\"safe\"}}");
        assertThat(causes(changed)).singleElement().asString().endsWith("mode is immutable");
        done(t.api().patch(ruleds + "/a", "merge", "{\"spec\":{\"size\":2}}"));
        assertThat(
                        causes(
                                t.api()
                                        .patch(
                                                ruleds + "/a",
                                                "merge",
                                                "{\"spec\":{\"size\":5,\"limit\":4}}")))
                .singleElement()
                .asString()
                .startsWith("spec.size: Invalid value: ")
                .endsWith("size 5 is over the limit");
        assertThat(
                        causes(
                                t.api()
                                        .post(
                                                ruleds,
                                                ruled(
                                                        t,
                                                        "b",
                                                        "{\"size\":1,\"mode\":\"fast\",\"parts\":[\"x\",\"zz\"]}"))))
                .singleElement()
                .asString()
                .contains("spec.parts[1]")
                .endsWith("failed rule: self.size() == 1");
        RawApi.Answer forbidden =
                t.api().post(ruleds, ruled(t, "c", "{\"size\":1,\"mode\":\"off\"}"));
        assertThat(causes(forbidden)).containsExactly("spec.mode: Forbidden: off is not allowed");
    }

    private static void moreCel(Target t) throws Exception {
        t.install("ruled-crd.yaml");
        String ruleds = ruleds(t, t.namespace("more"));
        String base = "{\"size\":1,\"mode\":\"fast\",";
        assertThat(
                        causes(
                                t.api()
                                        .post(
                                                ruleds,
                                                ruled(
                                                        t,
                                                        "a",
                                                        base + "\"table\":{\"a\":1,\"b\":-1}}"))))
                .singleElement()
                .asString()
                .endsWith("all values are positive");
        assertThat(causes(t.api().post(ruleds, ruled(t, "a", base + "\"path\":\"x/y\"}"))))
                .singleElement()
                .asString()
                .endsWith("starts with a slash and has two parts");
        done(
                t.api()
                        .post(
                                ruleds,
                                ruled(
                                        t,
                                        "a",
                                        base
                                                + "\"table\":{\"a\":1},\"path\":\"/x\",\"items\":[{\"name\":\"a\",\"count\":1}]}")));
        assertThat(
                        causes(
                                t.api()
                                        .patch(
                                                ruleds + "/a",
                                                "merge",
                                                "{\"spec\":{\"items\":[{\"name\":\"b\",\"count\":0},{\"name\":\"a\",\"count\":0}]}}")))
                .singleElement()
                .asString()
                .contains("spec.items[1]")
                .endsWith("never shrinks");
        done(t.api().patch(ruleds + "/a", "merge", "{\"spec\":{\"items\":null}}"));
    }

    private static void brokenRule(Target t) throws Exception {
        String crd =
                t.text("ruled-crd.yaml").replace("ruleds", "brokens").replace("Ruled", "Broken");
        for (String rule : List.of("self.mode == (", "nobody == 1")) {
            RawApi.Answer refusal =
                    t.api()
                            .write(
                                    "POST",
                                    CRDS,
                                    "application/yaml",
                                    crd.replace("self.mode == oldSelf.mode", rule));
            refused(refusal, 422, "Invalid");
            assertThat(message(refusal))
                    .contains("x-kubernetes-validations[0].rule", "compilation failed");
        }
    }

    private static void status(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("status"));
        String widget = t.widget("a", "{\"mode\":\"fast\",\"size\":1}");
        JsonNode made =
                done(
                        t.api()
                                .post(
                                        widgets,
                                        widget.replace(
                                                "\"spec\"", "\"status\":{\"a\":1},\"spec\"")));
        assertThat(made.has("status")).isFalse();
        JsonNode onMain =
                done(
                        t.api()
                                .patch(
                                        widgets + "/a",
                                        "merge",
                                        "{\"status\":{\"a\":1},\"spec\":{\"size\":2}}"));
        assertThat(onMain.has("status")).isFalse();
        JsonNode onStatus =
                done(
                        t.api()
                                .patch(
                                        widgets + "/a/status",
                                        "merge",
                                        "{\"status\":{\"a\":1},\"spec\":{\"size\":3},\"metadata\":{\"labels\":{\"x\":\"y\"}}}"));
        assertThat(onStatus.at("/status/a").asInt()).isEqualTo(1);
        assertThat(onStatus.at("/spec/size").asInt()).isEqualTo(2);
        ObjectNode body = (ObjectNode) onStatus;
        body.withObject("/status").put("a", 2);
        assertThat(
                        done(t.api().put(widgets + "/a/status", body.toString()))
                                .at("/status/a")
                                .asInt())
                .isEqualTo(2);
        assertThat(done(t.api().get(widgets + "/a/status")).at("/status/a").asInt()).isEqualTo(2);
        refused(t.api().put(widgets + "/a/status", onMain.toString()), 409, "Conflict");
    }

    private static void generation(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("generation"));
        JsonNode made =
                done(t.api().post(widgets, t.widget("a", "{\"mode\":\"fast\",\"size\":1}")));
        assertThat(generation(made)).isEqualTo(1);
        assertThat(generation(merge(t, widgets + "/a", "{\"spec\":{\"size\":2}}"))).isEqualTo(2);
        assertThat(generation(merge(t, widgets + "/a", "{\"spec\":{\"size\":2}}"))).isEqualTo(2);
        assertThat(generation(merge(t, widgets + "/a/status", "{\"status\":{\"x\":2}}")))
                .isEqualTo(2);
        JsonNode labelled = merge(t, widgets + "/a", "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}");
        assertThat(generation(labelled)).isEqualTo(2);
        assertThat(labelled.at("/status/x").asInt()).isEqualTo(2);
    }

    private static void conditionalPut(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("put"));
        String widget = t.widget("a", "{\"mode\":\"fast\",\"size\":1}");
        JsonNode made = done(t.api().post(widgets, widget));
        RawApi.Answer bare = t.api().put(widgets + "/a", widget);
        refused(bare, 422, "Invalid");
        assertThat(message(bare))
                .contains("metadata.resourceVersion", "must be specified for an update");
        done(t.api().put(widgets + "/a", made.toString()));
        refused(
                t.api().put(widgets + "/b", t.widget("b", "{\"mode\":\"fast\",\"size\":1}")),
                404,
                "NotFound");
    }

    private static void versions(Target t) throws Exception {
        String widgets = t.widgets(t.namespace("served"));
        String other = widgets.replace("/v1/", "/v1alpha1/");
        done(t.api().post(widgets, t.widget("a", "{\"mode\":\"fast\",\"size\":1}")));
        eventually(
                () ->
                        assertThat(t.api().get(other + "/a").json().path("apiVersion").asText())
                                .isEqualTo(t.group() + "/v1alpha1"));
        JsonNode changed = merge(t, other + "/a", "{\"spec\":{\"size\":7}}");
        assertThat(changed.path("apiVersion").asText()).isEqualTo(t.group() + "/v1alpha1");
        JsonNode stored = done(t.api().get(widgets + "/a"));
        assertThat(stored.path("apiVersion").asText()).isEqualTo(t.group() + "/v1");
        assertThat(stored.at("/spec/size").asInt()).isEqualTo(7);
    }

    private static void badDefinitions(Target t) throws Exception {
        String crd =
                t.text("passing-crd.yaml").replace("passings", "bads").replace("Passing", "Bad");
        for (String wrong :
                List.of(
                        crd.replace("name: bads.", "name: x."),
                        crd.replace("storage: true", "storage: false"),
                        crd.replace("scope: Namespaced", "scope: Galactic"),
                        crd.replace(
                                "{type: object, x-kubernetes-preserve-unknown-fields: true}",
                                "{type: string}"),
                        crd.replace(
                                "{type: object, x-kubernetes-preserve-unknown-fields: true}",
                                "{type: object, properties: {a: {}}}"),
                        crd.replace(
                                "{type: object, x-kubernetes-preserve-unknown-fields: true}",
                                "{type: object, properties: {a: {type: string, pattern: \"(\"}}}"),
                        crd.replace(
                                "{type: object, x-kubernetes-preserve-unknown-fields: true}",
                                "{type: object, properties: {a: {type: array}}}"))) {
            assertThat(wrong).isNotEqualTo(crd);
            RawApi.Answer refusal = t.api().write("POST", CRDS, "application/yaml", wrong);
            assertThat(refusal.code()).as(wrong + refusal.text()).isEqualTo(422);
        }
    }

    private static JsonNode merge(Target t, String path, String patch) throws Exception {
        return done(t.api().patch(path, "merge", patch));
    }

    private static int generation(JsonNode object) {
        return object.at("/metadata/generation").asInt();
    }

    private static List<String> create(Target t, String widgets, String spec) throws Exception {
        return causes(t.api().post(widgets, t.widget("faulty", spec)));
    }

    private static String ruleds(Target t, String namespace) {
        return "/apis/" + t.group() + "/v1/namespaces/" + namespace + "/ruleds";
    }

    private static String ruled(Target t, String name, String spec) {
        return t.widget(name, spec).replace("Widget", "Ruled");
    }
}
