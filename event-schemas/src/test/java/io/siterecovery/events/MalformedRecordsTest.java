package io.siterecovery.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a tenant writes into a topic is read or refused in words; nothing else comes of it. */
class MalformedRecordsTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<JsonNode> WRONG =
            List.of(
                    JSON.nullNode(),
                    JSON.numberNode(-1),
                    JSON.numberNode(1e300),
                    JSON.textNode("\u0000"),
                    JSON.textNode("x".repeat(5_000)),
                    JSON.booleanNode(true),
                    JSON.arrayNode().add(JSON.nullNode()),
                    JSON.objectNode().put("a", 1));

    @Test
    void every_field_of_every_type_with_anything_in_it_is_read_or_refused() throws Exception {
        int refused = 0;
        int all = 0;
        for (EventType type : EventType.values()) {
            for (byte[] value : broken(Published.golden(type))) {
                all++;
                refused += read(type.type(), value) ? 0 : 1;
            }
        }
        assertThat(all).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(150);
    }

    @Test
    void noise_is_refused() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThat(read(EventType.VIRTUAL_MACHINE.type(), noise)).isFalse();
        }
        byte[] deep = "[".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        assertThat(read(EventType.VIRTUAL_MACHINE.type(), deep)).isFalse();
    }

    /** Whether it could be read; any other end than a refusal in words is an error. */
    private static boolean read(String type, byte[] value) {
        try {
            EventCodec.decode(type, value);
            return true;
        } catch (EventCodec.Unreadable refused) {
            assertThat(refused.getMessage()).isNotBlank().hasSizeLessThan(10_000);
            return false;
        }
    }

    private static List<byte[]> broken(JsonNode golden) {
        List<byte[]> values = new ArrayList<>();
        for (List<String> path : paths(golden, List.of())) {
            for (JsonNode wrong : WRONG) {
                JsonNode copy = golden.deepCopy();
                set(copy, path, wrong);
                values.add(copy.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    private static List<List<String>> paths(JsonNode node, List<String> at) {
        List<List<String>> paths = new ArrayList<>();
        List<String> steps = new ArrayList<>();
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(steps::add);
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            steps.add("0");
        }
        for (String step : steps) {
            List<String> path = new ArrayList<>(at);
            path.add(step);
            paths.add(path);
            paths.addAll(paths(child(node, step), path));
        }
        return paths;
    }

    private static JsonNode child(JsonNode node, String step) {
        return node instanceof ArrayNode array
                ? array.get(Integer.parseInt(step))
                : node.path(step);
    }

    private static void set(JsonNode root, List<String> path, JsonNode value) {
        JsonNode parent = root;
        for (String step : path.subList(0, path.size() - 1)) {
            parent = child(parent, step);
        }
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(path.getLast()), value);
        } else if (parent instanceof ObjectNode object) {
            object.set(path.getLast(), value);
        }
    }
}
