package io.siterecovery.sandbox.players;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.siterecovery.sandbox.players.DrbdWorld.Options;
import io.siterecovery.sandbox.players.DrbdWorld.Protocol;
import io.siterecovery.sandbox.players.DrbdWorld.Quorum;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrbdWorldTest {

    private static final Options SYNC = new Options(Protocol.C, Quorum.OFF);
    private static final Options ASYNC = new Options(Protocol.A, Quorum.OFF);
    private static final Options QUORATE = new Options(Protocol.C, Quorum.MAJORITY);
    private static final long SIZE = 64L << 20;

    private final DrbdWorld world = DrbdWorld.start();

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void open_promotes_and_refuses_the_connected_peer() {
        twoNodes(SYNC);

        assertThat(world.open("alpha", "r0")).isEmpty();
        assertThat(world.open("bravo", "r0").orElseThrow())
                .contains("Wrong medium type")
                .contains("(-1) Multiple primaries not allowed by config");

        assertThat(world.canWrite("alpha", "r0")).isTrue();
        assertThat(world.canWrite("bravo", "r0")).isFalse();
        assertThat(lines("alpha"))
                .anyMatch(l -> l.contains("role:Primary") && l.contains("may_promote:no"));
        assertThat(lines("bravo"))
                .anyMatch(l -> l.startsWith("exists connection") && l.contains("role:Primary"));
    }

    @Test
    void close_lets_the_other_side_open() {
        twoNodes(SYNC);
        world.open("alpha", "r0");
        world.close("alpha", "r0");

        assertThat(world.open("bravo", "r0")).isEmpty();
        assertThat(world.doubleUses()).isEmpty();
    }

    @Test
    void without_quorum_two_cut_sides_can_both_be_opened_and_part_for_good() {
        twoNodes(ASYNC);
        world.open("alpha", "r0");
        world.cutLink("alpha", "bravo");

        assertThat(lines("bravo"))
                .anyMatch(l -> l.endsWith("may_promote:yes promotion_score:10101"))
                .anyMatch(l -> l.contains("out-of-sync:0") && l.contains("peer-disk:DUnknown"));
        assertThat(world.open("bravo", "r0")).isEmpty();
        assertThat(world.doubleUses()).hasSize(1);

        world.healLink("alpha", "bravo");
        for (String node : List.of("alpha", "bravo")) {
            assertThat(lines(node))
                    .anyMatch(l -> l.contains("connection:StandAlone"))
                    .anyMatch(l -> l.contains("role:Primary") && l.startsWith("exists resource"));
        }
    }

    @Test
    void out_of_sync_grows_on_the_writing_primary_and_a_heal_resyncs() {
        twoNodes(SYNC);
        world.open("alpha", "r0");
        world.cutLink("alpha", "bravo");
        await().atMost(Duration.ofSeconds(60)).until(() -> outOfSync("alpha") >= 64);
        assertThat(outOfSync("bravo")).isZero();

        world.healLink("alpha", "bravo");
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                lines("bravo").stream()
                                        .anyMatch(l -> l.contains("disk:UpToDate client")));
        assertThat(outOfSync("alpha")).isZero();
        assertThat(lines("alpha")).anyMatch(l -> l.contains("peer-disk:UpToDate"));
        assertThat(world.canWrite("alpha", "r0")).isTrue();
    }

    @Test
    void a_node_that_is_behind_and_alone_with_no_source_cannot_be_opened() {
        twoNodes(SYNC);
        world.resyncRate(1024);
        world.open("alpha", "r0");
        world.cutLink("alpha", "bravo");
        await().atMost(Duration.ofSeconds(60)).until(() -> outOfSync("alpha") >= 16);
        world.healLink("alpha", "bravo");
        world.close("alpha", "r0");
        assertThat(lines("bravo")).anyMatch(l -> l.contains("replication:SyncTarget"));

        world.cutLink("alpha", "bravo");

        assertThat(world.open("bravo", "r0").orElseThrow())
                .contains("(-2) Need access to UpToDate data");
    }

    @Test
    void an_isolated_primary_loses_quorum_and_cannot_write_while_the_majority_takes_over() {
        threeNodes();
        world.open("alpha", "r0");
        world.cutLink("alpha", "bravo");
        world.cutLink("alpha", "charlie");

        assertThat(world.canWrite("alpha", "r0")).isFalse();
        assertThat(world.open("bravo", "r0")).isEmpty();
        assertThat(world.canWrite("bravo", "r0")).isTrue();

        world.healLink("alpha", "bravo");
        assertThat(lines("alpha"))
                .anyMatch(l -> l.contains("connection:StandAlone"))
                .noneMatch(
                        l -> l.contains("connection:Connected") && l.contains("conn-name:bravo"));
        assertThat(world.canWrite("alpha", "r0")).isFalse();
    }

    @Test
    void the_minority_without_quorum_is_refused() {
        threeNodes();
        world.open("bravo", "r0");
        world.cutLink("alpha", "bravo");
        world.cutLink("alpha", "charlie");

        assertThat(world.open("alpha", "r0").orElseThrow()).contains("(-25) No quorum");
    }

    @Test
    void a_secondary_cut_from_the_primary_but_not_from_its_peer_is_outdated() {
        threeNodes();
        world.open("alpha", "r0");
        world.cutLink("alpha", "bravo");

        assertThat(lines("bravo")).anyMatch(l -> l.contains("disk:Outdated"));
        assertThat(world.open("bravo", "r0")).isPresent();
        assertThat(lines("alpha")).anyMatch(l -> l.contains("peer-disk:Outdated"));
    }

    @Test
    void a_power_cut_closes_the_device_and_the_other_side_takes_over() {
        twoNodes(SYNC);
        world.open("alpha", "r0");
        world.powerOff("alpha");

        assertThat(world.canWrite("alpha", "r0")).isFalse();
        assertThat(world.stream("alpha", options())).isEmpty();
        assertThat(world.open("bravo", "r0")).isEmpty();
        await().atMost(Duration.ofSeconds(60)).until(() -> outOfSync("bravo") > 0);

        world.powerOn("alpha");
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                lines("alpha").stream()
                                        .anyMatch(l -> l.contains("disk:UpToDate client")));
        assertThat(world.open("alpha", "r0")).isPresent();
        assertThat(world.doubleUses()).isEmpty();
    }

    @Test
    void discarding_one_sides_data_ends_a_split_brain() {
        twoNodes(ASYNC);
        world.open("alpha", "r0");
        world.cutLink("alpha", "bravo");
        world.open("bravo", "r0");
        world.healLink("alpha", "bravo");
        assertThatThrownBy(() -> world.discardData("alpha", "bravo", "r0"))
                .hasMessageContaining("Primary");

        world.close("alpha", "r0");
        world.discardData("alpha", "bravo", "r0");

        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                lines("alpha").stream()
                                        .anyMatch(l -> l.contains("replication:Established")));
        assertThat(world.canWrite("bravo", "r0")).isTrue();
        assertThat(world.open("alpha", "r0")).isPresent();
    }

    @Test
    void a_resource_in_use_is_not_deleted() {
        twoNodes(SYNC);
        world.open("alpha", "r0");
        assertThatThrownBy(() -> world.deleteResource("r0")).hasMessageContaining("(-18)");

        world.close("alpha", "r0");
        world.deleteResource("r0");
        assertThat(lines("alpha")).isEmpty();
    }

    private void twoNodes(Options options) {
        world.addNode("one", "alpha");
        world.addNode("two", "bravo");
        world.createResource("r0", SIZE, List.of("alpha", "bravo"), options);
    }

    private void threeNodes() {
        Stream.of("alpha", "bravo", "charlie").forEach(n -> world.addNode("one", n));
        world.createResource("r0", SIZE, List.of("alpha", "bravo", "charlie"), QUORATE);
    }

    private long outOfSync(String node) {
        return lines(node).stream()
                .filter(l -> l.startsWith("exists peer-device"))
                .map(l -> l.replaceAll(".*out-of-sync:(\\d+).*", "$1"))
                .mapToLong(Long::parseLong)
                .max()
                .orElseThrow();
    }

    /** What events2 --full --now prints, without the end of the dump. */
    private List<String> lines(String node) {
        try {
            var lines =
                    new java.util.ArrayList<>(
                            world.stream(node, options()).orElseThrow().nextLines());
            assertThat(lines.removeLast()).isEqualTo("exists -");
            return lines;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Events2Options options() {
        return new Events2Options(false, true, true, false, true, Optional.empty());
    }
}
