package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesJson;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What watches on the clusters report, in one line, for one reader. */
final class Sightings {

    /**
     * @param nanoTime when it was reported
     * @param object empty: the object of that name is gone
     */
    record Sighting(
            long nanoTime,
            Role site,
            ResourceKind kind,
            String namespace,
            String name,
            Optional<JsonNode> object) {

        String text(String pointer) {
            return object.map(tree -> tree.at(pointer).asText("")).orElse("");
        }
    }

    private final LinkedBlockingQueue<Sighting> queue = new LinkedBlockingQueue<>();

    /** Reports every object of a kind in a namespace from now on. */
    AutoCloseable watch(SiteApi site, ResourceKind kind, String namespace) {
        return site.cluster()
                .follow(kind, namespace, (String) null, new Reporter(site.role(), kind));
    }

    void add(Sighting sighting) {
        queue.add(sighting);
    }

    /** The next one; empty when none has come by then. */
    Optional<Sighting> next(long deadlineNanoTime) {
        try {
            long left = Math.max(0, deadlineNanoTime - System.nanoTime());
            return Optional.ofNullable(queue.poll(left, TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuickstartFailure("interrupted", e);
        }
    }

    static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private final class Reporter implements Follower {

        private final Role site;
        private final ResourceKind kind;

        Reporter(Role site, ResourceKind kind) {
            this.site = site;
            this.kind = kind;
        }

        @Override
        public void observed(GenericKubernetesResource object) {
            add(
                    new Sighting(
                            System.nanoTime(),
                            site,
                            kind,
                            object.getMetadata().getNamespace(),
                            object.getMetadata().getName(),
                            Optional.of(KubernetesJson.tree(object))));
        }

        @Override
        public void vanished(String namespace, String name) {
            add(new Sighting(System.nanoTime(), site, kind, namespace, name, Optional.empty()));
        }

        @Override
        public void listed() {}

        @Override
        public void lost(KubernetesFailure failure) {}
    }
}
