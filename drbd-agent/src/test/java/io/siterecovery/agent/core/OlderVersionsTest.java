package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What older drbd-utils do not print is absent, and all else is as true as with new ones. */
class OlderVersionsTest {

    /** Real lines without the keys that a version did not have yet. */
    @ParameterizedTest
    @CsvSource({
        "9.22, open",
        "9.16, open|force-io-failures|backing_dev",
        "9.5, open|force-io-failures|backing_dev|may_promote|promotion_score"
    })
    void keys_of_later_versions_are_absent_and_no_default(String utils, String missing)
            throws IOException {
        Pattern gone = Pattern.compile(" (" + missing + "):[^ ]*");
        for (Path transcript : Transcripts.all()) {
            Replay now = new Replay();
            Replay then = new Replay();
            for (String line : Transcripts.lines(transcript)) {
                now.line(line);
                then.line(gone.matcher(line).replaceAll(""));
                then.view().settle();
                now.view().settle();
                now.states()
                        .forEach(
                                (name, state) ->
                                        assertThat(without(missing, state))
                                                .as("utils %s: %s", utils, line)
                                                .isEqualTo(then.states().get(name)));
            }
            assertThat(then.unparsed().total()).isZero();
        }
    }

    /** drbdsetup-84: no paths, one faked peer, and StandAlone destroys the connection. */
    @Test
    void the_stream_of_the_in_tree_module() {
        NodeView view = new NodeView("n", "i", new UnparsedLines());
        say(
                view,
                "exists resource name:r0 role:Primary suspended:no write-ordering:flush",
                "exists connection name:r0 peer-node-id:0 conn-name:peer connection:Connected"
                        + " role:Secondary congested:no",
                "exists device name:r0 volume:0 minor:0 disk:UpToDate size:65496 upper-pending:0",
                "exists peer-device name:r0 peer-node-id:0 conn-name:peer volume:0"
                        + " replication:Established peer-disk:UpToDate resync-suspended:no"
                        + " out-of-sync:0 pending:0 unacked:0",
                "exists -");
        DrbdResourceState state = view.state("r0").orElseThrow();
        assertThat(state.role().is(Role.PRIMARY)).isTrue();
        assertThat(state.mayPromote()).isNull();
        assertThat(state.volumes().getFirst().quorum()).isNull();
        assertThat(state.quorumWithoutPeer()).isNull();
        assertThat(state.peers().getFirst().apInFlightBytes()).isNull();
        assertThat(state.peers().getFirst().inSync()).as("what is in flight is not said").isNull();

        say(
                view,
                "change connection name:r0 peer-node-id:0 conn-name:peer",
                "change connection name:r0 peer-node-id:0 conn-name:peer connection:Disconnecting",
                "destroy peer-device name:r0 peer-node-id:0 conn-name:peer volume:0",
                "destroy connection name:r0 peer-node-id:0 conn-name:peer");
        assertThat(view.state("r0").orElseThrow().peers()).isEmpty();
        say(
                view,
                "create connection name:r0 peer-node-id:0 conn-name:peer connection:Unconnected"
                        + " role:Unknown");
        assertThat(
                        view.state("r0")
                                .orElseThrow()
                                .peers()
                                .getFirst()
                                .connection()
                                .is(ConnectionState.UNCONNECTED))
                .isTrue();
        assertThat(view.read("- skipped 3", null)).isEqualTo(NodeView.Reading.STREAM_BROKEN);
    }

    private static void say(NodeView view, String... lines) {
        for (String line : lines) {
            assertThat(view.read(line, null)).as(line).isEqualTo(NodeView.Reading.MERGED);
        }
        view.settle();
    }

    private static DrbdResourceState without(String missing, DrbdResourceState state) {
        List<String> keys = List.of(missing.split("\\|", -1));
        return new DrbdResourceState(
                state.node(),
                state.resource(),
                state.incarnation(),
                state.sequence(),
                state.observedAt(),
                state.role(),
                state.suspended(),
                keys.contains("force-io-failures") ? null : state.forceIoFailures(),
                keys.contains("may_promote") ? null : state.mayPromote(),
                keys.contains("promotion_score") ? null : state.promotionScore(),
                state.volumes().stream().map(volume -> without(keys, volume)).toList(),
                state.peers(),
                state.options(),
                state.quorumWithoutPeer());
    }

    private static DrbdResourceState.Volume without(
            List<String> keys, DrbdResourceState.Volume volume) {
        return new DrbdResourceState.Volume(
                volume.volume(),
                volume.disk(),
                volume.quorum(),
                keys.contains("open") ? null : volume.open(),
                volume.sizeBytes(),
                volume.upperPending(),
                volume.client());
    }
}
