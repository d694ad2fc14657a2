package io.siterecovery.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that make no sense get a 4xx with a Status: never a 500, never a hang, never a change.
 */
class MalformedRequestsIT {
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 8;
    private static final long SEED = 20_261_121L;

    private static final List<String> PATCHES =
            List.of("json-patch+json", "merge-patch+json", "strategic-merge-patch+json");
    private static final List<String> SELECTORS =
            List.of(
                    "labelSelector=%28%28",
                    "labelSelector=a%20in%20%28",
                    "labelSelector=%21",
                    "labelSelector=a%3Db%3Dc",
                    "labelSelector=a%3E",
                    "labelSelector=-a",
                    "labelSelector=a%2Cb%20c",
                    "labelSelector=a%2Fb%2Fc",
                    "fieldSelector=a",
                    "fieldSelector=spec.x%3D1",
                    "fieldSelector=%3D%3D",
                    "limit=x",
                    "limit=1e9",
                    "limit=99999999999999",
                    "continue=%00",
                    "continue=x.1",
                    "resourceVersion=x",
                    "resourceVersion=-1",
                    "resourceVersionMatch=Exact",
                    "includeObject=x",
                    "watch=true&resourceVersion=x",
                    "watch=true&sendInitialEvents=true",
                    "watch=true&timeoutSeconds=x",
                    "watch=1&labelSelector=%28");

    @TempDir static Path dir;

    private record Wrong(String method, String path, String type, Buffer body) {}

    @Test
    void ten_thousand_malformed_requests_change_nothing() throws Exception {
        try (EmbeddedServer embedded = new EmbeddedServer(dir);
                var pool = Executors.newFixedThreadPool(CLIENTS)) {
            Target t = embedded.target();
            String maps = t.maps("wrong");
            String widgets = t.widgets(t.named("wrong"));
            t.api().post(maps, "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"v\"}}");
            t.api().post(widgets, t.widget("a", "{\"size\":1,\"mode\":\"fast\"}"));
            int before = embedded.server().history().size();

            List<Future<String>> failures = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Random random = new Random(SEED + client);
                failures.add(
                        pool.submit(
                                () -> {
                                    for (int i = 0; i < REQUESTS / CLIENTS; i++) {
                                        Wrong wrong = wrong(random, t, maps, widgets);
                                        String fault = fault(t, wrong);
                                        if (!fault.isEmpty()) {
                                            return fault;
                                        }
                                    }
                                    return "";
                                }));
            }
            for (Future<String> failure : failures) {
                assertThat(failure.get()).isEmpty();
            }
            assertThat(embedded.server().history()).hasSize(before);
            assertThat(embedded.server().openWatches()).isZero();
        }
    }

    private static String fault(Target t, Wrong wrong) throws Exception {
        RawApi.Answer answer =
                t.api().write(wrong.method, wrong.path, wrong.type, wrong.body.getBytes());
        JsonNode status = answer.json();
        boolean right =
                answer.code() >= 400
                        && answer.code() < 500
                        && status.path("kind").asText().equals("Status")
                        && status.path("code").asInt() == answer.code();
        String body = wrong.body.toString();
        return right
                ? ""
                : "%s %s %s %s: %d %s"
                        .formatted(
                                wrong.method,
                                wrong.path,
                                wrong.type,
                                body.substring(0, Math.min(300, body.length())),
                                answer.code(),
                                answer.text().substring(0, Math.min(300, answer.text().length())));
    }

    private static Wrong wrong(Random random, Target t, String maps, String widgets) {
        boolean custom = random.nextBoolean();
        String path = custom ? widgets : maps;
        String name = "n" + random.nextInt(1_000_000);
        String good =
                custom
                        ? t.widget(name, "{\"size\":1,\"mode\":\"fast\"}")
                        : "{\"metadata\":{\"name\":\"" + name + "\"},\"data\":{\"k\":\"v\"}}";
        String json = "application/json";
        String patch = "application/" + PATCHES.get(random.nextInt(custom ? 2 : 3));
        return switch (random.nextInt(14)) {
            case 0 -> bytes("POST", path, json, cut(random, good));
            case 1 -> bytes("PUT", path + "/a", json, cut(random, good));
            case 2 -> bytes("PATCH", path + "/a", patch, cut(random, good));
            case 3 -> bytes("POST", path, "text/" + name, good);
            case 4 -> bytes("PATCH", path + "/a", json, good);
            case 5 -> bytes("POST", path, json, deep(random, random.nextInt(1_100, 20_000)));
            case 6 ->
                    bytes(
                            "PATCH",
                            path + "/a",
                            "application/merge-patch+json",
                            "{\"data\":" + deep(random, 2_000));
            case 7 ->
                    bytes(
                            "POST",
                            path,
                            json,
                            good.replace(
                                    "\"name\"",
                                    "\"labels\":{\""
                                            + "k".repeat(random.nextInt(64, 100_000))
                                            + "\":\"\"},\"name\""));
            case 8 ->
                    bytes(
                            "GET",
                            path + "?" + SELECTORS.get(random.nextInt(SELECTORS.size())),
                            json,
                            "");
            case 9 -> bytes("POST", path, json, good.replace(name, "Bad_" + name + "!"));
            case 10 -> bytes("PATCH", path + "/a", "application/json-patch+json", badPatch(random));
            case 11 -> bytes("POST", path + "?dryRun=" + name, json, good);
            case 12 -> bytes("GET", "/apis/" + name + "/" + noise(random) + "/x", json, "");
            default ->
                    new Wrong(
                            "POST",
                            path,
                            random.nextBoolean() ? json : "application/yaml",
                            Buffer.buffer(garbage(random)));
        };
    }

    private static Wrong bytes(String method, String path, String type, String body) {
        return new Wrong(method, path, type, Buffer.buffer(body));
    }

    private static String cut(Random random, String good) {
        return good.substring(0, random.nextInt(1, good.length()));
    }

    private static String deep(Random random, int depth) {
        return random.nextBoolean() ? "[".repeat(depth) : "{\"a\":".repeat(depth);
    }

    private static String badPatch(Random random) {
        List<String> patches =
                List.of(
                        "[{\"op\":\"remove\",\"path\":\"/none\"}]",
                        "[{\"op\":\"test\",\"path\":\"/metadata/name\",\"value\":\"x\"}]",
                        "[{\"op\":\"add\",\"path\":\"\",\"value\":[]}]",
                        "[{\"op\":\"replace\",\"path\":\"/metadata\",\"value\":7}]",
                        "[{\"op\":\"move\",\"path\":\"/x\"}]",
                        "[{\"op\":\"add\",\"path\":\"x\",\"value\":1}]",
                        "[{}]",
                        "[[]]",
                        "7",
                        "[{\"op\":\"add\",\"path\":\"/metadata/name\",\"value\":\"b\"}]",
                        "[{\"op\":\"add\",\"path\":\"/kind\",\"value\":\"X\"}]",
                        "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":[1]}]");
        return patches.get(random.nextInt(patches.size()));
    }

    private static String noise(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(1, 40); i > 0; i--) {
            text.append("%%%02X".formatted(random.nextInt(1, 128)));
        }
        return text.toString();
    }

    /** Bytes that begin no object of any format. */
    private static byte[] garbage(Random random) {
        byte[] garbage = new byte[random.nextInt(1, 200)];
        random.nextBytes(garbage);
        garbage[0] = (byte) 0xFF;
        return garbage;
    }
}
