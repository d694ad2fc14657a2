package io.siterecovery.sandbox.quickstart;

import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Three API servers in this process, on loopback. */
final class EmbeddedClusters implements Clusters {

    private static final String MASTERS = "system:masters";

    /** Has the rights of deploy/ and no others. */
    private static final String CONTROL_PLANE = "site-recovery:control-plane";

    private static final String TENANT_MANAGER = "site-recovery:tenant-manager";

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
        return server(role).kubeconfig(deployment.user(), CONTROL_PLANE);
    }

    @Override
    public String controlPlane() {
        return server(Role.QUORUM).kubeconfig("site-recovery", CONTROL_PLANE);
    }

    @Override
    public String tenantManager() {
        return server(Role.QUORUM).kubeconfig("tenant-manager", TENANT_MANAGER);
    }

    /** Lets the tenant-manager, and people, do what the manifests of the project let them do. */
    void grantStaff(SiteApi quorum, Path home) {
        Path deploy = home.resolve("deploy");
        Rights.of(deploy.resolve("rbac-tenant-manager.yaml")).grant(quorum, TENANT_MANAGER);
        Rights.of(deploy.resolve("rbac-dedicated.yaml")).define(quorum);
        Rights.of(deploy.resolve("rbac-people.yaml")).define(quorum);
    }

    /** Lets the control plane do what the manifests of the project let it do. */
    void grant(SiteApi api, Path home) {
        String file = api.role() == Role.QUORUM ? "rbac-quorum.yaml" : "rbac-workload.yaml";
        Rights.of(home.resolve("deploy").resolve(file)).grant(api, CONTROL_PLANE);
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
