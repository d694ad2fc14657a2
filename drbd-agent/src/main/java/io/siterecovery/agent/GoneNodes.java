package io.siterecovery.agent;

import io.siterecovery.events.EventHeaders;
import io.siterecovery.events.EventType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what the agents of Nodes left behind that no longer exist: nobody else would, and a
 * silent agent is unknown for ever. Only who has long been silent is asked for, and only the API
 * server's word that there is no such Node counts.
 */
final class GoneNodes {

    private static final Logger LOG = LoggerFactory.getLogger(GoneNodes.class);

    /** How often is looked, in times of the silence that is waited for. */
    private static final int APART = 6;

    private static final int NO_SUCH_NODE = 404;

    private final AgentConfig config;
    private final SiteTopic topic;
    private final Loop loop;
    private final @Nullable KubernetesCalls kubernetes;
    private long buried;

    GoneNodes(AgentConfig config, SiteTopic topic, Loop loop) {
        this.config = config;
        this.topic = topic;
        this.loop = loop;
        this.kubernetes = config.kubernetes().map(KubernetesCalls::new).orElse(null);
    }

    /** Looks now and then from here on; not all agents of a site at once. */
    void start() {
        if (kubernetes != null) {
            Duration apart = config.goneAfter().multipliedBy(APART);
            long wait = ThreadLocalRandom.current().nextLong(apart.toMillis() / 2);
            loop.later(
                    apart.minusMillis(wait),
                    () -> {
                        Loop.daemon(
                                        () -> look(TopicHistory.read(config)),
                                        "drbd-gone-" + config.node())
                                .start();
                        start();
                    });
        }
    }

    /** Blocks until the API server has been asked. */
    void look(TopicHistory.Result result) {
        if (kubernetes == null || !(result instanceof TopicHistory.Result.Read(var nodes))) {
            return;
        }
        Instant silentSince = Instant.now().minus(config.goneAfter());
        for (Map.Entry<String, TopicHistory.Left> entry : nodes.entrySet()) {
            String node = entry.getKey();
            TopicHistory.Left left = entry.getValue();
            boolean remains = left.beat() || !left.resources().isEmpty();
            if (remains
                    && left.lastWord().isBefore(silentSince)
                    && !node.equals(config.node())
                    && isGone(kubernetes, node)) {
                loop.execute(() -> bury(node, left));
            }
        }
    }

    private static boolean isGone(KubernetesCalls kubernetes, String node) {
        try {
            return kubernetes.get("/api/v1/nodes/" + node).status() == NO_SUCH_NODE;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The beat last: while it is there, a reader knows of whom the states were. */
    private void bury(String node, TopicHistory.Left left) {
        LOG.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("gone", node)
                .addKeyValue("resources", left.resources())
                .addKeyValue("lastWord", left.lastWord())
                .log("a Node is gone; its records are deleted");
        left.resources().forEach(resource -> bury(EventType.DRBD_RESOURCE, node + "/" + resource));
        bury(EventType.AGENT_BEAT, node);
    }

    private void bury(EventType type, String key) {
        // No sequence of the gone agent's: readers must not count it as a word of that agent.
        String id = "%s-buried%d".formatted(config.node(), ++buried);
        String source = "/clusters/%s/nodes/%s".formatted(config.cluster(), config.node());
        EventHeaders headers =
                new EventHeaders(id, type, source, key, Instant.now(), null, null, null);
        topic.send(
                headers,
                null,
                (offset, error) -> {
                    if (error != null) {
                        LOG.atDebug()
                                .addKeyValue("key", key)
                                .addKeyValue("reason", error.getMessage())
                                .log("not deleted; tried again at the next look");
                    }
                });
    }
}
