package io.siterecovery.sandbox.quickstart;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Three API servers in this process, on loopback. */
final class EmbeddedClusters implements Clusters {

    private static final String MASTERS = "system:masters";

    private final Map<Role, KubernetesApiServer> servers = new EnumMap<>(Role.class);

    static EmbeddedClusters start(Vertx vertx, Path folder) {
        EmbeddedClusters clusters = new EmbeddedClusters();
        for (Role role : Role.values()) {
            clusters.servers.put(
                    role,
                    KubernetesApiServer.start(
                            vertx,
                            new KubernetesApiServer.Options(
                                    role.cluster(), folder.resolve(role.cluster()), 0)));
        }
        return clusters;
    }

    @Override
    public String administrator(Role role) {
        return server(role).kubeconfig("admin", MASTERS);
    }

    @Override
    public String players(Role role) {
        return server(role).kubeconfig("players", MASTERS);
    }

    @Override
    public String deployment(Role role, Deployment deployment) {
        return server(role).kubeconfig(deployment.user(), MASTERS);
    }

    @Override
    public String controlPlane() {
        return server(Role.QUORUM).kubeconfig("site-recovery", MASTERS);
    }

    @Override
    public void close() {
        servers.values().forEach(KubernetesApiServer::close);
    }

    KubernetesApiServer server(Role role) {
        KubernetesApiServer server = servers.get(role);
        if (server == null) {
            throw new IllegalStateException("no " + role);
        }
        return server;
    }
}
