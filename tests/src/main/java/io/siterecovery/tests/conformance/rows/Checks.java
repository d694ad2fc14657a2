package io.siterecovery.tests.conformance.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.tests.conformance.RawApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What many rows ask of an answer. */
final class Checks {
    private Checks() {}

    /** A refusal carries a Status body that says the same as the HTTP status. */
    static JsonNode refused(RawApi.Answer answer, int code, String reason) throws IOException {
        assertThat(answer.code()).as(answer.text()).isEqualTo(code);
        JsonNode status = answer.json();
        assertThat(status.path("kind").asText()).as(answer.text()).isEqualTo("Status");
        assertThat(status.path("status").asText()).isEqualTo("Failure");
        assertThat(status.path("code").asInt()).isEqualTo(code);
        assertThat(status.path("reason").asText()).as(answer.text()).isEqualTo(reason);
        return status;
    }

    static JsonNode done(RawApi.Answer answer) throws IOException {
        assertThat(answer.code()).as(answer.text()).isIn(200, 201);
        return answer.json();
    }

    static String message(RawApi.Answer answer) throws IOException {
        return answer.json().path("message").asText();
    }

    /** {@code field: message} of each cause of a refusal. */
    static List<String> causes(RawApi.Answer answer) throws IOException {
        assertThat(answer.code()).as(answer.text()).isEqualTo(422);
        List<String> causes = new ArrayList<>();
        answer.json()
                .at("/details/causes")
                .forEach(
                        c ->
                                causes.add(
                                        c.path("field").asText()
                                                + ": "
                                                + c.path("message").asText()));
        return causes;
    }

    static String version(JsonNode object) {
        return object.at("/metadata/resourceVersion").asText();
    }

    static int items(RawApi api, String path) throws IOException, InterruptedException {
        return done(api.get(path)).path("items").size();
    }

    static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.path("items").forEach(item -> names.add(item.at("/metadata/name").asText()));
        return names;
    }

    /** A ConfigMap. */
    static String map(String name, String data) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\"},\"data\":{%s}}"
                .formatted(name, data);
    }

    static String meta(String meta) {
        return "{\"metadata\":{" + meta + "}}";
    }
}
