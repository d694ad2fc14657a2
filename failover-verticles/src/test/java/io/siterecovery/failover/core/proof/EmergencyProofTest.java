package io.siterecovery.failover.core.proof;

import static io.siterecovery.failover.core.Fixtures.CLOSED_AT;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.RESOURCE;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.replication;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.proof.EmergencyProof.Situation;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmergencyProofTest {

    private static final SourceInspection GONE =
            new SourceInspection(List.of(), List.of(), List.of());

    private final Node target = new Node();
    private final Node source = new Node();
    private boolean sourceAnswers;
    private boolean confirmed;
    private Optional<SourceInspection> inspection = Optional.empty();

    /** Cut off from a source that was Primary, with the quorum on the target's side. */
    EmergencyProofTest() {
        target.connection = ConnectionState.CONNECTING;
        target.peerRole = Role.UNKNOWN;
        source.connection = ConnectionState.CONNECTING;
        source.role = Role.PRIMARY;
        source.heardAt = NOW.minusSeconds(60);
        source.seenThrough = 50;
    }

    @Test
    void a_quorum_on_the_targets_side_proves_that_nobody_else_writes() {
        assertThat(judge()).isEqualTo(new Evidence(Rule.Q, List.of(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"majority", "all", "2", "3"})
    void any_majority_will_do(String quorum) {
        target.quorumOption = quorum;
        assertThat(judge().holds()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "1", "0", "tiebreaker", ""})
    void what_is_no_majority_proves_nothing(String quorum) {
        target.quorumOption = quorum;
        assertMissing("quorum is " + quorum);
    }

    @Test
    void a_quorum_that_is_lost_or_was_forced_or_is_not_known_proves_nothing() {
        target.quorum = false;
        assertMissing("has no quorum");
        target.quorum = true;
        target.mayPromote = false;
        assertMissing("may not be promoted");
        target.mayPromote = true;
        target.quorumWithoutPeer = true;
        assertMissing("was forced by hand");
        target.quorumWithoutPeer = null;
        assertMissing("not known whether its quorum was forced");
        target.quorumWithoutPeer = false;
        target.quorumOption = null;
        assertMissing("its quorum option is not known");
    }

    @Test
    void a_humans_word_stands_in_for_the_quorum_and_for_nothing_else() {
        target.quorumOption = "off";
        confirmed = true;
        assertThat(judge()).isEqualTo(new Evidence(Rule.F, List.of(), List.of()));
        source.heardAt = NOW;
        assertMissing("its agent says that it is in use");
        source.role = Role.SECONDARY;
        source.open = true;
        assertMissing("its agent says that it is in use");
        source.open = false;
        assertThat(judge().holds()).isTrue();
    }

    @Test
    void where_drbd_refuses_to_be_written_a_human_has_to_tell_it() {
        target.quorum = false;
        target.mayPromote = false;
        confirmed = true;
        assertThat(judge())
                .isEqualTo(
                        new Evidence(
                                Rule.F,
                                List.of(),
                                List.of(
                                        "on n2: drbdadm primary --force pvc-1 && drbdadm"
                                                + " secondary pvc-1")));
        target.role = Role.PRIMARY;
        assertThat(judge().holds()).isTrue();
    }

    @Test
    void a_disk_that_is_unsure_for_want_of_a_quorum_may_be_forced_by_who_is_sure() {
        target.disk = DiskState.CONSISTENT;
        target.quorum = false;
        target.mayPromote = false;
        assertMissing("has no disk that is UpToDate");
        confirmed = true;
        assertThat(judge().missing()).isEmpty();
        assertThat(judge().commands()).hasSize(1);
        sourceAnswers = true;
        assertMissing("has no disk that is UpToDate");
    }

    @Test
    void nothing_makes_a_second_writer_or_old_data_right() {
        confirmed = true;
        target.connection = ConnectionState.CONNECTED;
        target.peerRole = Role.PRIMARY;
        assertNever("is connected and Primary");
        target.connection = ConnectionState.STAND_ALONE;
        target.peerRole = Role.UNKNOWN;
        assertNever("split brain suspected");
        source.role = Role.SECONDARY;
        assertThat(judge().holds()).isTrue();
        target.disk = DiskState.OUTDATED;
        assertNever("Outdated");
        target.disk = DiskState.INCONSISTENT;
        assertNever("Inconsistent");
        target.disk = DiskState.UP_TO_DATE;
        for (String why : List.of("user", "no-data", "fencing")) {
            target.suspended = why;
            assertNever("suspended (" + why);
        }
        target.suspended = "quorum";
        assertThat(judge().holds()).isTrue();
        target.suspended = "no";
        target.ioFailures = true;
        assertNever("I/O failures are forced");
    }

    @ParameterizedTest
    @EnumSource(
            value = DiskState.class,
            names = {"UP_TO_DATE", "DISKLESS"},
            mode = EnumSource.Mode.EXCLUDE)
    void no_start_without_a_complete_disk(DiskState disk) {
        target.disk = disk;
        confirmed = true;
        assertThat(judge().missing()).isNotEmpty();
    }

    @Test
    void silence_and_old_words_prove_nothing() {
        target.heardAt = NOW.minusSeconds(4);
        assertMissing("its agent is silent");
        target.heardAt = NOW;
        target.seenThrough = 199;
        assertMissing("nothing heard since Close");
        target.seenThrough = 200;
        assertThat(judge(replication(source.report("n1", "n2", SOURCE))).missing())
                .contains("DRBD pvc-1: no node of cluster2: has reported it");
        assertThat(judge(new Replication(List.of(), List.of())).missing())
                .contains("no replicated volume is known");
        GroupVolume lost = new GroupVolume("vm", "disk", Optional.empty(), 0, "no PVC");
        assertThat(judge(new Replication(List.of(lost), List.of())).missing())
                .contains("disk disk: no PVC");
    }

    @Test
    void a_source_that_answers_is_stopped_as_in_a_planned_move() {
        sourceAnswers = true;
        target.connection = ConnectionState.CONNECTED;
        target.peerRole = Role.PRIMARY;
        source.connection = ConnectionState.CONNECTED;
        source.heardAt = NOW;
        source.seenThrough = 100;
        assertMissing("was not asked yet what still runs there");
        assertThat(EmergencyProof.never(situation(both()))).isEmpty();
        inspection = Optional.of(GONE);
        assertMissing("n1: is Primary");
        source.role = Role.SECONDARY;
        target.peerRole = Role.SECONDARY;
        assertThat(judge()).isEqualTo(new Evidence(Rule.R, List.of(), List.of()));
        inspection = Optional.of(new SourceInspection(List.of("vm"), List.of(), List.of()));
        assertMissing("VMI vm still exists");
    }

    @Test
    void where_replication_is_cut_the_word_of_the_sources_api_is_enough() {
        sourceAnswers = true;
        inspection = Optional.of(GONE);
        target.quorumOption = "off";
        assertThat(judge()).isEqualTo(new Evidence(Rule.R, List.of(), List.of()));
        inspection = Optional.empty();
        assertMissing("was not asked yet");
    }

    private void assertMissing(String words) {
        assertThat(judge().missing()).anyMatch(m -> m.contains(words));
    }

    private void assertNever(String words) {
        assertThat(EmergencyProof.never(situation(both()))).anyMatch(m -> m.contains(words));
        assertMissing(words);
    }

    private Evidence judge() {
        return judge(both());
    }

    private Evidence judge(Replication replication) {
        return EmergencyProof.judge(situation(replication));
    }

    private Replication both() {
        return replication(source.report("n1", "n2", SOURCE), target.report("n2", "n1", TARGET));
    }

    private Situation situation(Replication replication) {
        return new Situation(
                replication,
                SOURCE,
                TARGET,
                Optional.of(CLOSED_AT),
                sourceAnswers,
                inspection,
                confirmed,
                NOW);
    }

    private static final class Node {
        Role role = Role.SECONDARY;
        DiskState disk = DiskState.UP_TO_DATE;
        ConnectionState connection = ConnectionState.CONNECTED;
        Role peerRole = Role.SECONDARY;
        String suspended = "no";
        boolean ioFailures;
        boolean open;
        boolean quorum = true;
        boolean mayPromote = true;
        @Nullable Boolean quorumWithoutPeer = false;
        @Nullable String quorumOption = "majority";
        Instant heardAt = NOW;
        long seenThrough = 200;

        NodeReport report(String node, String peer, ClusterId at) {
            PeerVolume volume =
                    new PeerVolume(
                            0,
                            Word.of(ReplicationState.ESTABLISHED),
                            Word.of(DiskState.UP_TO_DATE),
                            List.of("no"),
                            null,
                            0L,
                            0L,
                            0L);
            DrbdResourceState state =
                    new DrbdResourceState(
                            node,
                            RESOURCE,
                            "run-1",
                            7,
                            NOW,
                            Word.of(role),
                            List.of(suspended),
                            ioFailures,
                            mayPromote,
                            10101,
                            List.of(new Volume(0, Word.of(disk), quorum, open, 1L << 30, 0L)),
                            List.of(
                                    new Peer(
                                            peer,
                                            1,
                                            Word.of(connection),
                                            Word.of(peerRole),
                                            0L,
                                            List.of(volume))),
                            new Options(quorumOption, "suspend-io"),
                            quorumWithoutPeer);
            return new NodeReport(
                    at,
                    at.equals(SOURCE) ? "site1" : "site2",
                    node,
                    state,
                    new Beat.Heard("run-1", heardAt, true),
                    seenThrough);
        }
    }
}
