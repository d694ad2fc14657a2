package io.siterecovery.sandbox.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.siterecovery.agent.KubernetesAccess;
import io.siterecovery.events.Topics;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** A cluster as its agents meet it: its API server with the agent's own manifests, and a broker. */
final class AgentCluster implements AutoCloseable {

    static final String SITE = "0123456789ab";
    private static final Path MANIFESTS = Path.of("../drbd-agent/deploy");
    private static final String NAMESPACE = "site-recovery";
    private static final String ACCOUNT = "drbd-agent";

    final EmbeddedKafka kafka;
    final KubernetesClient admin;
    private final Path dir;
    private final Vertx vertx;
    private final KubernetesApiServer server;

    AgentCluster(Path dir) throws IOException {
        this.dir = dir;
        kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
        kafka.createTopic(Topics.siteDrbd(SITE), true, 1);
        vertx = Vertx.vertx();
        server =
                KubernetesApiServer.start(
                        vertx, new KubernetesApiServer.Options("cluster1", dir, 0));
        admin = fabric8(server.kubeconfig("admin", "system:masters"));
        admin.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(NAMESPACE)
                                .endMetadata()
                                .build())
                .create();
        for (String manifest : new String[] {"rbac.yaml", "own-node.yaml"}) {
            try (InputStream in = Files.newInputStream(MANIFESTS.resolve(manifest))) {
                for (HasMetadata object : admin.load(in).items()) {
                    admin.resource(object).create();
                }
            }
        }
    }

    /** A Node with a taint of somebody else. */
    void addNode(String name) {
        admin.nodes()
                .resource(
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .withNewSpec()
                                .addNewTaint(
                                        "NoSchedule", "drbd.linbit.com/lost-quorum", null, null)
                                .endSpec()
                                .build())
                .create();
    }

    /** What the agent's pod on that node is given. */
    KubernetesAccess access(String node) throws IOException {
        String pod = "drbd-agent-" + node;
        admin.resource(
                        new PodBuilder()
                                .withNewMetadata()
                                .withName(pod)
                                .withNamespace(NAMESPACE)
                                .endMetadata()
                                .withNewSpec()
                                .withServiceAccountName(ACCOUNT)
                                .withNodeName(node)
                                .addNewContainer()
                                .withName("agent")
                                .withImage("drbd-agent")
                                .endContainer()
                                .endSpec()
                                .build())
                .create();
        TokenRequest token =
                admin.serviceAccounts()
                        .inNamespace(NAMESPACE)
                        .withName(ACCOUNT)
                        .tokenRequest(
                                new TokenRequestBuilder()
                                        .withNewSpec()
                                        .withNewBoundObjectRef()
                                        .withApiVersion("v1")
                                        .withKind("Pod")
                                        .withName(pod)
                                        .endBoundObjectRef()
                                        .endSpec()
                                        .build());
        JsonNode cluster =
                new YAMLMapper().readTree(server.kubeconfig("nobody")).at("/clusters/0/cluster");
        return new KubernetesAccess(
                URI.create(cluster.path("server").asText()),
                Optional.of(
                        Files.writeString(
                                Files.createTempFile(dir, "agent", ".token"),
                                token.getStatus().getToken())),
                Optional.of(
                        Files.write(
                                Files.createTempFile(dir, "agent", ".pem"),
                                Base64.getDecoder()
                                        .decode(
                                                cluster.path("certificate-authority-data")
                                                        .asText()))),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public void close() {
        admin.close();
        server.close();
        kafka.close();
        vertx.close().await();
    }

    private static KubernetesClient fabric8(String kubeconfig) {
        Config config =
                new ConfigBuilder(Config.fromKubeconfig(kubeconfig))
                        .withOnlyHttpWatches(true)
                        .withClientKeyAlgo("EC")
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }
}
