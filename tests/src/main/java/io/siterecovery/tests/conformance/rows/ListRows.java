package io.siterecovery.tests.conformance.rows;

import static io.siterecovery.tests.conformance.rows.Checks.done;
import static io.siterecovery.tests.conformance.rows.Checks.items;
import static io.siterecovery.tests.conformance.rows.Checks.map;
import static io.siterecovery.tests.conformance.rows.Checks.meta;
import static io.siterecovery.tests.conformance.rows.Checks.names;
import static io.siterecovery.tests.conformance.rows.Checks.refused;
import static io.siterecovery.tests.conformance.rows.Checks.version;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.RawApi;
import io.siterecovery.tests.conformance.Row;
import io.siterecovery.tests.conformance.Target;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lists: selectors and pages. */
public final class ListRows {
    private static final String AREA = "list";

    private ListRows() {}

    /** In the order of the table. */
    public static List<Row> rows() {
        return List.of(
                Row.of(AREA, "label selectors with sets", ListRows::labels),
                Row.of(AREA, "malformed selectors are refused", ListRows::malformed),
                Row.of(AREA, "field selectors on name and namespace", ListRows::fields),
                Row.of(AREA, "field selectors on an event's object", ListRows::events),
                Row.of(AREA, "pages of one consistent view", ListRows::pages),
                Row.of(AREA, "all namespaces at once, in order", ListRows::allNamespaces),
                Row.of(AREA, "resourceVersion is understood", ListRows::versions));
    }

    private static void labels(Target t) throws Exception {
        String maps = t.maps("labels");
        for (int i = 0; i < 5; i++) {
            done(
                    t.api()
                            .post(
                                    maps,
                                    meta(
                                            "\"name\":\"l%d\",\"labels\":{\"n\":\"%d\"}"
                                                    .formatted(i, i))));
        }
        done(t.api().post(maps, map("bare", "")));
        assertThat(selected(t, maps, "n in (1,2,7)")).containsExactly("l1", "l2");
        assertThat(selected(t, maps, "n notin (1,2,3)")).containsExactly("bare", "l0", "l4");
        assertThat(selected(t, maps, "n,n notin (1)")).containsExactly("l0", "l2", "l3", "l4");
        assertThat(selected(t, maps, "!n")).containsExactly("bare");
        assertThat(selected(t, maps, "n!=1")).hasSize(5).doesNotContain("l1");
        assertThat(selected(t, maps, "n==3")).containsExactly("l3");
        assertThat(selected(t, maps, "n=3,n=4")).isEmpty();
        assertThat(selected(t, maps, "n>2")).containsExactly("l3", "l4");
        assertThat(selected(t, maps, " n in ( 3 , 4 ) ")).containsExactly("l3", "l4");
    }

    private static void malformed(Target t) throws Exception {
        String maps = t.maps("malformed");
        for (String selector :
                List.of(
                        "(((", "n in (", "n in 1", "!", "a=b=c", "n in (1", "/x=1", "a b",
                        "-n=1")) {
            refused(t.api().get(maps + "?labelSelector=" + encoded(selector)), 400, "BadRequest");
        }
        for (String selector : List.of("data.x=1", "metadata.name", "spec=")) {
            refused(t.api().get(maps + "?fieldSelector=" + encoded(selector)), 400, "BadRequest");
        }
        refused(t.api().get(maps + "?limit=many"), 400, "BadRequest");
    }

    private static void fields(Target t) throws Exception {
        String maps = t.maps("fields");
        done(t.api().post(maps, map("a", "")));
        done(t.api().post(maps, map("b", "")));
        String namespace = maps.split("/", -1)[4];
        assertThat(fielded(t, maps, "metadata.name=a")).containsExactly("a");
        assertThat(fielded(t, maps, "metadata.name!=a")).containsExactly("b");
        assertThat(fielded(t, maps, "metadata.name=a,metadata.name=b")).isEmpty();
        String everywhere = "/api/v1/configmaps";
        assertThat(fielded(t, everywhere, "metadata.namespace=" + namespace))
                .containsExactly("a", "b");
        assertThat(fielded(t, everywhere, "metadata.namespace=" + namespace + ",metadata.name=b"))
                .containsExactly("b");
    }

    private static void events(Target t) throws Exception {
        String namespace = t.namespace("events");
        String events = "/api/v1/namespaces/" + namespace + "/events";
        for (String name : List.of("p", "q")) {
            done(
                    t.api()
                            .post(
                                    events,
                                    """
                                    {"metadata":{"name":"%1$s.1"},"reason":"R","type":"Warning",
                                     "involvedObject":{"kind":"Pod","name":"%1$s","namespace":"%2$s","uid":"u-%1$s"}}
                                    """
                                            .formatted(name, namespace)));
        }
        assertThat(fielded(t, events, "involvedObject.name=p")).containsExactly("p.1");
        assertThat(fielded(t, events, "involvedObject.uid=u-q,type=Warning"))
                .containsExactly("q.1");
        assertThat(fielded(t, events, "involvedObject.kind=Node")).isEmpty();
        assertThat(fielded(t, events, "reason=R,involvedObject.namespace=" + namespace)).hasSize(2);
    }

    private static void pages(Target t) throws Exception {
        String maps = t.maps("pages");
        for (int i = 0; i < 5; i++) {
            done(t.api().post(maps, map("p" + i, "")));
        }
        JsonNode first = done(t.api().get(maps + "?limit=2"));
        assertThat(names(first)).containsExactly("p0", "p1");
        assertThat(first.at("/metadata/remainingItemCount").asInt()).isEqualTo(3);
        done(t.api().delete(maps + "/p4"));
        done(t.api().post(maps, map("p9", "")));
        JsonNode second = done(t.api().get(maps + "?limit=2&continue=" + token(first)));
        JsonNode third = done(t.api().get(maps + "?limit=2&continue=" + token(second)));
        assertThat(names(second)).containsExactly("p2", "p3");
        assertThat(names(third)).containsExactly("p4");
        assertThat(third.at("/metadata/continue").asText()).isEmpty();
        assertThat(version(third)).isEqualTo(version(first));
        assertThat(items(t.api(), maps + "?limit=500")).isEqualTo(5);
    }

    private static void allNamespaces(Target t) throws Exception {
        for (String hint : List.of("all-a", "all-b")) {
            done(
                    t.api()
                            .post(
                                    t.maps(hint),
                                    meta(
                                            "\"name\":\"x\",\"labels\":{\"run\":\""
                                                    + t.group()
                                                    + "\"}")));
        }
        JsonNode all =
                done(
                        t.api()
                                .get(
                                        "/api/v1/configmaps?labelSelector="
                                                + encoded("run=" + t.group())));
        assertThat(all.path("items").findValuesAsText("namespace"))
                .containsExactly(t.named("all-a"), t.named("all-b"));
        assertThat(all.path("kind").asText()).isEqualTo("ConfigMapList");
    }

    private static void versions(Target t) throws Exception {
        String maps = t.maps("versions");
        JsonNode made = done(t.api().post(maps, map("a", "")));
        assertThat(items(t.api(), maps + "?resourceVersion=" + version(made))).isEqualTo(1);
        assertThat(items(t.api(), maps + "?resourceVersion=0&resourceVersionMatch=NotOlderThan"))
                .isLessThanOrEqualTo(1);
        assertThat(t.api().get(maps + "?resourceVersion=abc").code()).isIn(400, 500);
        refused(
                t.api().get(maps + "?resourceVersionMatch=Sometimes&resourceVersion=1"),
                422,
                "Invalid");
        RawApi.Answer future = t.api().get(maps + "?resourceVersion=99999999999");
        refused(future, 504, "Timeout");
        assertThat(future.text()).contains("Too large resource version: 99999999999");
        JsonNode got = done(t.api().get(maps + "/a?resourceVersion=0"));
        assertThat(version(got)).isEqualTo(version(made));
    }

    private static List<String> selected(Target t, String path, String selector) throws Exception {
        return names(done(t.api().get(path + "?labelSelector=" + encoded(selector))));
    }

    private static List<String> fielded(Target t, String path, String selector) throws Exception {
        return names(done(t.api().get(path + "?fieldSelector=" + encoded(selector))));
    }

    private static String token(JsonNode page) {
        return encoded(page.at("/metadata/continue").asText());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
