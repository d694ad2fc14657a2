package io.siterecovery.sandbox.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * API servers that somebody else runs, found by the kubeconfigs in a folder. Site Recovery gets
 * ServiceAccounts of its own there, so that the servers can tell it from people.
 */
record GivenClusters(Path folder, Narrator narrator) implements Clusters {

    private static final String NAMESPACE = "site-recovery";
    private static final String TOKEN_LIFETIME = "24h";

    static GivenClusters in(Path folder, Narrator narrator) {
        for (Role role : Role.values()) {
            if (!Files.isReadable(file(folder, role))) {
                throw new QuickstartFailure(
                        "%s is missing: --clusters wants primary.kubeconfig, dr.kubeconfig and quorum.kubeconfig"
                                .formatted(file(folder, role)));
            }
        }
        return new GivenClusters(folder, narrator);
    }

    /** With the contents of the files that it names, since the control plane opens none. */
    @Override
    public String administrator(Role role) {
        return kubectl(role).run("config", "view", "--raw", "--flatten", "--minify");
    }

    @Override
    public String players(Role role) {
        return serviceAccount(role, "players");
    }

    @Override
    public String deployment(Role role, Deployment deployment) {
        return serviceAccount(role, deployment.name());
    }

    @Override
    public String controlPlane() {
        return serviceAccount(Role.QUORUM, "control-plane");
    }

    @Override
    public String tenantManager() {
        return serviceAccount(Role.QUORUM, "tenant-manager");
    }

    @Override
    public void close() {}

    private String serviceAccount(Role role, String name) {
        Kubectl kubectl = kubectl(role);
        kubectl.runUnlessExists("create", "namespace", NAMESPACE);
        kubectl.runUnlessExists("create", "serviceaccount", name, "-n", NAMESPACE);
        kubectl.runUnlessExists(
                "create",
                "clusterrolebinding",
                NAMESPACE + "-" + name,
                "--clusterrole=cluster-admin",
                "--serviceaccount=" + NAMESPACE + ":" + name);
        String token;
        try {
            token =
                    kubectl.run(
                            "create",
                            "token",
                            name,
                            "-n",
                            NAMESPACE,
                            "--duration=" + TOKEN_LIFETIME);
        } catch (QuickstartFailure e) {
            narrator.say(
                    "%s issues no ServiceAccount tokens: %s acts there as you",
                    role.cluster(), name);
            return administrator(role);
        }
        return """
               apiVersion: v1
               kind: Config
               current-context: site-recovery
               clusters:
               - name: cluster
                 cluster:
                   server: %s
                   certificate-authority-data: %s
               users:
               - name: user
                 user:
                   token: %s
               contexts:
               - name: site-recovery
                 context:
                   cluster: cluster
                   user: user
               """
                .formatted(
                        cluster(kubectl, "server"),
                        cluster(kubectl, "certificate-authority-data"),
                        token);
    }

    private static String cluster(Kubectl kubectl, String field) {
        return kubectl.run(
                "config",
                "view",
                "--raw",
                "--flatten",
                "--minify",
                "-o",
                "jsonpath={.clusters[0].cluster." + field + "}");
    }

    private Kubectl kubectl(Role role) {
        return new Kubectl(file(folder, role));
    }

    private static Path file(Path folder, Role role) {
        return folder.resolve(role.word() + ".kubeconfig");
    }
}
