package io.siterecovery.sandbox.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.sandbox.kubernetes.api.ApiError;
import io.siterecovery.sandbox.kubernetes.api.ApiResource;
import io.siterecovery.sandbox.kubernetes.faults.Faults;
import io.siterecovery.sandbox.kubernetes.json.Json;
import io.siterecovery.sandbox.kubernetes.print.Tables;
import io.siterecovery.sandbox.kubernetes.resources.Cluster;
import io.siterecovery.sandbox.kubernetes.store.Change;
import io.siterecovery.sandbox.kubernetes.store.ObjectStore.Listing;
import io.siterecovery.sandbox.kubernetes.store.ObjectTable;
import io.siterecovery.sandbox.kubernetes.store.Stored;
import io.siterecovery.sandbox.kubernetes.store.Watch;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One open watch. Everything but {@link #wake} happens on the connection's event loop. It reads
 * from the change log only as fast as the client takes, so a slow client holds nothing back.
 */
final class WatchStream {
    private static final int CHANGES_PER_ROUND = 128;
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final Context context;
    private final WatchRequest request;
    private final HttpServerResponse response;
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Queue<Stored> present = new ArrayDeque<>();
    private @Nullable Watch watch;
    private final Faults faults;
    private final OpenStreams streams;
    private boolean initialEndDue;
    private boolean ended;
    private long endTimer;
    private long bookmarkTimer;

    WatchStream(
            Vertx vertx,
            Context context,
            WatchRequest request,
            HttpServerResponse response,
            Faults faults,
            OpenStreams streams) {
        this.vertx = vertx;
        this.context = context;
        this.request = request;
        this.response = response;
        this.faults = faults;
        this.streams = streams;
    }

    void open(Cluster cluster) {
        response.setChunked(true).putHeader("Content-Type", Reply.JSON);
        response.closeHandler(gone -> close());
        response.exceptionHandler(broken -> close());
        response.drainHandler(drained -> pump());
        endTimer = vertx.setTimer(request.timeout().toMillis(), t -> end());
        if (request.bookmarks()) {
            bookmarkTimer = vertx.setPeriodic(BOOKMARK_EVERY.toMillis(), t -> bookmark(false));
        }
        try {
            watch = subscribe(cluster);
        } catch (Watch.Expired e) {
            expire(e);
            return;
        }
        streams.add(this);
        // The client waits for the headers even while there is nothing to tell.
        response.writeHead();
        pump();
    }

    private Watch subscribe(Cluster cluster) throws Watch.Expired {
        ObjectTable table = cluster.table(request.resource());
        long after = request.after();
        if (request.fromPresent()) {
            Listing listing = cluster.store().list(table, request.namespace());
            listing.objects().stream().filter(request.selector()).forEach(present::add);
            after = listing.resourceVersion();
            initialEndDue = request.markInitialEnd();
        }
        return cluster.store().watch(table, after, this::wake);
    }

    /** Called by writers, on their threads. */
    void wake() {
        if (awake.compareAndSet(false, true)) {
            context.runOnContext(v -> pump());
        }
    }

    private void pump() {
        awake.set(false);
        Watch source = watch;
        if (ended || source == null || faults.isBlackHole()) {
            return;
        }
        while (!present.isEmpty() && !response.writeQueueFull()) {
            send("ADDED", present.remove());
        }
        if (present.isEmpty() && initialEndDue) {
            initialEndDue = false;
            bookmark(true);
        }
        try {
            while (present.isEmpty() && !response.writeQueueFull()) {
                List<Change> changes = source.next(CHANGES_PER_ROUND);
                changes.forEach(this::send);
                if (changes.isEmpty()) {
                    return;
                }
            }
        } catch (Watch.Expired e) {
            expire(e);
        }
    }

    /** An object that enters or leaves the selection is added or deleted for this client. */
    private void send(Change change) {
        Stored after = change.after();
        if (!request.namespace().isEmpty() && !after.namespace().equals(request.namespace())) {
            return;
        }
        Stored before = change.before();
        boolean matched = before != null && request.selector().test(before);
        boolean matches = change.type() != Change.Type.DELETED && request.selector().test(after);
        if (matches) {
            send(matched ? "MODIFIED" : "ADDED", after);
        } else if (matched) {
            send("DELETED", after);
        }
    }

    private void send(String type, Stored stored) {
        write(type, Rendering.one(request.resource(), stored, request.form(), request.include()));
    }

    private void bookmark(boolean initialEnd) {
        Watch source = watch;
        if (source == null || ended || !present.isEmpty() || faults.isBlackHole()) {
            return;
        }
        ApiResource resource = request.resource();
        ObjectNode mark =
                switch (request.form()) {
                    case Form.Plain plain ->
                            Json.object()
                                    .put("kind", resource.kind())
                                    .put("apiVersion", resource.apiVersion());
                    case Form.Partial partial -> Tables.partial(Json.object());
                    case Form.Table table ->
                            Tables.table(
                                    table.version(),
                                    resource.columns(),
                                    List.of(),
                                    Tables.Include.None);
                };
        ObjectNode meta =
                mark.putObject("metadata")
                        .put("resourceVersion", Long.toString(source.resourceVersion()))
                        .putNull("creationTimestamp");
        if (initialEnd) {
            meta.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        write("BOOKMARK", Buffer.buffer(Json.bytes(mark)));
    }

    private void expire(Watch.Expired expired) {
        ApiError error = ApiError.expired(String.valueOf(expired.getMessage()));
        write("ERROR", Buffer.buffer(Json.bytes(error.status())));
        end();
    }

    private void write(String type, Buffer object) {
        Buffer line = Buffer.buffer(object.length() + 64);
        line.appendString("{\"type\":\"").appendString(type).appendString("\",\"object\":");
        line.appendBuffer(object).appendString("}\n");
        response.write(line);
    }

    private void end() {
        if (!ended) {
            close();
            response.end();
        }
    }

    boolean isOn(String resource) {
        return resource.isEmpty() || request.resource().plural().equals(resource);
    }

    /** As a broken connection does it: without an end. */
    void drop() {
        context.runOnContext(
                v -> {
                    close();
                    response.reset();
                });
    }

    private void close() {
        ended = true;
        streams.remove(this);
        vertx.cancelTimer(endTimer);
        vertx.cancelTimer(bookmarkTimer);
        Watch source = watch;
        if (source != null) {
            source.close();
        }
    }
}
