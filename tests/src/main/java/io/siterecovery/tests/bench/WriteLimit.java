package io.siterecovery.tests.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** How many writes a second an API server takes from a client that does nothing else. */
final class WriteLimit {

    private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
    private static final int IN_FLIGHT = 32;

    private final BareApi api;

    WriteLimit(BareApi api) {
        this.api = api;
        List<CompletableFuture<?>> made = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            made.add(
                    api.create(
                            CONFIG_MAPS,
                            """
                            {"apiVersion": "v1", "kind": "ConfigMap",
                             "metadata": {"name": "write-limit-%d"}, "data": {}}"""
                                    .formatted(i)));
        }
        CompletableFuture.allOf(made.toArray(CompletableFuture<?>[]::new)).join();
    }

    /** Writes of small objects, so many at a time, one after the other. */
    double perSecond(Duration length) {
        long begun = System.nanoTime();
        AtomicLong written = new AtomicLong();
        List<CompletableFuture<?>> writers = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            writers.add(write(i, begun + length.toNanos(), written));
        }
        CompletableFuture.allOf(writers.toArray(CompletableFuture<?>[]::new)).join();
        return written.get() * 1e9 / (System.nanoTime() - begun);
    }

    private CompletableFuture<?> write(int writer, long until, AtomicLong written) {
        if (System.nanoTime() >= until) {
            return CompletableFuture.completedFuture(null);
        }
        return api.merge(
                        CONFIG_MAPS + "/write-limit-" + writer,
                        "{\"data\": {\"n\": \"" + System.nanoTime() + "\"}}")
                .thenComposeAsync(
                        _ -> {
                            written.incrementAndGet();
                            return write(writer, until, written);
                        });
    }
}
