package io.siterecovery.failover.adapter;

import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.Urgency;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kubernetes Events, as {@code kubectl describe} shows them. Never in the way of anything. */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final String COMPONENT = "site-recovery";

    /** What an Event is about. */
    record About(ResourceKind kind, String namespace, String name, String uid) {}

    private final Ports tenant;

    Events(Ports tenant) {
        this.tenant = tenant;
    }

    void write(
            KubernetesApi cluster,
            About about,
            String reason,
            String message,
            boolean warning,
            Instant at) {
        Map<String, Object> involved =
                Map.of(
                        "apiVersion", about.kind().apiVersion(),
                        "kind", about.kind().kind(),
                        "namespace", about.namespace(),
                        "name", about.name(),
                        "uid", about.uid());
        String second = Instant.ofEpochSecond(at.getEpochSecond()).toString();
        Map<String, Object> parts =
                Map.of(
                        "involvedObject", involved,
                        "reason", reason,
                        "message", message,
                        "type", warning ? "Warning" : "Normal",
                        "source", Map.of("component", COMPONENT),
                        "reportingComponent", COMPONENT,
                        "reportingInstance", tenant.instanceId(),
                        "firstTimestamp", second,
                        "lastTimestamp", second,
                        "count", 1);
        String name = about.name() + "." + UUID.randomUUID().toString().substring(0, 13);
        Urgency.TELLS
                .during(
                        () ->
                                cluster.create(
                                        ResourceKind.EVENT,
                                        Answers.object(
                                                ResourceKind.EVENT,
                                                about.namespace(),
                                                name,
                                                Map.of(),
                                                parts)))
                .onFailure(
                        e ->
                                LOG.atWarn()
                                        .addKeyValue("tenant", tenant.tenant().name())
                                        .addKeyValue("about", about.name())
                                        .addKeyValue("event", reason)
                                        .addKeyValue("reason", String.valueOf(e.getMessage()))
                                        .log("could not write an Event"));
    }
}
