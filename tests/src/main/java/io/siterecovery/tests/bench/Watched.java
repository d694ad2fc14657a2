package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The objects of one collection as a watch tells them, and waiting for something about them. */
final class Watched implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Map<String, JsonNode> objects = new HashMap<>();
    private final Stream<JsonNode> events;

    Watched(BareApi api, String path) {
        JsonNode list = api.get(path);
        for (JsonNode object : list.path("items")) {
            objects.put(object.at("/metadata/name").asText(), object);
        }
        events = api.watch(path, list.at("/metadata/resourceVersion").asText());
        Thread.ofVirtual().start(this::follow);
    }

    private void follow() {
        try {
            events.forEach(this::take);
        } catch (RuntimeException e) {
            // Closed: nobody waits any more.
        }
    }

    private synchronized void take(JsonNode event) {
        String name = event.at("/object/metadata/name").asText();
        if (event.path("type").asText().equals("DELETED")) {
            objects.remove(name);
        } else {
            objects.put(name, event.path("object"));
        }
        notifyAll();
    }

    /** Returns as soon as what is there fits. */
    void until(Predicate<Map<String, JsonNode>> fits) {
        until(fits, PATIENCE);
    }

    /** Returns as soon as what is there fits. */
    synchronized void until(Predicate<Map<String, JsonNode>> fits, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (!fits.test(objects)) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new IllegalStateException(
                            new TimeoutException("waited in vain, there is " + objects.keySet()));
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** One of the objects; a missing node when there is none of that name. */
    static JsonNode in(Map<String, JsonNode> objects, String name) {
        JsonNode there = objects.get(name);
        return there == null ? MissingNode.getInstance() : there;
    }

    @Override
    public void close() {
        events.close();
    }
}
