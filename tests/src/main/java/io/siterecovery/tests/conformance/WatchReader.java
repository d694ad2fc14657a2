package io.siterecovery.tests.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects the events of one raw watch in the background. */
public final class WatchReader implements AutoCloseable {
    /** One event, which prints as {@code TYPE name}. */
    public record Event(String type, JsonNode object) {
        public long version() {
            return object.at("/metadata/resourceVersion").asLong();
        }

        @Override
        public String toString() {
            return type + " " + object.at("/metadata/name").asText();
        }
    }

    private final int code;
    private final InputStream stream;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Thread thread;

    public WatchReader(RawApi api, String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = api.stream(path);
        code = response.statusCode();
        stream = response.body();
        thread = Thread.ofVirtual().start(this::read);
    }

    /** HTTP status of the answer. */
    public int code() {
        return code;
    }

    public List<Event> events() {
        return List.copyOf(events);
    }

    /** Bookmarks left out: when they come is the server's business. */
    public List<String> summary() {
        return events.stream()
                .filter(e -> !e.type().equals("BOOKMARK"))
                .map(Event::toString)
                .toList();
    }

    public boolean ended() {
        return !thread.isAlive();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = RawApi.JSON.readTree(line);
                events.add(new Event(event.path("type").asText(), event.path("object")));
            }
        } catch (IOException e) {
            // The other side went away: the events until then are what the row looks at.
            return;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
