package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyncWatchTest {

    private static final Instant T = Instant.parse("2026-11-20T22:50:00Z");
    private static final String PEER = " name:r0 peer-node-id:1 conn-name:bravo";
    private static final String CUT =
            "change connection" + PEER + " connection:NetworkFailure role:Unknown";

    private final NodeView view = new NodeView("alpha", "i", new UnparsedLines());

    @Test
    void with_protocol_c_it_is_in_sync_until_the_event_that_ends_it() {
        dump();
        configure("C");
        say(T.plusSeconds(1), "change connection" + PEER + " ap-in-flight:512");
        assertThat(peer().inSync()).as("unacknowledged writes are not lost").isTrue();
        say(T.plusSeconds(9), CUT);
        assertThat(peer().inSync()).isFalse();
        assertThat(peer().lastInSyncAt()).isEqualTo(T.plusSeconds(9));
        say(T.plusSeconds(20), "change peer-device" + PEER + " volume:0 out-of-sync:8");
        assertThat(peer().lastInSyncAt()).isEqualTo(T.plusSeconds(9));
    }

    @Test
    void with_protocol_a_what_was_in_flight_is_known_only_from_the_figures() {
        dump();
        configure("A");
        view.sampled(T.plusSeconds(5));
        say(T.plusSeconds(9), CUT);
        assertThat(peer().lastInSyncAt()).isEqualTo(T.plusSeconds(5));
    }

    @Test
    void data_in_flight_ends_it_and_its_arrival_begins_it_again() {
        dump();
        configure("A");
        say(T.plusSeconds(5), "change connection" + PEER + " ap-in-flight:1984");
        assertThat(peer().inSync()).isFalse();
        assertThat(peer().lastInSyncAt()).isEqualTo(T);
        view.sampled(T.plusSeconds(6));
        assertThat(peer().lastInSyncAt()).isEqualTo(T);
        say(T.plusSeconds(10), "change connection" + PEER + " ap-in-flight:0");
        assertThat(peer().inSync()).isTrue();
        assertThat(peer().lastInSyncAt()).as("it is so now").isNull();
    }

    @Test
    void while_the_protocol_is_not_known_nothing_may_be_in_flight() {
        dump();
        say(T.plusSeconds(5), "change connection" + PEER + " ap-in-flight:1984");
        assertThat(peer().inSync()).isFalse();
    }

    @Test
    void what_was_not_said_is_not_known() {
        say(
                T,
                "exists resource name:r0",
                "exists connection" + PEER + " connection:Connected",
                "exists device name:r0 volume:0 disk:UpToDate",
                "exists peer-device"
                        + PEER
                        + " volume:0 replication:Established peer-disk:UpToDate",
                "exists -");
        assertThat(peer().inSync()).isNull();
        assertThat(peer().lastInSyncAt()).isNull();
    }

    @Test
    void a_peer_without_a_disk_has_nothing_to_be_in_sync_with() {
        dump();
        say(T, "change peer-device" + PEER + " volume:0 peer-disk:Diskless peer-client:yes");
        assertThat(peer().inSync()).isNull();
    }

    /** a0, protocol A: alpha goes on writing after the cut at 22:53:51. */
    @Test
    void on_real_drbd_the_primary_knows_when_it_was_last_in_sync() throws IOException {
        Replay replay = new Replay();
        List<String> lines =
                Transcripts.lines(Transcripts.of("9.2.18", "alpha.boot2.events2-full.txt"));
        lines.stream()
                .takeWhile(line -> line.compareTo("2026-11-20T22:54:00") < 0)
                .forEach(replay::line);
        replay.end();
        Peer bravo = replay.view().state("a0").orElseThrow().peers().getFirst();
        assertThat(bravo.inSync()).isFalse();
        assertThat(bravo.lastInSyncAt())
                .isBetween(
                        Instant.parse("2026-11-20T22:53:40Z"),
                        Instant.parse("2026-11-20T22:53:51.662114Z"));
    }

    private void dump() {
        say(
                T,
                "exists resource name:r0 role:Primary",
                "exists connection" + PEER + " connection:Connected role:Secondary ap-in-flight:0",
                "exists device name:r0 volume:0 disk:UpToDate",
                "exists peer-device"
                        + PEER
                        + " volume:0 replication:Established peer-disk:UpToDate peer-client:no"
                        + " out-of-sync:0",
                "exists -");
    }

    private void configure(String protocol) {
        view.configured(
                Map.of(
                        "r0",
                        new ResourceOptions(
                                new Options("off", null),
                                Map.of(1, new ResourceOptions.Peer(protocol, false)))));
    }

    private void say(Instant at, String... lines) {
        for (String line : lines) {
            view.read(line, at);
        }
        view.settle();
    }

    private Peer peer() {
        return view.state("r0").orElseThrow().peers().getFirst();
    }
}
