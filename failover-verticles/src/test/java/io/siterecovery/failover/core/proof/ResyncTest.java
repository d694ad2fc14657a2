package io.siterecovery.failover.core.proof;

import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.peer;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResyncTest {

    private static final Duration MAX_SILENCE = Duration.ofSeconds(10);
    private static final long MIB = 1 << 20;

    @Test
    void nothing_is_left_while_nothing_is_syncing() {
        assertThat(of(NOW, sourceReport(), targetReport())).isEmpty();
    }

    @Test
    void both_ends_speak_of_the_same_bytes_and_the_slower_speed_counts() {
        NodeReport source = syncing(sourceReport(), ReplicationState.SYNC_SOURCE, 90, 30L);
        NodeReport target = syncing(targetReport(), ReplicationState.SYNC_TARGET, 100, 20L);
        assertThat(of(NOW, source, target))
                .contains(new Resync(100 * MIB, Optional.of(Duration.ofSeconds(5))));
    }

    @Test
    void no_speed_is_no_estimate_and_no_division_by_zero() {
        for (Long speed : new Long[] {null, 0L}) {
            NodeReport source = syncing(sourceReport(), ReplicationState.PAUSED_SYNC_S, 1, speed);
            assertThat(of(NOW, source, targetReport())).contains(new Resync(MIB, Optional.empty()));
        }
    }

    @Test
    void a_silent_agent_knows_of_no_resync() {
        NodeReport source = syncing(sourceReport(), ReplicationState.SYNC_SOURCE, 1, 1L);
        assertThat(of(NOW.plusSeconds(60), source, targetReport())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0 | 0 B left, about 0 s",
                "1023 | 1 | 1023 B left, about 1 s",
                "1536 | 119 | 1.5 KiB left, about 119 s",
                "1610612736 | 120 | 1.5 GiB left, about 2 min",
                "9223372036854775807 | 86399 | 8 EiB left, about 24 h 00 min"
            })
    void reads_well(long bytes, long seconds, String words) {
        assertThat(new Resync(bytes, Optional.of(Duration.ofSeconds(seconds))).described())
                .isEqualTo(words);
    }

    @Test
    void is_rounded_up_so_that_few_figures_differ() {
        assertThat(new Resync(1025, Optional.of(Duration.ofSeconds(61))).rounded())
                .isEqualTo(new Resync(2048, Optional.of(Duration.ofMinutes(2))));
        assertThat(new Resync(0, Optional.of(Duration.ofDays(3))).rounded())
                .isEqualTo(new Resync(0, Optional.of(Duration.ofDays(4))));
        assertThat(new Resync(1, Optional.empty()).rounded().described())
                .isEqualTo("1 B left, no estimate yet: DRBD has measured no speed");
    }

    private static Optional<Resync> of(Instant now, NodeReport... reports) {
        return Resync.of(replication(reports), now, MAX_SILENCE);
    }

    private static NodeReport syncing(
            NodeReport report,
            ReplicationState replication,
            long mib,
            @Nullable Long mibPerSecond) {
        PeerVolume volume =
                new PeerVolume(
                        0,
                        Word.of(replication),
                        Word.of(DiskState.INCONSISTENT),
                        List.of("no"),
                        12.5,
                        mib * MIB,
                        0L,
                        0L,
                        null,
                        mibPerSecond == null ? null : mibPerSecond * MIB);
        return with(
                report,
                s ->
                        peer(
                                s,
                                p ->
                                        new Peer(
                                                p.name(),
                                                p.nodeId(),
                                                p.connection(),
                                                p.role(),
                                                p.apInFlightBytes(),
                                                List.of(volume))));
    }
}
