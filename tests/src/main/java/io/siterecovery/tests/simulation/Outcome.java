package io.siterecovery.tests.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.tests.simulation.oracle.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How one schedule went.
 *
 * @param seconds of virtual time
 * @param ends of its Failovers, by reason
 */
public record Outcome(
        long seed,
        Optional<Violation> violation,
        long steps,
        double seconds,
        Map<String, Integer> ends,
        List<String> story) {

    Outcome with(Violation other) {
        return new Outcome(seed, Optional.of(other), steps, seconds, ends, story);
    }

    /** As one line, without a line break. */
    String written() {
        ObjectNode node = ResourceJson.mapper().createObjectNode();
        node.put("seed", seed).put("steps", steps).put("seconds", seconds);
        violation.ifPresent(v -> node.put("rule", v.rule()).put("what", v.what()));
        ObjectNode counted = node.putObject("ends");
        ends.forEach(counted::put);
        var lines = node.putArray("story");
        story.forEach(lines::add);
        return node.toString();
    }

    static Outcome read(String line) {
        JsonNode node;
        try {
            node = ResourceJson.mapper().readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Integer> ends = new TreeMap<>();
        node.path("ends").properties().forEach(e -> ends.put(e.getKey(), e.getValue().asInt()));
        List<String> story = new ArrayList<>();
        node.path("story").forEach(l -> story.add(l.asText()));
        return new Outcome(
                node.path("seed").asLong(),
                node.has("rule")
                        ? Optional.of(
                                new Violation(
                                        node.path("rule").asText(), node.path("what").asText()))
                        : Optional.empty(),
                node.path("steps").asLong(),
                node.path("seconds").asDouble(),
                ends,
                story);
    }
}
