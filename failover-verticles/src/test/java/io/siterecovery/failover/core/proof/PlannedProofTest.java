package io.siterecovery.failover.core.proof;

import static io.siterecovery.failover.core.Fixtures.CLOSED_AT;
import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.morePeers;
import static io.siterecovery.failover.core.Fixtures.peer;
import static io.siterecovery.failover.core.Fixtures.peerVolume;
import static io.siterecovery.failover.core.Fixtures.replication;
import static io.siterecovery.failover.core.Fixtures.role;
import static io.siterecovery.failover.core.Fixtures.sourceReport;
import static io.siterecovery.failover.core.Fixtures.suspended;
import static io.siterecovery.failover.core.Fixtures.targetReport;
import static io.siterecovery.failover.core.Fixtures.volume;
import static io.siterecovery.failover.core.Fixtures.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.failover.core.proof.Replication.Beat;
import io.siterecovery.failover.core.proof.Replication.GroupVolume;
import io.siterecovery.failover.core.proof.Replication.NodeReport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlannedProofTest {

    private static final Optional<SourceInspection> ALL_GONE =
            Optional.of(new SourceInspection(List.of(), List.of(), List.of()));

    @Test
    void a_quiet_source_and_a_complete_target_are_proof() {
        assertThat(missing(replication(sourceReport(), targetReport()), ALL_GONE)).isEmpty();
    }

    static Stream<Arguments> whatIsNoProof() {
        NodeReport s = sourceReport();
        NodeReport t = targetReport();
        return Stream.of(
                Arguments.of("source primary", with(s, x -> role(x, Role.PRIMARY)), t),
                Arguments.of("source role unknown", with(s, x -> role(x, Role.UNKNOWN)), t),
                Arguments.of("device open", with(s, x -> volume(x, disk(true, 0L))), t),
                Arguments.of("requests pending", with(s, x -> volume(x, disk(false, 3L))), t),
                Arguments.of("pending not said", with(s, x -> volume(x, disk(false, null))), t),
                Arguments.of(
                        "in flight",
                        with(
                                s,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peer(
                                                                p,
                                                                ConnectionState.CONNECTED,
                                                                Role.SECONDARY,
                                                                512L))),
                        t),
                Arguments.of(
                        "source knows the target lacks data",
                        with(
                                s,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peerVolume(
                                                                p,
                                                                ReplicationState.ESTABLISHED,
                                                                4096L,
                                                                0L,
                                                                0L))),
                        t),
                Arguments.of(
                        "unacknowledged",
                        with(
                                s,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peerVolume(
                                                                p,
                                                                ReplicationState.ESTABLISHED,
                                                                0L,
                                                                0L,
                                                                1L))),
                        t),
                Arguments.of(
                        "out of sync not said",
                        with(
                                s,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peerVolume(
                                                                p,
                                                                ReplicationState.ESTABLISHED,
                                                                null,
                                                                0L,
                                                                0L))),
                        t),
                Arguments.of(
                        "target syncing",
                        s,
                        with(
                                t,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peerVolume(
                                                                p,
                                                                ReplicationState.SYNC_TARGET,
                                                                0L,
                                                                0L,
                                                                0L)))),
                Arguments.of(
                        "target out of sync",
                        s,
                        with(
                                t,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peerVolume(
                                                                p,
                                                                ReplicationState.ESTABLISHED,
                                                                1L,
                                                                0L,
                                                                0L)))),
                Arguments.of(
                        "target disconnected",
                        s,
                        with(
                                t,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peer(
                                                                p,
                                                                ConnectionState.CONNECTING,
                                                                Role.UNKNOWN,
                                                                0L)))),
                Arguments.of(
                        "target sees a primary",
                        s,
                        with(
                                t,
                                x ->
                                        peer(
                                                x,
                                                p ->
                                                        peer(
                                                                p,
                                                                ConnectionState.CONNECTED,
                                                                Role.PRIMARY,
                                                                0L)))),
                Arguments.of(
                        "target outdated",
                        s,
                        with(
                                t,
                                x ->
                                        volume(
                                                x,
                                                new Volume(
                                                        0,
                                                        Word.of(DiskState.OUTDATED),
                                                        true,
                                                        false,
                                                        1L,
                                                        0L)))),
                Arguments.of(
                        "target says a word we do not know",
                        s,
                        with(
                                t,
                                x ->
                                        volume(
                                                x,
                                                new Volume(
                                                        0,
                                                        Word.parse(DiskState.class, "Shiny"),
                                                        true,
                                                        false,
                                                        1L,
                                                        0L)))),
                Arguments.of(
                        "target without quorum",
                        s,
                        with(
                                t,
                                x ->
                                        volume(
                                                x,
                                                new Volume(
                                                        0,
                                                        Word.of(DiskState.UP_TO_DATE),
                                                        false,
                                                        false,
                                                        1L,
                                                        0L)))),
                Arguments.of("target suspended", s, with(t, x -> suspended(x, "quorum", false))),
                Arguments.of("target forces failures", s, with(t, x -> suspended(x, "no", true))),
                Arguments.of("source agent silent", heard(s, new Beat.Silent(), 100), t),
                Arguments.of(
                        "beat too old",
                        heard(s, new Beat.Heard("run-1", NOW.minusMillis(3001), true), 100),
                        t),
                Arguments.of(
                        "stream not complete",
                        heard(s, new Beat.Heard("run-1", NOW, false), 100),
                        t),
                Arguments.of(
                        "state of an earlier run",
                        heard(s, new Beat.Heard("run-2", NOW, true), 100),
                        t),
                Arguments.of(
                        "source said it before Close",
                        heard(s, new Beat.Heard("run-1", NOW, true), 99),
                        t),
                Arguments.of(
                        "target said it before Close",
                        s,
                        heard(t, new Beat.Heard("run-1", NOW, true), 199)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatIsNoProof")
    void anything_else_is_no_proof(String what, NodeReport source, NodeReport target) {
        assertThat(missing(replication(source, target), ALL_GONE)).as(what).isNotEmpty();
    }

    @Test
    void a_site_that_has_not_reported_is_not_taken_for_stopped() {
        assertThat(missing(replication(targetReport()), ALL_GONE))
                .anyMatch(m -> m.contains("no node of cluster1"));
        assertThat(missing(replication(sourceReport()), ALL_GONE))
                .anyMatch(m -> m.contains("no node of cluster2"));
    }

    @Test
    void a_replica_that_the_target_knows_and_that_has_not_reported_is_missing() {
        NodeReport target = with(targetReport(), x -> morePeers(x, "n3"));
        assertThat(missing(replication(sourceReport(), target), ALL_GONE))
                .anyMatch(m -> m.contains("n3") && m.contains("has not reported"));
    }

    @Test
    void a_disk_without_a_resource_is_missing_by_name() {
        Replication r =
                new Replication(
                        List.of(new GroupVolume("vm", "data", Optional.empty(), 0, "no PV")),
                        List.of());
        assertThat(missing(r, ALL_GONE)).containsExactly("disk data: no PV");
    }

    @Test
    void the_source_has_to_be_asked_directly_and_to_have_nothing_left() {
        Replication r = replication(sourceReport(), targetReport());
        assertThat(missing(r, Optional.empty())).hasSize(1);
        assertThat(
                        missing(
                                r,
                                Optional.of(
                                        new SourceInspection(
                                                List.of("vm"),
                                                List.of("virt-launcher-vm"),
                                                List.of("csi-1")))))
                .hasSize(3);
    }

    private static Volume disk(boolean open, @Nullable Long pending) {
        return new Volume(0, Word.of(DiskState.UP_TO_DATE), true, open, 1L, pending);
    }

    private static NodeReport heard(NodeReport r, Beat beat, long through) {
        return new NodeReport(r.cluster(), r.siteId(), r.node(), r.state(), beat, through);
    }

    private static List<String> missing(Replication r, Optional<SourceInspection> inspection) {
        return PlannedProof.missing(r, SOURCE, TARGET, CLOSED_AT, inspection, NOW);
    }
}
