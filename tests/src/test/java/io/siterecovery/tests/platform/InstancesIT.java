package io.siterecovery.tests.platform;

import static io.siterecovery.tests.platform.TwoSites.get;
import static io.siterecovery.tests.platform.TwoSites.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.ServiceModule;
import io.siterecovery.platform.TenantContext;
import io.siterecovery.platform.TenantPart;
import io.siterecovery.tests.platform.TwoSites.Instance;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several control planes and one broker: which of them runs which deployment. */
class InstancesIT {

    private static final String POOL = "site-recovery.control-plane";
    private static final int TENANTS = 10;

    /** Of the group; who waits for this long was waiting for a session to run out. */
    private static final Duration SESSION = Duration.ofSeconds(6);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A deployment was started or had stopped. */
    private record Turn(String instance, String tenant, String id, boolean started) {}

    @TempDir Path dir;
    private final List<Turn> turns = new CopyOnWriteArrayList<>();
    private TwoSites world;

    @BeforeEach
    void start() throws Exception {
        world = new TwoSites(dir);
    }

    @AfterEach
    void stop() throws Exception {
        world.close();
    }

    @Test
    void deployments_are_shared_out_and_handed_over_one_by_one() throws Exception {
        List<String> names = IntStream.range(0, TENANTS).mapToObj(i -> "t" + i).toList();
        for (String name : names) {
            world.deployment(name, name);
        }
        Instance one = instance("one");
        soon().until(() -> runners().size() == TENANTS);
        assertThat(runners().values()).containsOnly("one");

        Instance two = instance("two");
        soon().until(() -> runners().size() == TENANTS && runners().containsValue("two"));
        assertThat(runners().values()).contains("one");
        nobodyRanTwice();
        soon().until(() -> isReady(one) && isReady(two));
        assertThat(tenants(one)).doesNotContainAnyElementsOf(tenants(two));
        assertThat(tenants(one).size() + tenants(two).size()).isEqualTo(TENANTS);
        assertThat(metric(two, "site_recovery_tenants_running")).isEqualTo(tenants(two).size());
        assertThat(metric(two, "site_recovery_partitions_held")).isEqualTo(4);

        // Back in the same process, a deployment is run by somebody new.
        long begun = System.nanoTime();
        world.stopInstance(two.controlPlane());
        soon().until(() -> runners().size() == TENANTS && !runners().containsValue("two"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SESSION);
        nobodyRanTwice();
        assertThat(turns.stream().filter(Turn::started).map(Turn::id)).doesNotHaveDuplicates();
    }

    @Test
    void what_was_lost_stops_and_what_is_kept_while_the_broker_is_away_goes_on() throws Exception {
        world.deployment("prod", "production");
        Instance one = instance("one");
        soon().until(() -> runners().size() == 1 && isReady(one));

        world.evictAll(POOL);
        soon().until(() -> turns.size() == 3 && runners().size() == 1);
        nobodyRanTwice();

        int port = world.stopKafka();
        soon().until(() -> readiness(one).getJsonObject("missing").containsKey("(kafka)"));
        world.restartKafka(port);
        soon().until(() -> isReady(one));
        assertThat(turns).hasSize(3);
    }

    @Test
    void a_deployment_with_instances_of_its_own_is_left_alone_by_the_others() throws Exception {
        world.deployment("prod", "production");
        world.deployment("staging", "staging");
        Instance pool = instance("pool");
        Instance own = instance("own", Optional.of("prod"));
        soon().until(() -> runners().size() == 2 && isReady(pool));
        assertThat(runners().values()).containsOnly("pool");
        soon().until(() -> missing(own, "(deployment)").contains(ApiGroups.ISOLATION_LABEL));

        isolation("prod", "dedicated");
        soon().until(() -> runners().equals(Map.of("prod", "own", "staging", "pool")));
        soon().until(() -> isReady(own) && isReady(pool));
        assertThat(tenants(own)).containsExactly("prod");

        isolation("prod", "dedicate");
        soon().until(() -> runners().equals(Map.of("staging", "pool")));
        soon().until(() -> missing(pool, "dr-prod").contains("must be dedicated or absent"));

        isolation("prod", null);
        soon().until(() -> runners().equals(Map.of("prod", "pool", "staging", "pool")));
        assertThat(isReady(own)).isFalse();
    }

    @Test
    void an_instance_for_a_deployment_that_is_not_there_says_so() throws Exception {
        Instance own = instance("own", Optional.of("nowhere"));
        soon().until(() -> missing(own, "(deployment)").contains("no namespace dr-nowhere"));
    }

    private Instance instance(String name) throws Exception {
        return instance(name, Optional.empty());
    }

    private Instance instance(String name, Optional<String> deployment) throws Exception {
        return world.startInstance(deployment, List.of(new Recorder(name)));
    }

    private void isolation(String deployment, String label) throws Exception {
        String path = "/metadata/labels/" + JsonPatch.escape(ApiGroups.ISOLATION_LABEL);
        JsonPatch patch =
                label == null
                        ? JsonPatch.create().remove(path)
                        : JsonPatch.create().add(path, label);
        get(world.onQuorum.patch(ResourceKind.NAMESPACE, "", "dr-" + deployment, patch));
    }

    /** Who runs each deployment now. */
    private Map<String, String> runners() {
        Map<String, String> runners = new TreeMap<>();
        for (Turn turn : turns) {
            if (turn.started()) {
                runners.put(turn.tenant(), turn.instance());
            } else {
                runners.remove(turn.tenant());
            }
        }
        return runners;
    }

    private void nobodyRanTwice() {
        Map<String, Set<String>> running = new HashMap<>();
        for (Turn turn : turns) {
            Set<String> ids = running.computeIfAbsent(turn.tenant(), _ -> new HashSet<>());
            if (turn.started()) {
                ids.add(turn.id());
            } else {
                ids.remove(turn.id());
            }
            assertThat(ids).as(turn.tenant()).hasSizeLessThanOrEqualTo(1);
        }
    }

    private static JsonObject readiness(Instance instance) throws Exception {
        return new JsonObject(answer(instance, "/readyz"));
    }

    private static boolean isReady(Instance instance) throws Exception {
        return readiness(instance).getBoolean("ready");
    }

    private static List<String> tenants(Instance instance) throws Exception {
        return readiness(instance).getJsonArray("tenants").stream().map(String::valueOf).toList();
    }

    private static String missing(Instance instance, String what) throws Exception {
        return readiness(instance).getJsonObject("missing").getString(what, "");
    }

    private static double metric(Instance instance, String name) throws Exception {
        return answer(instance, "/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElse(-1);
    }

    private static String answer(Instance instance, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + instance.port() + path);
        return HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Writes down what it is told to run. */
    private final class Recorder implements ServiceModule {

        private final String instance;

        Recorder(String instance) {
            this.instance = instance;
        }

        @Override
        public String name() {
            return "recorder";
        }

        @Override
        public Future<? extends TenantPart> start(TenantContext tenant) {
            String name = tenant.tenant().name();
            turns.add(new Turn(instance, name, tenant.instanceId(), true));
            return Future.succeededFuture(
                    () -> {
                        turns.add(new Turn(instance, name, tenant.instanceId(), false));
                        return Future.succeededFuture();
                    });
        }
    }
}
