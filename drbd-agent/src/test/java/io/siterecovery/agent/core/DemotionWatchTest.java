package io.siterecovery.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemotionWatchTest {

    private static final Instant T = Instant.parse("2026-11-20T22:50:00Z");

    private final NodeView view = new NodeView("n1", "i", new UnparsedLines());
    private final DemotionWatch watch = new DemotionWatch();

    @Test
    void a_demoted_resource_is_watched_until_nothing_of_it_is_on_its_way() {
        read(
                "exists resource name:r0",
                "exists device name:r0 volume:0 upper-pending:3",
                "exists -");
        assertThat(watch.isBusy(view, Set.of(), T)).isFalse();
        assertThat(watch.isBusy(view, Set.of("r0"), T)).isTrue();
        read("change device name:r0 volume:0 upper-pending:0");
        assertThat(watch.isBusy(view, Set.of(), T)).isFalse();
        read("change connection name:r0 peer-node-id:1 conn-name:n2 ap-in-flight:8");
        assertThat(watch.isBusy(view, Set.of(), T)).isTrue();
        read("change connection name:r0 peer-node-id:1 conn-name:n2 ap-in-flight:0");
        read("change peer-device name:r0 peer-node-id:1 conn-name:n2 volume:0 unacked:1");
        assertThat(watch.isBusy(view, Set.of(), T)).isTrue();
    }

    @Test
    void a_secondary_that_never_falls_quiet_is_not_watched_for_ever() {
        read(
                "exists resource name:r0",
                "exists device name:r0 volume:0 upper-pending:3",
                "exists -");
        assertThat(watch.isBusy(view, Set.of("r0"), T)).isTrue();
        assertThat(watch.isBusy(view, Set.of(), T.plus(DemotionWatch.SETTLING))).isTrue();
        assertThat(watch.isBusy(view, Set.of(), T.plus(DemotionWatch.SETTLING).plusMillis(1)))
                .isFalse();
    }

    private void read(String... lines) {
        for (String line : lines) {
            view.read(line, null);
        }
        view.settle();
        view.takeChanges();
    }
}
