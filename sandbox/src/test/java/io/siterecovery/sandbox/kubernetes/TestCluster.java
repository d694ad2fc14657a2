package io.siterecovery.sandbox.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server of its own for one test class. */
final class TestCluster implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final KubernetesApiServer server;
    private final RawApi admin;

    TestCluster(Path dir) throws IOException, GeneralSecurityException {
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options("cluster1", dir, 0));
        admin = RawApi.of(server.kubeconfig("admin", "system:masters"));
    }

    KubernetesApiServer server() {
        return server;
    }

    RawApi admin() {
        return admin;
    }

    RawApi as(String user) throws IOException, GeneralSecurityException {
        return RawApi.of(server.kubeconfig(user));
    }

    KubernetesClient fabric8() {
        Config config =
                new ConfigBuilder(
                                Config.fromKubeconfig(server.kubeconfig("admin", "system:masters")))
                        .withOnlyHttpWatches(true)
                        .withClientKeyAlgo("EC")
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    static String resource(String name) throws IOException {
        try (var in = TestCluster.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no test resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Path file(Path dir, String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }

    @Override
    public void close() throws TimeoutException {
        admin.close();
        server.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }
}
