package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QuorumWatchTest {

    private static final String BRAVO = " name:r0 peer-node-id:1 conn-name:bravo";
    private static final String CHARLIE = " name:r0 peer-node-id:2 conn-name:charlie";
    private static final String DEVICE = " device name:r0 volume:0 disk:UpToDate quorum:";

    private final NodeView view = new NodeView("alpha", "i", new UnparsedLines());

    /** Step 18: alpha, cut off from both peers, was promoted by force. */
    @Test
    void on_real_drbd_only_a_forced_promotion_brings_quorum_back_without_peers()
            throws IOException {
        for (String kernel : new String[] {"9.2.18", "9.3.3"}) {
            for (String node : new String[] {"alpha", "alpha.boot2", "bravo", "charlie"}) {
                Map<String, Boolean> steps =
                        flagAtTheEndOfEachStep(Transcripts.of(kernel, node + ".events2-plain.txt"));
                steps.forEach(
                        (step, flag) ->
                                assertThat(flag)
                                        .as("%s %s %s", kernel, node, step)
                                        .isEqualTo(
                                                node.equals("alpha.boot2") && step.equals("18")));
                assertThat(steps).isNotEmpty();
            }
        }
    }

    @Test
    void before_this_stream_it_may_have_been_forced() {
        dump("yes", "Connecting", "Connecting");
        assertThat(flag()).isNull();
        say("change connection" + CHARLIE + " connection:Connected");
        assertThat(flag()).as("a tie-breaker and one of two replicas").isFalse();
    }

    @Test
    void a_forced_promotion_voids_it_until_a_majority_is_connected() {
        dump("yes", "Connected", "Connected");
        assertThat(flag()).isFalse();
        say(
                "change connection" + BRAVO + " connection:NetworkFailure",
                "change connection" + CHARLIE + " connection:NetworkFailure",
                "change" + DEVICE + "no");
        assertThat(flag()).isFalse();
        say("change" + DEVICE + "yes");
        assertThat(flag()).isTrue();
        say("destroy connection" + BRAVO, "destroy connection" + CHARLIE);
        assertThat(flag()).as("who has no peers left is no majority").isTrue();
        say("create connection" + BRAVO + " connection:Connected");
        assertThat(flag()).isFalse();
    }

    @Test
    void quorum_that_comes_with_a_peer_is_what_it_seems() {
        dump("no", "Connecting", "Connecting");
        say("change connection" + BRAVO + " connection:Connected", "change" + DEVICE + "yes");
        assertThat(flag()).isFalse();
    }

    @Test
    void one_of_two_peers_that_have_disks_is_no_majority_of_five() {
        dump("no", "Connecting", "Connecting");
        for (int node = 3; node <= 4; node++) {
            String peer = " name:r0 peer-node-id:%d conn-name:n%d".formatted(node, node);
            say("create connection" + peer + " connection:Connecting");
        }
        say("change connection" + BRAVO + " connection:Connected", "change" + DEVICE + "yes");
        assertThat(flag()).isTrue();
    }

    @Test
    void where_quorum_is_off_there_is_nothing_to_tell() throws IOException {
        dump("yes", "Connected", "Connected");
        view.configured(
                ShowDocument.read(
                                "[{\"resource\": \"r0\", \"options\": {\"quorum\": \"off\"}}]",
                                true)
                        .orElseThrow());
        assertThat(flag()).isNull();
    }

    private void dump(String quorum, String bravo, String charlie) {
        say(
                "exists resource name:r0 role:Secondary",
                "exists connection" + BRAVO + " connection:" + bravo,
                "exists connection" + CHARLIE + " connection:" + charlie,
                "exists" + DEVICE + quorum,
                "exists peer-device" + BRAVO + " volume:0 peer-client:no",
                "exists peer-device" + CHARLIE + " volume:0 peer-client:yes",
                "exists -");
    }

    private void say(String... lines) {
        for (String line : lines) {
            view.read(line, null);
        }
        view.settle();
    }

    private @Nullable Boolean flag() {
        return view.state("r0").orElseThrow().quorumWithoutPeer();
    }

    private static Map<String, Boolean> flagAtTheEndOfEachStep(Path transcript) throws IOException {
        Map<String, Boolean> steps = new HashMap<>();
        Replay replay = new Replay();
        String step = "";
        for (String line : Files.readAllLines(transcript)) {
            if (!line.startsWith("#")) {
                replay.line(line);
                continue;
            }
            replay.view().settle();
            var state = replay.view().state("r0");
            if (state.isPresent() && state.get().quorumWithoutPeer() != null) {
                steps.put(step, state.get().quorumWithoutPeer());
            }
            step = line.startsWith("# STEP") ? line.substring(7, 9) : "";
        }
        return steps;
    }
}
