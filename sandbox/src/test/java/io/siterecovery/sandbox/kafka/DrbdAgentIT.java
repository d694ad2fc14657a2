package io.siterecovery.sandbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.agent.AgentConfig;
import io.siterecovery.agent.DrbdAgent;
import io.siterecovery.agent.core.DemotionWatch;
import io.siterecovery.agent.core.NodeView;
import io.siterecovery.agent.core.UnparsedLines;
import io.siterecovery.events.EventCodec;
import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrbdAgentIT {

    private static final String SITE = "0123456789ab";
    private static final String TOPIC = Topics.siteDrbd(SITE);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> DUMP =
            List.of(
                    "exists resource name:r0 role:Primary suspended:no force-io-failures:no"
                            + " may_promote:no promotion_score:10102",
                    "exists connection name:r0 peer-node-id:1 conn-name:n2 connection:Connected"
                            + " role:Secondary congested:no ap-in-flight:16 rs-in-flight:0",
                    "exists device name:r0 volume:0 minor:1000 disk:UpToDate client:no open:yes"
                            + " quorum:yes size:65496 upper-pending:1",
                    "exists peer-device name:r0 peer-node-id:1 conn-name:n2 volume:0"
                            + " replication:Established peer-disk:UpToDate peer-client:no"
                            + " resync-suspended:no out-of-sync:0 pending:0 unacked:0",
                    "exists resource name:r1 role:Secondary suspended:no");

    @TempDir private Path dir;
    private Path kafkaDir;
    private Path child;
    private EmbeddedKafka kafka;
    private SiteTopicReader topic;
    private DrbdAgent agent;

    @BeforeEach
    void start() throws IOException {
        kafkaDir = dir.resolve("kafka");
        child = Files.createDirectory(dir.resolve("child"));
        Files.createFile(child.resolve("live"));
        kafka = EmbeddedKafka.start(kafkaDir, 0);
        kafka.createTopic(TOPIC, true, 1);
        kafka.createUser("agent", "secret");
        kafka.allow(
                "agent",
                new ResourcePattern(ResourceType.TOPIC, TOPIC, PatternType.LITERAL),
                AclOperation.READ,
                AclOperation.WRITE);
        topic = new SiteTopicReader(kafka.adminProperties(), TOPIC);
        agent = new DrbdAgent(config("n1", child));
    }

    @AfterEach
    void stop() {
        agent.close();
        topic.close();
        kafka.close();
    }

    @Test
    void tells_what_drbd_says_and_that_it_has_told_all() throws IOException {
        dump(DUMP.subList(0, 4));
        agent.start();

        DrbdResourceState first = awaitState("r0");
        assertThat(first.role().is(Role.PRIMARY)).isTrue();
        assertThat(first.volumes().getFirst().sizeBytes()).isEqualTo(65496L * 1024);
        assertThat(first.peers().getFirst().apInFlightBytes()).isEqualTo(16L * 512);
        SiteTopicReader.Seen seen = topic.last("n1/r0").orElseThrow();
        assertThat(seen.headers())
                .containsEntry("ce_type", "io.siterecovery.drbd-resource.observed.v1")
                .containsEntry("ce_source", "/clusters/" + SITE + "/nodes/n1")
                .containsEntry("ce_subject", "n1/r0")
                .containsEntry("ce_sequence", String.valueOf(first.sequence()));

        // It is not said to be complete before DRBD has said so.
        assertThat(topic.all().stream().map(SiteTopicReader.Seen::beat).flatMap(Optional::stream))
                .filteredOn(AgentBeat::streamComplete)
                .allMatch(beat -> beat.sequence() >= 1);
    }

    @Test
    void tells_nothing_before_the_dump_is_complete() throws IOException {
        Files.write(child.resolve("dump"), DUMP.subList(0, 2));
        agent.start();
        await().atMost(PATIENCE)
                .until(() -> topic.last("n1").flatMap(seen -> seen.beat()), b -> b.isPresent());
        say(DUMP.get(2), DUMP.get(3));
        await().atMost(PATIENCE)
                .until(
                        () ->
                                topic.all().stream().filter(seen -> seen.beat().isPresent()).count()
                                        >= 3);
        assertThat(topic.last("n1/r0")).isEmpty();
        assertThat(topic.last("n1").orElseThrow().beat().orElseThrow().streamComplete()).isFalse();

        say("exists -");
        assertThat(awaitState("r0").volumes()).hasSize(1);
        awaitCompleteBeat();
    }

    @Test
    void a_change_is_told_and_a_destroyed_resource_is_deleted() throws IOException {
        dump(DUMP);
        agent.start();
        awaitCompleteBeat();

        say(
                "change resource name:r0 role:Primary may_promote:no promotion_score:10101",
                "change connection name:r0 peer-node-id:1 conn-name:n2 connection:NetworkFailure"
                        + " role:Unknown",
                "change peer-device name:r0 peer-node-id:1 conn-name:n2 volume:0 replication:Off"
                        + " peer-disk:DUnknown");
        await().atMost(PATIENCE)
                .until(
                        () -> state("r0"),
                        state ->
                                state.isPresent()
                                        && state.get()
                                                .peers()
                                                .getFirst()
                                                .connection()
                                                .is(ConnectionState.NETWORK_FAILURE));
        assertThat(state("r0").orElseThrow().peers().getFirst().volumes().getFirst().peerDisk())
                .matches(word -> word.is(DiskState.DUNKNOWN));

        say("destroy resource name:r1");
        await().atMost(PATIENCE)
                .until(() -> topic.last("n1/r1"), last -> last.isPresent() && last.get().deleted());
    }

    @Test
    void asks_for_the_figures_at_once_when_a_resource_is_demoted() throws IOException {
        dump(DUMP);
        agent.start();
        awaitCompleteBeat();
        long before = questions();
        Files.write(
                child.resolve("statistics"),
                List.of(
                        "change device name:r0 volume:0 minor:1000 disk:UpToDate open:no"
                                + " quorum:yes upper-pending:0",
                        "change connection name:r0 peer-node-id:1 conn-name:n2 ap-in-flight:0"));

        Instant demoted = Instant.now();
        say("change resource name:r0 role:Secondary may_promote:yes promotion_score:10102");
        await().atMost(PATIENCE)
                .until(() -> state("r0"), state -> DemotionWatch.isQuiet(state.orElseThrow()));

        assertThat(Duration.between(demoted, Instant.now())).isLessThan(Duration.ofSeconds(4));
        assertThat(questions()).isGreaterThan(before);
    }

    @Test
    void when_the_child_dies_everything_is_told_anew_and_what_is_gone_is_deleted()
            throws IOException {
        dump(DUMP);
        agent.start();
        awaitCompleteBeat();
        String incarnation = awaitState("r0").incarnation();
        awaitState("r1");

        dump(DUMP.subList(0, 4));
        playerProcesses().forEach(ProcessHandle::destroyForcibly);

        await().atMost(PATIENCE)
                .until(
                        () -> state("r0"),
                        state -> !state.orElseThrow().incarnation().equals(incarnation));
        await().atMost(PATIENCE)
                .until(() -> topic.last("n1/r1"), last -> last.isPresent() && last.get().deleted());
        await().atMost(PATIENCE)
                .until(
                        () -> topic.last("n1").orElseThrow().beat().orElseThrow(),
                        beat -> beat.streamComplete() && !beat.incarnation().equals(incarnation));
    }

    @Test
    void what_was_destroyed_while_no_agent_looked_is_deleted_when_one_looks_again()
            throws IOException {
        dump(DUMP);
        agent.start();
        awaitCompleteBeat();
        awaitState("r1");
        agent.close();

        dump(DUMP.subList(0, 4));
        agent = new DrbdAgent(config("n1", child));
        agent.start();
        await().atMost(PATIENCE)
                .until(() -> topic.last("n1/r1"), last -> last.isPresent() && last.get().deleted());
        assertThat(state("r0")).isPresent();
    }

    @Test
    void each_beat_names_what_was_acknowledged_before_it_and_one_follows_every_change()
            throws IOException {
        dump(DUMP);
        agent.start();
        awaitCompleteBeat();
        say("change resource name:r0 role:Secondary may_promote:yes promotion_score:10102");
        SiteTopicReader.Seen change =
                await().atMost(PATIENCE)
                        .until(
                                () -> topic.last("n1/r0").orElseThrow(),
                                seen -> seen.state().orElseThrow().role().is(Role.SECONDARY));
        SiteTopicReader.Seen counts =
                await().atMost(PATIENCE)
                        .until(
                                () ->
                                        topic.all().stream()
                                                .filter(seen -> names(seen, change.offset()))
                                                .findFirst(),
                                Optional::isPresent)
                        .orElseThrow();
        assertThat(Duration.between(change.appendedAt(), counts.appendedAt()))
                .as("not only with the next regular beat")
                .isLessThan(Duration.ofMillis(190));

        topic.all().stream()
                .filter(seen -> seen.beat().isPresent())
                .forEach(
                        seen ->
                                assertThat(
                                                Optional.ofNullable(
                                                                seen.beat()
                                                                        .orElseThrow()
                                                                        .acknowledgedOffset())
                                                        .orElse(-1L))
                                        .isLessThan(seen.offset()));
    }

    @Test
    void while_kafka_is_away_the_latest_state_waits_and_no_older_one_follows_it()
            throws IOException {
        dump(DUMP);
        agent.start();
        awaitCompleteBeat();
        int port = kafka.port();
        topic.close();
        kafka.close();

        for (int score = 1; score <= 500; score++) {
            say("change resource name:r0 role:Primary may_promote:no promotion_score:" + score);
        }
        say("destroy resource name:r1");
        // Longer than the client keeps a record.
        Instant back = Instant.now().plusSeconds(4);
        await().atMost(PATIENCE).until(() -> Instant.now().isAfter(back));
        kafka = EmbeddedKafka.start(kafkaDir, port);
        topic = new SiteTopicReader(kafka.adminProperties(), TOPIC);

        await().atMost(PATIENCE)
                .until(
                        () -> state("r0"),
                        state ->
                                state.isPresent()
                                        && Integer.valueOf(500)
                                                .equals(state.get().promotionScore()));
        await().atMost(PATIENCE)
                .until(() -> topic.last("n1/r1"), last -> last.isPresent() && last.get().deleted());
        List<Integer> scores =
                topic.all().stream()
                        .filter(seen -> seen.key().equals("n1/r0"))
                        .flatMap(seen -> seen.state().stream())
                        .map(state -> Optional.ofNullable(state.promotionScore()).orElse(0))
                        .toList();
        assertThat(scores.subList(1, scores.size())).isSorted();
        assertThat(scores.size()).isLessThan(100);
        assertThat(awaitCompleteBeat().sequence())
                .isEqualTo(topic.highestSequence(state("r0").orElseThrow().incarnation()));
    }

    @Test
    void of_a_recording_of_real_drbd_nothing_is_told_that_drbd_did_not_say() throws IOException {
        List<String> recording =
                Files.readAllLines(
                                Path.of(
                                        "../drbd-agent/src/test/resources/transcripts/drbd-9.2.18/bravo.events2-full.txt"))
                        .stream()
                        .takeWhile(line -> !line.startsWith("# STEP 25"))
                        .filter(line -> !line.startsWith("#"))
                        .toList();
        Set<JsonNode> all = new HashSet<>();
        NodeView expected = new NodeView("n1", "", new UnparsedLines());
        for (String line : recording) {
            expected.read(line, null);
            for (String name : expected.names()) {
                expected.state(name).ifPresent(state -> all.add(said(state)));
            }
        }
        expected.settle();
        Optional<JsonNode> end = expected.state("a0").map(DrbdAgentIT::said);
        all.add(end.orElseThrow());

        Files.write(child.resolve("recording"), recording);
        Files.writeString(child.resolve("speed"), "100");
        agent.start();
        await().atMost(PATIENCE).until(() -> state("a0").map(DrbdAgentIT::said).equals(end));
        List<JsonNode> told =
                topic.all().stream()
                        .flatMap(seen -> seen.state().stream())
                        .map(DrbdAgentIT::said)
                        .toList();
        assertThat(all).containsAll(told);
        assertThat(told).hasSizeGreaterThan(50);
        assertThat(topic.last("n1/r0").orElseThrow().deleted()).isTrue();
    }

    @Test
    void many_agents_share_a_process_and_keep_their_nodes_apart() throws IOException {
        Map<String, DrbdAgent> agents = new HashMap<>();
        try {
            for (int i = 2; i <= 5; i++) {
                Path own = Files.createDirectory(dir.resolve("child-" + i));
                Files.createFile(own.resolve("live"));
                Files.write(
                        own.resolve("dump"),
                        List.of("exists resource name:r" + i + " role:Secondary", "exists -"));
                DrbdAgent another = new DrbdAgent(config("n" + i, own));
                agents.put("n" + i, another);
                another.start();
            }
            for (int i = 2; i <= 5; i++) {
                String key = "n" + i + "/r" + i;
                await().atMost(PATIENCE).until(() -> topic.last(key).isPresent());
                assertThat(topic.last(key).orElseThrow().state().orElseThrow().node())
                        .isEqualTo("n" + i);
            }
        } finally {
            agents.values().forEach(DrbdAgent::close);
        }
        await().atMost(PATIENCE).until(() -> playerProcesses().isEmpty());
    }

    private AgentConfig config(String node, Path folder) {
        return new AgentConfig(
                node,
                SITE,
                List.of(
                        "bash",
                        "../drbd-agent/src/test/resources/events2-player.sh",
                        folder.toString()),
                kafka.clientProperties("agent", "secret"),
                Duration.ofSeconds(5),
                Duration.ofMillis(200));
    }

    private void dump(List<String> lines) throws IOException {
        Files.write(
                child.resolve("dump"),
                Stream.concat(lines.stream(), Stream.of("exists -")).toList());
    }

    private void say(String... lines) throws IOException {
        Files.write(child.resolve("live"), List.of(lines), StandardOpenOption.APPEND);
    }

    private long questions() throws IOException {
        Path questions = child.resolve("questions");
        return Files.exists(questions) ? Files.readAllLines(questions).size() : 0;
    }

    private static List<ProcessHandle> playerProcesses() {
        return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).toList();
    }

    private Optional<DrbdResourceState> state(String resource) {
        return topic.last("n1/" + resource).flatMap(SiteTopicReader.Seen::state);
    }

    private DrbdResourceState awaitState(String resource) {
        return await().atMost(PATIENCE)
                .until(() -> state(resource), Optional::isPresent)
                .orElseThrow();
    }

    private static boolean names(SiteTopicReader.Seen seen, long offset) {
        return seen.beat()
                .map(AgentBeat::acknowledgedOffset)
                .filter(acknowledged -> acknowledged >= offset)
                .isPresent();
    }

    private AgentBeat awaitCompleteBeat() {
        return await().atMost(PATIENCE)
                .until(
                        () -> topic.last("n1").flatMap(SiteTopicReader.Seen::beat),
                        beat -> beat.isPresent() && beat.get().streamComplete())
                .orElseThrow();
    }

    /** Without stamps, and without what the agent adds by its own clock. */
    private static JsonNode said(DrbdResourceState state) {
        ObjectNode tree = (ObjectNode) EventCodec.tree(state);
        tree.remove(List.of("node", "incarnation", "sequence", "observedAt"));
        tree.path("peers").forEach(peer -> ((ObjectNode) peer).remove("lastInSync"));
        return tree;
    }
}
