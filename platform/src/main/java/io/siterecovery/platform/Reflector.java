package io.siterecovery.platform;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesCluster.Page;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.vertx.core.Context;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One follow: lists, watches from there, and starts again when the stream cannot be resumed. Keeps
 * the version of each object and never the object. Runs on a virtual thread of its own; what the
 * follower has not taken yet is at most one page or one read of the stream, then the API server
 * waits.
 */
final class Reflector implements Runnable, Watch {

    private static final Logger LOG = LoggerFactory.getLogger(Reflector.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    /** A kind that is not installed, or that we may not read: asked for, but not often. */
    private static final Duration LONGEST_WAIT_WHEN_REFUSED = Duration.ofSeconds(10);

    private static final int SHORTEST_STREAM_SECONDS = 300;
    private static final int STREAM_GRACE_SECONDS = 60;

    private record Key(String namespace, String name) {}

    private final KubernetesCluster cluster;
    private final ApiPath path;
    private final ResourceKind kind;
    private final Context context;
    private final Follower follower;
    private final Consumer<Reflector> whenClosed;
    private final Map<Key, String> versions = new HashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile CompletableFuture<Void> delivering = CompletableFuture.completedFuture(null);
    private volatile @Nullable Stream stream;
    private Duration wait = FIRST_WAIT;
    private @Nullable Reason reported;

    Reflector(
            KubernetesCluster cluster,
            ApiPath path,
            ResourceKind kind,
            Context context,
            Follower follower,
            Consumer<Reflector> whenClosed) {
        this.cluster = cluster;
        this.path = path;
        this.kind = kind;
        this.context = context;
        this.follower = follower;
        this.whenClosed = whenClosed;
    }

    @Override
    public void run() {
        while (!closed.isDone()) {
            try {
                String version = list();
                deliver(List.of(follower::listed)).join();
                reported = null;
                wait = FIRST_WAIT;
                watch(version);
            } catch (RuntimeException e) {
                if (!closed.isDone()) {
                    failed(ApiAnswers.ofThrown(e));
                }
            }
        }
    }

    /** Ends a wait between attempts: the API answers again. */
    void reconnectNow() {
        wake.release();
    }

    /** Ends the present stream: its connection was given up. */
    void breakStream() {
        Stream present = stream;
        if (present != null) {
            present.stop();
        }
        wake.release();
    }

    @Override
    public void close() {
        if (closed.complete(null)) {
            // Whoever waits for the follower would wait for ever if its context is gone.
            delivering.complete(null);
            whenClosed.accept(this);
            breakStream();
        }
    }

    private void failed(KubernetesFailure failure) {
        if (failure.reason() == Reason.EXPIRED && wait.equals(FIRST_WAIT)) {
            // Nothing was lost: only the version to go on from is gone, and a list gives a new one.
            wait = wait.multipliedBy(2);
            return;
        }
        if (reported != failure.reason()) {
            reported = failure.reason();
            deliver(List.of(() -> follower.lost(failure))).join();
        }
        pause(
                switch (failure.reason()) {
                    case NOT_FOUND, FORBIDDEN -> LONGEST_WAIT_WHEN_REFUSED;
                    default -> LONGEST_WAIT;
                });
    }

    private void pause(Duration longest) {
        wake.drainPermits();
        try {
            if (wake.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                wait = FIRST_WAIT;
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(longest) > 0 ? longest : doubled;
    }

    private String list() {
        Set<Key> gone = new HashSet<>(versions.keySet());
        Page page;
        String token = "";
        do {
            page = cluster.page(path, kind, token).join();
            List<Runnable> calls = new ArrayList<>();
            for (GenericKubernetesResource object : page.items()) {
                Key key = key(object);
                gone.remove(key);
                versions.put(key, object.getMetadata().getResourceVersion());
                calls.add(() -> follower.observed(object));
            }
            deliver(calls).join();
            token = page.continueToken();
        } while (!token.isEmpty() && !closed.isDone());
        List<Runnable> calls = new ArrayList<>();
        for (Key key : gone) {
            versions.remove(key);
            calls.add(() -> follower.vanished(key.namespace(), key.name()));
        }
        deliver(calls).join();
        return page.resourceVersion();
    }

    /** Streams until the version cannot be resumed from; throws the reason. */
    private void watch(String from) {
        String version = from;
        boolean resuming = false;
        while (!closed.isDone()) {
            Stream next = new Stream(version);
            stream = next;
            try {
                next.run();
                resuming = false;
            } catch (RuntimeException e) {
                KubernetesFailure failure = ApiAnswers.ofThrown(e);
                boolean mayResume = next.opened && failure.reason() == Reason.UNREACHABLE;
                if (!mayResume || (resuming && !next.progressed)) {
                    throw failure;
                }
                resuming = true;
            } finally {
                stream = null;
            }
            version = next.version;
            if (!next.progressed && !resuming) {
                pause(LONGEST_WAIT);
            } else {
                wait = FIRST_WAIT;
            }
        }
    }

    /** Calls the follower on its context, one after the other; completes when it has returned. */
    private CompletableFuture<Void> deliver(List<Runnable> calls) {
        if (calls.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> delivered = new CompletableFuture<>();
        delivering = delivered;
        if (closed.isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        context.runOnContext(
                start -> {
                    for (Runnable call : calls) {
                        if (closed.isDone()) {
                            break;
                        }
                        try {
                            call.run();
                        } catch (RuntimeException e) {
                            LOG.atError()
                                    .addKeyValue("cluster", cluster.name())
                                    .addKeyValue("path", path)
                                    .setCause(e)
                                    .log("follower failed; its other objects go on");
                        }
                    }
                    delivered.complete(null);
                });
        return delivered;
    }

    private static Key key(GenericKubernetesResource object) {
        String namespace = object.getMetadata().getNamespace();
        return new Key(namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    /** One watch request. */
    private final class Stream implements AsyncBody.Consumer<List<ByteBuffer>> {

        private final WatchLines lines = new WatchLines();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile CompletableFuture<Void> delivery = CompletableFuture.completedFuture(null);
        private volatile String version;
        private volatile boolean opened;
        private volatile boolean progressed;

        Stream(String version) {
            this.version = version;
        }

        void run() {
            int seconds =
                    ThreadLocalRandom.current()
                            .nextInt(SHORTEST_STREAM_SECONDS, 2 * SHORTEST_STREAM_SECONDS);
            ApiPath request =
                    path.with("watch", "true")
                            .with("allowWatchBookmarks", "true")
                            .with("resourceVersion", version)
                            .with("timeoutSeconds", String.valueOf(seconds));
            HttpResponse<AsyncBody> response = cluster.open(request, this).join();
            AsyncBody body = response.body();
            try {
                if (response.code() / 100 != 2) {
                    throw ApiAnswers.failure(response.code(), "");
                }
                opened = true;
                var _ =
                        body.done()
                                .whenComplete(
                                        (done, failure) -> {
                                            if (failure == null) {
                                                ended.complete(null);
                                            } else {
                                                ended.completeExceptionally(failure);
                                            }
                                        });
                body.consume();
                ended.orTimeout(seconds + STREAM_GRACE_SECONDS, TimeUnit.SECONDS).join();
            } catch (CompletionException e) {
                throw ApiAnswers.ofThrown(e);
            } finally {
                body.cancel();
                delivery.join();
            }
        }

        void stop() {
            ended.completeExceptionally(
                    new KubernetesFailure(Reason.UNREACHABLE, 0, "the connection was given up"));
        }

        @Override
        public void consume(List<ByteBuffer> buffers, AsyncBody body) {
            List<Runnable> calls = new ArrayList<>();
            for (byte[] line : lines.accept(buffers)) {
                progressed = true;
                switch (WatchEvent.parse(line)) {
                    case WatchEvent.Stored(GenericKubernetesResource object) -> {
                        version = object.getMetadata().getResourceVersion();
                        if (!version.equals(versions.put(key(object), version))) {
                            calls.add(() -> follower.observed(object));
                        }
                    }
                    case WatchEvent.Deleted(GenericKubernetesResource object) -> {
                        version = object.getMetadata().getResourceVersion();
                        Key key = key(object);
                        if (versions.remove(key) != null) {
                            calls.add(() -> follower.vanished(key.namespace(), key.name()));
                        }
                    }
                    case WatchEvent.Bookmark(String bookmark) -> version = bookmark;
                    case WatchEvent.Failed(KubernetesFailure failure) ->
                            ended.completeExceptionally(failure);
                }
            }
            CompletableFuture<Void> delivered = deliver(calls);
            delivery = delivered;
            var _ = delivered.whenComplete((done, never) -> body.consume());
        }
    }
}
