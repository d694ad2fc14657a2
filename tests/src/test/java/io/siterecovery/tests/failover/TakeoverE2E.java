package io.siterecovery.tests.failover;

import static io.siterecovery.tests.failover.FailoverWorld.CANONICAL;
import static io.siterecovery.tests.failover.FailoverWorld.completes;
import static io.siterecovery.tests.failover.FailoverWorld.failover;
import static io.siterecovery.tests.failover.FailoverWorld.group;
import static io.siterecovery.tests.failover.FailoverWorld.healthy;
import static io.siterecovery.tests.failover.FailoverWorld.last;
import static io.siterecovery.tests.failover.FailoverWorld.signal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A control plane stands still in the middle, another one goes on, the first wakes up. */
@Tag("full")
@ExtendWith(FailoverWorld.Shared.class)
class TakeoverE2E {

    private static final String NAMESPACE = "production";
    private static final String GROUP = "web-tier";
    private static final Duration STANDS_STILL = Duration.ofSeconds(30);
    private static final Duration WATCHED = Duration.ofSeconds(5);

    /** Whoever is not the control plane of the deployment. */
    private static final Set<String> OTHERS = Set.of("players", "admin");

    private final FailoverWorld in;

    TakeoverE2E(FailoverWorld in) {
        this.in = in;
    }

    @Test
    void no_write_of_one_that_was_asleep_lands_after_another_took_over() throws Exception {
        in.primary.apply(group(CANONICAL, NAMESPACE, GROUP, "web-vm-1", "web-vm-2"));
        for (String step :
                List.of("Closing", "StoppingVMs", "Proving", "Granting", "StartingVMs")) {
            move(in.primary, "cluster1", "cluster2", step);
            move(in.dr, "cluster2", "cluster1", step);
        }
    }

    private void move(Kubectl from, String source, String target, String step) throws Exception {
        healthy(from, NAMESPACE, GROUP);
        String name = "taken-over-at-" + step.toLowerCase(Locale.ROOT) + "-from-" + source;
        long sleeper = in.world.controlPlanePid();
        in.at(
                step,
                source + "." + NAMESPACE + "." + name,
                () -> from.apply(failover(CANONICAL, NAMESPACE, name, GROUP, target)),
                () -> signal("STOP", sleeper));
        long end = System.nanoTime() + STANDS_STILL.toNanos();
        try (AutoCloseable second = in.world.anotherControlPlane("control-plane-2")) {
            completes(from, NAMESPACE, name);
            healthy(target.equals("cluster2") ? in.dr : in.primary, NAMESPACE, GROUP);
            assertThat(second).isNotNull();
        }
        last(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        List<KubernetesApiServer> servers =
                Stream.of("cluster1", "cluster2", "cluster3").map(in.world::apiServer).toList();
        List<Integer> before = servers.stream().map(s -> s.history().size()).toList();
        signal("CONT", sleeper);
        last(WATCHED);
        for (int i = 0; i < servers.size(); i++) {
            List<HistoryEntry> history = servers.get(i).history();
            assertThat(history.subList(before.get(i), history.size()))
                    .as(servers.get(i).name())
                    .filteredOn(entry -> acts(entry, history))
                    .extracting(HistoryEntry::verb, HistoryEntry::resource, HistoryEntry::name)
                    .isEmpty();
        }
        // A new start may act again, and does in the next round.
        signal("KILL", sleeper);
        await().atMost(FailoverWorld.PATIENCE).until(() -> in.world.controlPlanePid() != sleeper);
    }

    /** Not what only tells: Events of what was true before it slept, statuses of what is now. */
    private static boolean acts(HistoryEntry entry, List<HistoryEntry> history) {
        if (OTHERS.contains(entry.user()) || entry.resource().startsWith("events")) {
            return false;
        }
        JsonNode spec = entry.object().path("spec");
        return !entry.resource().startsWith("protectiongroups")
                || history.stream()
                        .takeWhile(e -> e.resourceVersion() < entry.resourceVersion())
                        .filter(earlier -> earlier.resource().equals(entry.resource()))
                        .filter(earlier -> earlier.name().equals(entry.name()))
                        .reduce((_, later) -> later)
                        .filter(earlier -> earlier.object().path("spec").equals(spec))
                        .isEmpty();
    }
}
