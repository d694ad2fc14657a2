package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeViewTest {

    private static final String PEER = " name:r0 peer-node-id:1 conn-name:n2";

    private final UnparsedLines unparsed = new UnparsedLines();
    private final NodeView view = new NodeView("n1", "i", unparsed);

    @Test
    void units_are_bytes_and_words_are_typed() {
        read(
                "exists resource name:r0 role:Primary suspended:quorum,user force-io-failures:no"
                        + " may_promote:no promotion_score:10102",
                "exists connection" + PEER + " connection:Connected role:Secondary ap-in-flight:3",
                "exists device name:r0 volume:0 disk:UpToDate open:yes quorum:yes size:64"
                        + " upper-pending:2",
                "exists peer-device"
                        + PEER
                        + " volume:0 replication:SyncSource peer-disk:Inconsistent"
                        + " resync-suspended:peer,dependency done:12.50 out-of-sync:10 pending:1"
                        + " unacked:0 dbdt1:1.50 eta:nan",
                "exists -");
        DrbdResourceState state = taken("r0");
        assertThat(state.role().is(Role.PRIMARY)).isTrue();
        assertThat(state.suspended()).containsExactly("quorum", "user");
        assertThat(state.promotionScore()).isEqualTo(10102);
        assertThat(state.volumes().getFirst().sizeBytes()).isEqualTo(65_536);
        DrbdResourceState.Peer peer = state.peers().getFirst();
        assertThat(peer.connection().is(ConnectionState.CONNECTED)).isTrue();
        assertThat(peer.apInFlightBytes()).isEqualTo(1536);
        DrbdResourceState.PeerVolume volume = peer.volumes().getFirst();
        assertThat(volume.replication().is(ReplicationState.SYNC_SOURCE)).isTrue();
        assertThat(volume.outOfSyncBytes()).isEqualTo(10_240);
        assertThat(volume.donePercent()).isEqualTo(12.5);
        assertThat(volume.resyncBytesPerSecond()).isEqualTo(1_572_864);
        assertThat(volume.resyncSuspended()).containsExactly("peer", "dependency");
    }

    @Test
    void what_was_not_said_or_is_not_readable_is_absent_and_no_default() {
        read(
                "exists resource name:r0",
                "exists connection" + PEER,
                "exists device name:r0 volume:0 open:unknown quorum:maybe size:64x",
                "exists peer-device" + PEER + " volume:0 out-of-sync:-1 done:nan dbdt1:nan",
                "exists -");
        DrbdResourceState state = taken("r0");
        assertThat(state.role().known()).isEmpty();
        assertThat(state.suspended()).containsExactly("");
        assertThat(state.mayPromote()).isNull();
        assertThat(state.forceIoFailures()).isNull();
        DrbdResourceState.Volume volume = state.volumes().getFirst();
        assertThat(volume.disk().raw()).isEmpty();
        assertThat(volume.quorum()).isNull();
        assertThat(volume.open()).isNull();
        assertThat(volume.sizeBytes()).isNull();
        DrbdResourceState.PeerVolume peer = state.peers().getFirst().volumes().getFirst();
        assertThat(peer.outOfSyncBytes()).isNull();
        assertThat(peer.donePercent()).isNull();
        assertThat(peer.resyncBytesPerSecond()).isNull();
        assertThat(peer.resyncSuspended()).containsExactly("");
    }

    @Test
    void an_unknown_word_stays_as_it_was_said() {
        read(
                "exists resource name:r0",
                "exists device name:r0 volume:0 disk:Sparkling",
                "exists -");
        assertThat(taken("r0").volumes().getFirst().disk().raw()).isEqualTo("Sparkling");
        assertThat(view.takeChanges().states()).isEmpty();
    }

    @Test
    void nothing_is_given_away_before_the_dump_is_complete() {
        read("exists resource name:r0 role:Primary");
        assertThat(view.takeChanges().states()).isEmpty();
        assertThat(view.complete()).isFalse();
        read("exists -");
        assertThat(view.takeChanges().states()).containsOnlyKeys("r0");
    }

    @Test
    void a_change_line_changes_only_what_it_names() {
        read(
                "exists resource name:r0 role:Secondary suspended:no",
                "exists device name:r0 volume:0 disk:UpToDate quorum:yes",
                "exists -");
        DrbdResourceState before = taken("r0");
        read("change device name:r0 volume:0 quorum:no");
        DrbdResourceState after = taken("r0");
        assertThat(after.volumes().getFirst().disk().is(DiskState.UP_TO_DATE)).isTrue();
        assertThat(after.volumes().getFirst().quorum()).isFalse();
        assertThat(after.role()).isEqualTo(before.role());
    }

    @Test
    void the_progress_of_a_resync_ends_with_it() {
        read(
                "exists resource name:r0",
                "exists peer-device" + PEER + " volume:0 replication:SyncTarget done:0.00",
                "exists -");
        read("change peer-device" + PEER + " volume:0 done:75.05");
        assertThat(taken("r0").peers().getFirst().volumes().getFirst().donePercent())
                .isEqualTo(75.05);
        read("change peer-device" + PEER + " volume:0 replication:Established out-of-sync:0");
        assertThat(taken("r0").peers().getFirst().volumes().getFirst().donePercent()).isNull();
    }

    @Test
    void figures_that_are_not_told_and_lines_without_news_change_nothing() {
        read("exists resource name:r0 role:Primary", "exists device name:r0 volume:0", "exists -");
        taken("r0");
        read("change resource name:r0 role:Primary", "change device name:r0 volume:0 written:77");
        assertThat(view.takeChanges().states()).isEmpty();
    }

    @Test
    void what_is_destroyed_is_gone_with_all_that_it_had() {
        read(
                "exists resource name:r0",
                "exists connection" + PEER + " connection:Connected",
                "exists peer-device" + PEER + " volume:0 replication:Established",
                "exists path" + PEER + " local:ipv4:1:1 peer:ipv4:2:2 established:yes",
                "exists device name:r0 volume:0",
                "exists -");
        read("destroy connection" + PEER, "destroy device name:r0 volume:0");
        assertThat(taken("r0").peers()).isEmpty();
        assertThat(view.given("r0").orElseThrow().volumes()).isEmpty();
        read("destroy resource name:r0");
        assertThat(view.takeChanges().states()).containsEntry("r0", Optional.empty());
    }

    @Test
    void a_resource_that_is_created_anew_remembers_nothing() {
        read("exists resource name:r0 role:Primary", "exists device name:r0 volume:0", "exists -");
        taken("r0");
        read("create resource name:r0 suspended:no");
        assertThat(taken("r0").volumes()).isEmpty();
        assertThat(view.given("r0").orElseThrow().role().known()).isEmpty();
    }

    @Test
    void a_renamed_resource_is_another_one() {
        read("exists resource name:a role:Primary", "exists -");
        taken("a");
        read("rename resource name:a new_name:b", "change resource name:b role:Secondary");
        NodeView.Changes changes = view.takeChanges();
        assertThat(changes.states().get("a")).isEqualTo(Optional.empty());
        assertThat(changes.states()).containsKey("b");
        assertThat(view.given("b").orElseThrow().role().is(Role.SECONDARY)).isTrue();
    }

    @Test
    void a_demotion_is_noticed_here_and_at_a_peer() {
        read(
                "exists resource name:r0 role:Primary",
                "exists connection" + PEER + " role:Secondary",
                "exists -");
        assertThat(view.takeChanges().demoted()).isEmpty();
        read("change resource name:r0 role:Secondary");
        assertThat(view.takeChanges().demoted()).containsExactly("r0");
        read("change connection" + PEER + " role:Primary");
        assertThat(view.takeChanges().demoted()).isEmpty();
        read("change connection" + PEER + " role:Secondary");
        assertThat(view.takeChanges().demoted()).containsExactly("r0");
    }

    @Test
    void unusable_lines_are_counted_and_lost_messages_break_the_stream() {
        assertThat(view.read("change widget name:r0", null))
                .isEqualTo(NodeView.Reading.UNUSABLE_NEW_SHAPE);
        assertThat(view.read("change widget name:r1", null)).isEqualTo(NodeView.Reading.UNUSABLE);
        assertThat(unparsed.counts()).containsEntry("unknown object widget", 2L);
        assertThat(view.read("- skipped 3", null)).isEqualTo(NodeView.Reading.STREAM_BROKEN);
    }

    @Test
    void a_second_dump_says_everything_anew() {
        read("exists resource name:r0 role:Primary", "exists resource name:r1", "exists -");
        view.takeChanges();
        read("exists resource name:r1 role:Secondary", "exists -");
        NodeView.Changes changes = view.takeChanges();
        assertThat(changes.states().get("r0")).isEqualTo(Optional.empty());
        assertThat(changes.states().get("r1")).isPresent();
    }

    @Test
    void options_are_told_when_they_become_known_and_when_they_change() {
        read("exists resource name:r0", "exists connection" + PEER, "exists -");
        assertThat(taken("r0").options()).isNull();
        configure("majority");
        DrbdResourceState state = taken("r0");
        assertThat(state.options()).isEqualTo(new Options("majority", null));
        assertThat(state.peers().getFirst().protocol()).isEqualTo("A");
        assertThat(state.peers().getFirst().allowTwoPrimaries()).isTrue();
        configure("majority");
        assertThat(view.takeChanges().states()).isEmpty();
        configure("off");
        assertThat(taken("r0").options()).isEqualTo(new Options("off", null));
    }

    @Test
    void a_resource_that_appears_or_connects_may_have_other_options() {
        read("exists resource name:r0", "exists connection" + PEER, "exists -");
        assertThat(view.takeChanges().reconfigured()).isTrue();
        read("change resource name:r0 role:Primary");
        assertThat(view.takeChanges().reconfigured()).isFalse();
        read("change connection" + PEER + " connection:Connected");
        assertThat(view.takeChanges().reconfigured()).isTrue();
        read("change connection" + PEER + " connection:Connected ap-in-flight:8");
        assertThat(view.takeChanges().reconfigured()).isFalse();
        read("create resource name:r1");
        assertThat(view.takeChanges().reconfigured()).isTrue();
    }

    @Test
    void figures_of_a_dump_beside_the_stream_change_figures_only() {
        read(
                "exists resource name:r0 role:Primary",
                "exists device name:r0 volume:0 disk:UpToDate upper-pending:3",
                "exists -");
        view.takeChanges();
        view.figures(
                """
                exists resource name:r0 role:Secondary
                exists device name:r0 volume:0 disk:Diskless upper-pending:0 size:8
                exists device name:r9 volume:0 disk:Diskless
                exists -
                """,
                null);
        DrbdResourceState state = taken("r0");
        assertThat(state.role().is(Role.PRIMARY)).isTrue();
        assertThat(state.volumes().getFirst().disk().is(DiskState.UP_TO_DATE)).isTrue();
        assertThat(state.volumes().getFirst().upperPending()).isZero();
        assertThat(state.volumes().getFirst().sizeBytes()).isEqualTo(8192);
    }

    @Test
    void hurt_lines_raise_doubt_and_lines_of_an_unknown_kind_do_not() {
        read("exists resource name:r0", "exists -");
        view.read("change widget name:r0 mood:good", null);
        assertThat(view.takeDoubt()).isFalse();
        view.read("change resource name:r0 rol", null);
        assertThat(view.takeDoubt()).isTrue();
        assertThat(view.takeDoubt()).isFalse();
        read("change device name:r0 volume:0 disk:UpToDate");
        assertThat(view.takeDoubt()).as("nothing was said of its creation").isTrue();
    }

    @Test
    void an_alarm_of_the_kernel_is_told() {
        read("exists resource name:r0", "exists -");
        assertThat(view.read("call helper" + PEER + " helper:initial-split-brain", null))
                .isEqualTo(NodeView.Reading.MERGED);
        assertThat(view.read("call helper" + PEER + " helper:split-brain", null))
                .isEqualTo(NodeView.Reading.ALARM);
        assertThat(view.read("response helper" + PEER + " helper:split-brain status:0", null))
                .isEqualTo(NodeView.Reading.MERGED);
    }

    @Test
    void strange_keys_and_words_are_kept_for_people() {
        read(
                "exists resource name:r0 mood:good role:Tertiary",
                "exists device name:r0 volume:0 size:12x",
                "exists -");
        assertThat(view.strange().keys()).containsExactly("resource.mood");
        assertThat(view.strange().words())
                .containsExactly("device.size:12x", "resource.role:Tertiary");
    }

    private void configure(String quorum) {
        view.configured(
                Map.of(
                        "r0",
                        new ResourceOptions(
                                new Options(quorum, null),
                                Map.of(1, new ResourceOptions.Peer("A", true)))));
    }

    private void read(String... lines) {
        for (String line : lines) {
            assertThat(view.read(line, null)).as(line).isEqualTo(NodeView.Reading.MERGED);
        }
        view.settle();
    }

    private DrbdResourceState taken(String resource) {
        assertThat(view.takeChanges().states().keySet()).containsExactly(resource);
        return view.given(resource).orElseThrow();
    }
}
