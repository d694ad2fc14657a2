package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.drbd.DrbdResourceState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelEventTest {

    private static final String NOW = "2026-11-20T22:50:34.705272+00:00 ";
    private static final String LATER = "2026-11-20T22:50:34.805272+00:00 ";

    private final NodeView view = new NodeView("n1", "i", new UnparsedLines());

    @Test
    void half_an_event_is_not_applied() {
        dump();
        view.read(NOW + "change resource name:r0 may_promote:yes", null);
        assertThat(view.takeChanges().states()).isEmpty();
        assertThat(view.isOpen()).isTrue();
        view.read(NOW + "change device name:r0 volume:0 quorum:no", null);
        assertThat(view.takeChanges().states()).isEmpty();
        view.read(LATER + "change device name:r0 volume:0 disk:Outdated", null);

        assertThat(view.takeChanges().states()).containsOnlyKeys("r0");
        DrbdResourceState state = view.given("r0").orElseThrow();
        assertThat(state.mayPromote()).isTrue();
        assertThat(state.volumes().getFirst().quorum()).isFalse();
        assertThat(state.volumes().getFirst().disk().raw()).isEqualTo("UpToDate");
        view.settle();
        assertThat(view.isOpen()).isFalse();
        assertThat(view.takeChanges().states()).containsOnlyKeys("r0");
    }

    /** Without timestamps the order of printing tells where an event begins, nearly always. */
    @Test
    void on_real_drbd_hardly_a_state_is_seen_that_never_was() throws IOException {
        for (Path transcript : Transcripts.all()) {
            List<String> lines = Transcripts.lines(transcript);
            Set<String> were = states(lines);
            Set<String> never =
                    new HashSet<>(
                            states(
                                    lines.stream()
                                            .map(line -> line.substring(line.indexOf(' ') + 1))
                                            .toList()));
            never.removeAll(were);
            assertThat(never).as(transcript.toString()).hasSizeLessThanOrEqualTo(2);
            assertThat(were).hasSizeGreaterThan(20);
        }
    }

    /** Of all resources between events, but for the times in them. */
    private static Set<String> states(List<String> lines) {
        NodeView view = new NodeView("n", "i", new UnparsedLines());
        Set<String> states = new HashSet<>();
        for (String line : lines) {
            view.read(line, null);
            view.takeChanges()
                    .states()
                    .values()
                    .forEach(
                            state ->
                                    states.add(
                                            state.toString()
                                                    .replaceAll("lastInSyncAt=[^,\\]]*", "")));
        }
        return states;
    }

    private void dump() {
        view.read("exists resource name:r0 may_promote:no", null);
        view.read("exists device name:r0 volume:0 disk:UpToDate quorum:yes", null);
        view.read("exists -", null);
        view.takeChanges();
    }
}
