package io.siterecovery.tests.conformance;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An embedded API server of its own for one test class. */
final class EmbeddedServer implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final KubernetesApiServer server;
    private final Target target;

    EmbeddedServer(Path dir) throws Exception {
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options("cluster1", dir, 0));
        target = new Target(server.kubeconfig("admin", "system:masters"), dir.resolve("kubectl"));
    }

    KubernetesApiServer server() {
        return server;
    }

    Target target() {
        return target;
    }

    @Override
    public void close() throws TimeoutException {
        target.close();
        server.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }
}
