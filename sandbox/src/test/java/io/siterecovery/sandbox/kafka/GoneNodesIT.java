package io.siterecovery.sandbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.agent.AgentConfig;
import io.siterecovery.agent.DrbdAgent;
import io.siterecovery.events.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What agents leave behind on Nodes that were deleted. */
class GoneNodesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration GONE_AFTER = Duration.ofMillis(500);

    @TempDir private Path dir;

    @Test
    void records_of_a_node_disappear_when_it_is_silent_and_no_longer_exists() throws IOException {
        try (AgentCluster cluster = new AgentCluster(dir);
                SiteTopicReader topic =
                        new SiteTopicReader(
                                cluster.kafka.adminProperties(),
                                Topics.siteDrbd(AgentCluster.SITE))) {
            for (String node : List.of("stays", "silent", "gone")) {
                cluster.addNode(node);
            }
            for (String node : List.of("silent", "gone")) {
                try (DrbdAgent agent = agent(cluster, node)) {
                    agent.start();
                    await().atMost(PATIENCE).until(() -> last(topic, node + "/r0").isPresent());
                }
            }
            try (DrbdAgent agent = agent(cluster, "stays")) {
                agent.start();
                await().atMost(PATIENCE).until(() -> last(topic, "stays/r0").isPresent());
                // It still exists, so it is merely silent.
                assertThat(last(topic, "gone")).isPresent();
                cluster.admin.nodes().withName("gone").delete();
                await().atMost(PATIENCE).until(() -> topic.last("gone").orElseThrow().deleted());
                assertThat(topic.last("gone/r0").orElseThrow().deleted()).isTrue();
                assertThat(last(topic, "silent")).isPresent();
                assertThat(last(topic, "silent/r0")).isPresent();
                assertThat(last(topic, "stays/r0")).isPresent();
            }
        }
    }

    private static Optional<SiteTopicReader.Seen> last(SiteTopicReader topic, String key) {
        return topic.last(key).filter(seen -> !seen.deleted());
    }

    private DrbdAgent agent(AgentCluster cluster, String node) throws IOException {
        Path child = Files.createDirectories(dir.resolve(node));
        Files.writeString(child.resolve("live"), "");
        Files.writeString(
                child.resolve("dump"), "exists resource name:r0 role:Secondary\nexists -\n");
        return new DrbdAgent(
                new AgentConfig(
                                node,
                                AgentCluster.SITE,
                                List.of(
                                        "bash",
                                        "../drbd-agent/src/test/resources/events2-player.sh",
                                        child.toString()),
                                cluster.kafka.adminProperties())
                        .in(cluster.access(node), AgentConfig.NOT_READY_LIMIT, GONE_AFTER));
    }
}
