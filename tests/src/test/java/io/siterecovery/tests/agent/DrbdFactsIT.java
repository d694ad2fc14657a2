package io.siterecovery.tests.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.agent.AgentConfig;
import io.siterecovery.agent.DrbdAgent;
import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import io.siterecovery.sandbox.players.DrbdWorld;
import io.siterecovery.sandbox.players.DrbdWorld.Options;
import io.siterecovery.sandbox.players.DrbdWorld.Protocol;
import io.siterecovery.sandbox.players.DrbdWorld.Quorum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What measured DRBD does, as it arrives at the failover side through the agents. */
class DrbdFactsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration STATISTICS = Duration.ofMillis(300);
    private static final long SIZE = 64L << 20;
    private static final List<String> NODES = List.of("alpha", "bravo", "charlie");

    @TempDir private static Path kafkaDir;
    private static EmbeddedKafka kafka;

    @TempDir private Path dir;
    private String site;
    private DrbdWorld world;
    private SiteView view;
    private final Map<String, DrbdAgent> agents = new HashMap<>();

    @BeforeAll
    static void startKafka() {
        kafka = EmbeddedKafka.start(kafkaDir, 0);
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void start(TestInfo test) {
        site = "%012x".formatted(test.getDisplayName().hashCode());
        kafka.createTopic(Topics.siteDrbd(site), true, 1);
        world = DrbdWorld.start();
        NODES.forEach(node -> world.addNode("site", node));
        view = new SiteView(kafka.adminProperties(), site);
    }

    @AfterEach
    void stop() {
        agents.values().forEach(DrbdAgent::close);
        view.close();
        world.close();
    }

    @Test
    void without_quorum_a_cut_off_replica_claims_everything_and_cannot_see_its_loss()
            throws IOException {
        resource(Protocol.C, Quorum.OFF, "alpha", "charlie");
        assertThat(world.open("alpha", "r0")).isEmpty();
        world.cutLink("alpha", "charlie");

        await("alpha", state -> outOfSync(peer(state, "charlie")) > 0);
        DrbdResourceState primary = await("alpha", state -> !connected(state, "charlie"));
        assertThat(primary.role().is(Role.PRIMARY)).isTrue();
        assertThat(disk(primary).disk().is(DiskState.UP_TO_DATE)).isTrue();

        DrbdResourceState dr = await("charlie", state -> !connected(state, "alpha"));
        assertThat(disk(dr).disk().is(DiskState.UP_TO_DATE)).isTrue();
        assertThat(disk(dr).quorum()).isTrue();
        assertThat(dr.mayPromote()).isTrue();
        assertThat(peer(dr, "alpha").role().is(Role.UNKNOWN)).isTrue();
        assertThat(volume(peer(dr, "alpha")).peerDisk().is(DiskState.DUNKNOWN)).isTrue();
        assertThat(outOfSync(peer(dr, "alpha"))).isZero();
    }

    @Test
    void with_quorum_an_isolated_primary_loses_it_and_one_that_is_up_to_date_may_promote()
            throws IOException {
        resource(Protocol.C, Quorum.MAJORITY, "alpha", "bravo", "charlie");
        assertThat(world.open("alpha", "r0")).isEmpty();
        world.cutLink("alpha", "bravo");
        // Another node still sees the primary, so what bravo has is known to be old.
        DrbdResourceState old = await("bravo", state -> disk(state).disk().is(DiskState.OUTDATED));
        assertThat(connected(old, "alpha")).isFalse();
        assertThat(connected(old, "charlie")).isTrue();

        world.cutLink("alpha", "charlie");
        DrbdResourceState isolated =
                await("alpha", state -> Boolean.FALSE.equals(disk(state).quorum()));
        assertThat(isolated.role().is(Role.PRIMARY)).isTrue();
        assertThat(disk(isolated).disk().is(DiskState.UP_TO_DATE)).isTrue();
        // It may pass through Consistent, in which it may not.
        DrbdResourceState other =
                await(
                        "charlie",
                        state ->
                                !connected(state, "alpha")
                                        && Boolean.TRUE.equals(state.mayPromote()));
        assertThat(disk(other).quorum()).isTrue();
        assertThat(disk(other).disk().is(DiskState.UP_TO_DATE)).isTrue();
        assertThat(other.quorumWithoutPeer()).isNotEqualTo(true);
    }

    @Test
    void a_node_that_dies_falls_silent_and_its_peers_say_so() throws IOException {
        resource(Protocol.C, Quorum.MAJORITY, "alpha", "bravo", "charlie");
        assertThat(world.open("alpha", "r0")).isEmpty();
        await("alpha", state -> state.role().is(Role.PRIMARY));
        world.powerOff("alpha");
        Optional.ofNullable(agents.remove("alpha")).ifPresent(DrbdAgent::close);

        for (String node : List.of("bravo", "charlie")) {
            DrbdResourceState other = await(node, state -> !connected(state, "alpha"));
            assertThat(peer(other, "alpha").role().is(Role.UNKNOWN)).isTrue();
            assertThat(disk(other).quorum()).isTrue();
        }
        Awaitility.await().atMost(PATIENCE).until(() -> view.counting("alpha", "r0").isEmpty());
        assertThat(view.counting("bravo", "r0")).isPresent();
    }

    @Test
    void two_primaries_that_meet_part_for_good() throws IOException {
        resource(Protocol.C, Quorum.OFF, "alpha", "charlie");
        assertThat(world.open("alpha", "r0")).isEmpty();
        world.cutLink("alpha", "charlie");
        assertThat(world.open("charlie", "r0")).isEmpty();
        world.healLink("alpha", "charlie");

        for (String node : List.of("alpha", "charlie")) {
            DrbdResourceState state =
                    await(
                            node,
                            s -> s.peers().getFirst().connection().is(ConnectionState.STAND_ALONE));
            assertThat(state.role().is(Role.PRIMARY)).isTrue();
            assertThat(disk(state).disk().is(DiskState.UP_TO_DATE)).isTrue();
        }
    }

    @Test
    void what_protocol_a_has_in_flight_is_told_and_that_it_has_arrived_too() throws IOException {
        resource(Protocol.A, Quorum.OFF, "alpha", "charlie");
        assertThat(world.open("alpha", "r0")).isEmpty();
        await("alpha", state -> inFlight(state) > 0);
        assertThat(view.counting("charlie", "r0").map(DrbdFactsIT::inFlight)).contains(0L);

        world.close("alpha", "r0");
        DrbdResourceState quiet =
                await("alpha", state -> state.role().is(Role.SECONDARY) && inFlight(state) == 0);
        assertThat(disk(quiet).open()).isFalse();
        assertThat(volume(peer(quiet, "charlie")).outOfSyncBytes()).isZero();
    }

    private void resource(Protocol protocol, Quorum quorum, String... nodes) throws IOException {
        world.createResource("r0", SIZE, List.of(nodes), new Options(protocol, quorum));
        for (String node : nodes) {
            Path tools = Files.createDirectories(dir.resolve(node));
            DrbdAgent agent =
                    new DrbdAgent(
                            new AgentConfig(
                                    node,
                                    site,
                                    world.drbdsetupCommand(node, tools),
                                    kafka.adminProperties(),
                                    STATISTICS,
                                    AgentConfig.BEAT_INTERVAL));
            agents.put(node, agent);
            agent.start();
        }
        for (String node : nodes) {
            DrbdResourceState first =
                    await(node, s -> s.peers().stream().allMatch(p -> connected(s, p.name())));
            assertThat(first.peers()).hasSize(nodes.length - 1);
        }
        assertThat(view.lastBeat(nodes[0]).orElseThrow().versions())
                .containsKeys("drbd-utils", "drbd-kernel");
    }

    private DrbdResourceState await(String node, Predicate<DrbdResourceState> condition) {
        return Awaitility.await(node)
                .atMost(PATIENCE)
                .until(
                        () -> view.counting(node, "r0"),
                        state -> state.filter(condition).isPresent())
                .orElseThrow();
    }

    private static boolean connected(DrbdResourceState state, String peer) {
        return peer(state, peer).connection().is(ConnectionState.CONNECTED);
    }

    private static Peer peer(DrbdResourceState state, String name) {
        return state.peers().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
    }

    private static Volume disk(DrbdResourceState state) {
        return state.volumes().getFirst();
    }

    private static PeerVolume volume(Peer peer) {
        return peer.volumes().getFirst();
    }

    private static long outOfSync(Peer peer) {
        return Optional.ofNullable(volume(peer).outOfSyncBytes()).orElse(-1L);
    }

    private static long inFlight(DrbdResourceState state) {
        return Optional.ofNullable(state.peers().getFirst().apInFlightBytes()).orElse(-1L);
    }
}
