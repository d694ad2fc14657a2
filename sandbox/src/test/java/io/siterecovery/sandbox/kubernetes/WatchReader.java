package io.siterecovery.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects the events of one raw watch in the background. */
final class WatchReader implements AutoCloseable {
    /** One event as text that tests can compare: type, name and version. */
    record Event(String type, JsonNode object) {
        String name() {
            return Json.text(object, "metadata", "name");
        }

        long version() {
            return Long.parseLong(Json.text(object, "metadata", "resourceVersion"));
        }

        @Override
        public String toString() {
            return type + " " + name();
        }
    }

    private final InputStream stream;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Thread thread;

    WatchReader(RawApi api, String path) throws IOException, InterruptedException {
        stream = api.stream(path).body();
        thread = Thread.ofVirtual().start(this::read);
    }

    List<Event> events() {
        return List.copyOf(events);
    }

    List<String> summary() {
        return events.stream().map(Event::toString).toList();
    }

    boolean ended() {
        return !thread.isAlive();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = Json.MAPPER.readTree(line);
                events.add(new Event(Json.text(event, "type"), event.path("object")));
            }
        } catch (IOException e) {
            // The other side went away: the events until then are what the test looks at.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
