package io.siterecovery.failover.core.proof;

import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.peer;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.proof.Evidence.Rule;
import io.siterecovery.failover.core.proof.Loss.Verdict;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LossTest {

    private static final Instant IN_SYNC_AT = NOW.minusSeconds(90);

    private @Nullable String protocol = "C";
    private ConnectionState connection = ConnectionState.CONNECTING;
    private @Nullable Long outOfSync = 4096L;
    private @Nullable Long inFlight = 512L;

    @Test
    void a_planned_move_loses_nothing_and_tells_each_replicas_last_word() {
        Loss loss = of(Rule.P);
        assertThat(loss.verdict()).isEqualTo(Verdict.NO_LOSS);
        assertThat(loss.volumes())
                .containsExactly(
                        "vm-disk (pvc-1): n1 Secondary UpToDate (0 s ago), n2 Secondary UpToDate (0"
                                + " s ago)");
    }

    @Test
    void what_was_stopped_while_connected_is_all_there() {
        connection = ConnectionState.CONNECTED;
        assertThat(of(Rule.R).verdict()).isEqualTo(Verdict.NO_LOSS);
    }

    @Test
    void what_was_stopped_behind_a_cut_lacks_what_its_writer_counts() {
        Loss loss = of(Rule.R);
        assertThat(loss.verdict()).isEqualTo(Verdict.LOSSY);
        assertThat(loss.bytes()).contains(4608L);
        assertThat(loss.inSyncAt()).contains(IN_SYNC_AT);
    }

    @Test
    void with_a_quorum_nothing_is_lost_that_both_sides_had_to_acknowledge() {
        assertThat(of(Rule.Q).verdict()).isEqualTo(Verdict.NO_LOSS);
        protocol = "A";
        assertThat(of(Rule.Q).verdict()).isEqualTo(Verdict.LOSSY);
        protocol = null;
        assertThat(of(Rule.Q).verdict()).isEqualTo(Verdict.LOSSY);
    }

    @Test
    void without_a_proof_nobody_knows_what_was_written_since() {
        Loss loss = of(Rule.F);
        assertThat(loss.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(loss.bytes()).isEmpty();
        assertThat(loss.inSyncAt()).contains(IN_SYNC_AT);
    }

    @Test
    void a_figure_that_was_never_said_is_not_zero() {
        for (boolean sync : new boolean[] {true, false}) {
            outOfSync = sync ? null : Long.valueOf(0);
            inFlight = sync ? Long.valueOf(0) : null;
            assertThat(of(Rule.R).verdict()).isEqualTo(Verdict.UNKNOWN);
        }
    }

    private Loss of(Rule rule) {
        NodeReport source = with(sourceReport(), s -> peer(s, this::cut));
        NodeReport target = with(targetReport(), s -> peer(s, this::cut));
        return Loss.of(rule, replication(source, target), SOURCE, TARGET, NOW);
    }

    private Peer cut(Peer p) {
        PeerVolume volume =
                new PeerVolume(
                        0,
                        Word.of(ReplicationState.OFF),
                        Word.of(DiskState.DUNKNOWN),
                        List.of("no"),
                        null,
                        outOfSync,
                        0L,
                        0L);
        return new Peer(
                p.name(),
                p.nodeId(),
                Word.of(connection),
                p.role(),
                inFlight,
                List.of(volume),
                protocol,
                false,
                false,
                IN_SYNC_AT);
    }
}
