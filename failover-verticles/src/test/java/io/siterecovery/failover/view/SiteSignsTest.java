package io.siterecovery.failover.view;

import static io.siterecovery.failover.core.Fixtures.NOW;
import static io.siterecovery.failover.core.Fixtures.RESOURCE;
import static io.siterecovery.failover.core.Fixtures.SOURCE;
import static io.siterecovery.failover.core.Fixtures.TARGET;
import static io.siterecovery.failover.core.Fixtures.peer;
import static io.siterecovery.failover.core.Fixtures.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.failover.core.diagnosis.Diagnosis;
import io.siterecovery.failover.core.diagnosis.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SiteSignsTest {

    private final TenantView view = new TenantView(_ -> {});
    private final SiteSigns signs = new SiteSigns(view, List.of(SOURCE, TARGET));

    @Test
    void a_site_is_lost_for_sure_although_figures_of_what_it_lacks_keep_coming() {
        lost();
        for (int second = 1; second <= 30; second++) {
            say(ConnectionState.CONNECTING, NOW.plusSeconds(second));
        }
        Diagnosis diagnosis = diagnosis(NOW.plusSeconds(30));
        assertThat(diagnosis.verdict()).isEqualTo(Verdict.SITE_DOWN);
        assertThat(diagnosis.confirmed()).isTrue();
        assertThat(diagnosis.since()).isEqualTo(NOW);
    }

    @Test
    void a_connection_that_was_back_in_between_is_cut_anew() {
        lost();
        say(ConnectionState.CONNECTED, NOW.plusSeconds(28));
        say(ConnectionState.CONNECTING, NOW.plusSeconds(29));
        Diagnosis diagnosis = diagnosis(NOW.plusSeconds(30));
        assertThat(diagnosis.verdict()).isEqualTo(Verdict.SITE_DOWN);
        assertThat(diagnosis.confirmed()).isFalse();
    }

    private void lost() {
        reachable(SOURCE.name(), false);
        reachable(TARGET.name(), true);
        view.applyBeats(beats(SOURCE.name(), "n1", NOW.minusSeconds(1)));
        say(ConnectionState.CONNECTING, NOW);
    }

    private void reachable(String cluster, boolean reachable) {
        view.apply(
                FactKey.reachability(cluster),
                new ReachabilityFact(reachable, true, NOW.minusSeconds(1), "site", ""));
    }

    private void say(ConnectionState connection, Instant at) {
        DrbdResourceState said =
                peer(state("n2", "n1"), p -> peer(p, connection, Role.UNKNOWN, 0L));
        view.applyDrbd(
                TARGET.name(),
                "n2",
                RESOURCE,
                new RoutedDrbdState(TARGET.name(), "site2", 1, at, said));
    }

    private Diagnosis diagnosis(Instant now) {
        view.applyBeats(beats(TARGET.name(), "n2", now));
        return Objects.requireNonNull(signs.diagnoses(now).get(SOURCE)).orElseThrow();
    }

    private static RoutedBeats beats(String cluster, String node, Instant at) {
        return new RoutedBeats(
                cluster, "site", Map.of(node, new RoutedBeat(1, at, "run-1", 1, true, null)));
    }
}
