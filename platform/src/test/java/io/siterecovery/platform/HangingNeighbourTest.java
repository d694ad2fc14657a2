package io.siterecovery.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two deployments on one physical cluster, each on a way of its own to it. */
@ExtendWith(VertxExtension.class)
class HangingNeighbourTest {

    private static final String UID = "0f7c9a52-6d1e-4b13-9f00-000000000001";
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final int MANY = 200;

    @TempDir static Path dir;

    @Test
    void a_deployment_whose_way_hangs_keeps_no_other_waiting(Vertx vertx) throws Exception {
        TestAuthority authority = new TestAuthority(dir);
        Gates gates = new Gates();
        try (ScriptedApiServer hangs = new ScriptedApiServer(authority);
                ScriptedApiServer answers = new ScriptedApiServer(authority);
                KubernetesCluster stuck = client(vertx, gates, "stuck", hangs);
                KubernetesCluster fine = client(vertx, gates, "fine", answers)) {
            hangs.held = new CountDownLatch(1);
            List<Future<Optional<GenericKubernetesResource>>> never = calls(stuck);
            long begun = System.nanoTime();
            for (Future<?> call : calls(fine)) {
                call.toCompletionStage()
                        .toCompletableFuture()
                        .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE);
            assertThat(never).noneMatch(Future::isComplete);
            hangs.held.countDown();
        }
    }

    private static KubernetesCluster client(
            Vertx vertx, Gates gates, String tenant, ScriptedApiServer server) {
        return KubernetesCluster.of(
                vertx, "dr", server.kubeconfig(), DEADLINE, UID, new Door(gates, tenant));
    }

    private static List<Future<Optional<GenericKubernetesResource>>> calls(
            KubernetesCluster cluster) {
        return Collections.nCopies(MANY, cluster).stream()
                .map(c -> c.get(ResourceKind.CONFIG_MAP, "ns", "a"))
                .toList();
    }
}
