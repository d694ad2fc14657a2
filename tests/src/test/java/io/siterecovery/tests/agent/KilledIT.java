package io.siterecovery.tests.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.siterecovery.agent.AgentMain;
import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.sandbox.players.DrbdWorld;
import io.siterecovery.sandbox.players.DrbdWorld.Options;
import io.siterecovery.sandbox.players.DrbdWorld.Protocol;
import io.siterecovery.sandbox.players.DrbdWorld.Quorum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agent, child and broker are killed in turn: what counts afterwards is true. */
class KilledIT {

    private static final String SITE = "0123456789ab";
    private static final String NODE = "alpha";
    private static final String PEER = "bravo";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir private Path dir;
    private DrbdWorld world;
    private BrokerProcess broker;
    private Process agent;
    private SiteView view;
    private List<String> drbdsetup;

    @BeforeEach
    void start() throws IOException {
        world = DrbdWorld.start();
        world.addNode("site", NODE);
        world.addNode("site", PEER);
        world.createResource(
                "r0", 64L << 20, List.of(NODE, PEER), new Options(Protocol.C, Quorum.OFF));
        drbdsetup = world.drbdsetupCommand(NODE, Files.createDirectory(dir.resolve("tools")));
        broker = BrokerProcess.start(dir.resolve("kafka"), SITE, 0);
        view = new SiteView(broker.client(), SITE);
        agent = startAgent();
    }

    @AfterEach
    void stop() throws Exception {
        agent.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        view.close();
        broker.kill();
        world.close();
    }

    @Test
    void whoever_is_killed_nothing_that_is_no_longer_true_counts_afterwards() throws Exception {
        awaitCounting(true);

        agent.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        world.cutLink(NODE, PEER);
        await().atMost(PATIENCE).until(() -> view.counting(NODE, "r0").isEmpty());
        agent = startAgent();
        awaitFirstWord(false);
        world.healLink(NODE, PEER);
        awaitCounting(true);

        String incarnation = view.counting(NODE, "r0").orElseThrow().incarnation();
        List<ProcessHandle> children = agent.descendants().toList();
        assertThat(children).isNotEmpty();
        children.forEach(ProcessHandle::destroyForcibly);
        world.cutLink(NODE, PEER);
        DrbdResourceState anew =
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        view.counting(NODE, "r0")
                                                .filter(s -> !s.incarnation().equals(incarnation)),
                                Optional::isPresent)
                        .orElseThrow();
        assertThat(isConnected(anew)).isFalse();
        world.healLink(NODE, PEER);
        awaitCounting(true);

        broker.kill();
        world.cutLink(NODE, PEER);
        await().atMost(PATIENCE).until(() -> view.counting(NODE, "r0").isEmpty());
        broker = BrokerProcess.start(dir.resolve("kafka"), SITE, broker.port());
        awaitFirstWord(false);
    }

    private void awaitCounting(boolean connected) {
        await().atMost(PATIENCE)
                .until(
                        () -> view.counting(NODE, "r0"),
                        state -> state.filter(s -> isConnected(s) == connected).isPresent());
    }

    /** After a silence, the very first word that counts again is true. */
    private void awaitFirstWord(boolean connected) {
        assertThat(
                        await().atMost(PATIENCE)
                                .until(() -> view.counting(NODE, "r0"), Optional::isPresent)
                                .map(KilledIT::isConnected))
                .contains(connected);
    }

    private static boolean isConnected(DrbdResourceState state) {
        return state.peers().getFirst().connection().is(ConnectionState.CONNECTED);
    }

    private Process startAgent() throws IOException {
        return Jvm.start(
                dir.resolve("agent.log"),
                Map.of(
                        "NODE_NAME",
                        NODE,
                        "CLUSTER_NAME",
                        SiteView.CLUSTER,
                        "SITE_ID",
                        SITE,
                        "KAFKA_BOOTSTRAP_SERVERS",
                        broker.bootstrap(),
                        "KAFKA_SECURITY_PROTOCOL",
                        "SASL_PLAINTEXT",
                        "KAFKA_USERNAME",
                        BrokerProcess.USER,
                        "KAFKA_PASSWORD",
                        BrokerProcess.PASSWORD,
                        "DRBDSETUP",
                        String.join(" ", drbdsetup)),
                AgentMain.class,
                List.of("run"));
    }
}
