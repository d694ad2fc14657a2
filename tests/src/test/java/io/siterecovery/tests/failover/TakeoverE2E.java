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
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer.HistoryEntry;
import io.siterecovery.sandbox.quickstart.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two control planes share the deployments: one goes, in many ways, and the other goes on. */
@ExtendWith(FailoverWorld.Shared.class)
class TakeoverE2E {

    private static final String DEPLOYMENT = "prod";
    private static final String NAMESPACE = "production";
    private static final String GROUP = "web-tier";
    private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(15);
    private static final Duration STANDS_STILL = Duration.ofSeconds(30);
    private static final Duration WATCHED = Duration.ofSeconds(5);
    private static final String ACTING = "/spec/instance/id";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Whoever is not the control plane of the deployment. */
    private static final Set<String> OTHERS = Set.of("players", "admin");

    private final FailoverWorld in;

    TakeoverE2E(FailoverWorld in) {
        this.in = in;
    }

    @BeforeEach
    void there_is_a_group() {
        in.primary.apply(group(CANONICAL, NAMESPACE, GROUP, "web-vm-1", "web-vm-2"));
    }

    @Test
    void another_instance_ends_the_failover_of_one_that_was_killed() throws Exception {
        killed("StoppingVMs");
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(strings = {"Closing", "Proving", "Granting", "StartingVMs"})
    void another_instance_ends_the_failover_of_one_that_was_killed_at(String step)
            throws Exception {
        killed(step);
    }

    @Tag("full")
    @Test
    void instances_that_are_restarted_one_after_the_other_fail_no_failover() throws Exception {
        try (ServiceProcess second = second()) {
            for (ServiceProcess next : List.of(second, first(), second, first())) {
                for (String step : List.of("StoppingVMs", "StartingVMs")) {
                    long pid = next.pid();
                    move("restarted-at-" + step + "-" + pid, step, () -> signal("TERM", pid));
                    await().atMost(FailoverWorld.PATIENCE)
                            .until(() -> next.pid() != pid && isReady(next));
                }
            }
        }
    }

    @Tag("full")
    @Test
    void no_write_of_one_that_was_asleep_lands_after_another_took_over() throws Exception {
        for (String step :
                List.of("Closing", "StoppingVMs", "Proving", "Granting", "StartingVMs")) {
            asleep(step);
            asleep(step);
        }
    }

    private void killed(String step) throws Exception {
        try (ServiceProcess second = second()) {
            ServiceProcess runner = runs(second) ? second : first();
            ServiceProcess other = runner == second ? first() : second;
            String before = instance();
            AtomicLong killed = new AtomicLong();
            move(
                    "killed-at-" + step,
                    step,
                    () -> {
                        killed.set(System.nanoTime());
                        runner.kill();
                    });
            long acts = firstActOfAnother(before, killed.get());
            Duration taken = Duration.ofNanos(acts - killed.get());
            System.out.printf("killed at %s: taken over in %d ms%n", step, taken.toMillis());
            assertThat(taken).isLessThan(TAKEN_OVER_WITHIN);
            assertThat(runs(other)).isTrue();
            runner.revive();
        }
    }

    private void asleep(String step) throws Exception {
        ServiceProcess first = first();
        long sleeper = first.pid();
        long end = System.nanoTime() + STANDS_STILL.toNanos();
        AtomicReference<ServiceProcess> second = new AtomicReference<>();
        try {
            move(
                    "taken-over-at-" + step + "-from-" + sleeper,
                    step,
                    () -> {
                        signal("STOP", sleeper);
                        second.set(in.world.anotherControlPlane("second"));
                    });
            last(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            List<KubernetesApiServer> servers = servers();
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
        } finally {
            second.get().close();
        }
        // A new start may act again, and does in the next round.
        signal("KILL", sleeper);
        await().atMost(FailoverWorld.PATIENCE)
                .until(() -> first.pid() != sleeper && runs(first) && isReady(first));
    }

    /** Orders the group to where it is not, does something at a step, and sees it completed. */
    private void move(String called, String step, Runnable meanwhile) {
        boolean there = FailoverWorld.phase(in.primary, NAMESPACE, "web-vm-1").isEmpty();
        Kubectl from = there ? in.dr : in.primary;
        String name = called.toLowerCase(Locale.ROOT) + (there ? "-back" : "");
        healthy(from, NAMESPACE, GROUP);
        in.at(
                step,
                (there ? "cluster2." : "cluster1.") + NAMESPACE + "." + name,
                () ->
                        from.apply(
                                failover(
                                        CANONICAL,
                                        NAMESPACE,
                                        name,
                                        GROUP,
                                        there ? "cluster1" : "cluster2")),
                meanwhile);
        completes(from, NAMESPACE, name);
        healthy(there ? in.primary : in.dr, NAMESPACE, GROUP);
    }

    private ServiceProcess first() {
        return in.world.controlPlane();
    }

    /** One more, once the two have shared the deployments out. */
    private ServiceProcess second() {
        ServiceProcess second = in.world.anotherControlPlane("second");
        await().atMost(FailoverWorld.PATIENCE)
                .until(() -> isReady(first()) && isReady(second) && runs(first()) != runs(second));
        return second;
    }

    private static boolean isReady(ServiceProcess instance) {
        return readiness(instance).path("ready").asBoolean();
    }

    private static boolean runs(ServiceProcess instance) {
        return readiness(instance)
                .path("tenants")
                .valueStream()
                .anyMatch(tenant -> tenant.asText().equals(DEPLOYMENT));
    }

    /** Empty while it does not answer. */
    private static JsonNode readiness(ServiceProcess instance) {
        URI uri = URI.create("http://127.0.0.1:" + instance.port() + "/readyz");
        try {
            return JSON.readTree(
                    HTTP.send(
                                    HttpRequest.newBuilder(uri).build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body());
        } catch (IOException e) {
            return JSON.createObjectNode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Which instance acts for the group, as its ownership says. */
    private String instance() {
        return ownerships()
                .reduce((_, later) -> later)
                .map(entry -> entry.object().at(ACTING).asText())
                .orElse("");
    }

    private long firstActOfAnother(String before, long since) {
        return ownerships()
                .filter(entry -> entry.nanoTime() > since)
                .filter(entry -> !entry.object().at(ACTING).asText().equals(before))
                .findFirst()
                .orElseThrow()
                .nanoTime();
    }

    private Stream<HistoryEntry> ownerships() {
        return in.world.apiServer("cluster3").history().stream()
                .filter(entry -> entry.resource().startsWith("groupownerships"))
                .filter(entry -> entry.name().equals(NAMESPACE + "." + GROUP));
    }

    private List<KubernetesApiServer> servers() {
        return Stream.of("cluster1", "cluster2", "cluster3").map(in.world::apiServer).toList();
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
