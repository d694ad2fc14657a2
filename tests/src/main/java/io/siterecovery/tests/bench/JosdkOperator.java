package io.siterecovery.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@link JosdkReconciler} as a process. Arguments: a kubeconfig of the cluster where the groups
 * are, one of the other, the namespace. Ends with its input, so that it never outlives who started
 * it.
 */
final class JosdkOperator {

    private JosdkOperator() {}

    public static void main(String[] arguments) throws IOException {
        KubernetesClient here = client(Path.of(arguments[0]));
        KubernetesClient there = client(Path.of(arguments[1]));
        Operator operator =
                new Operator(
                        settings ->
                                settings.withKubernetesClient(here)
                                        // A status is written as what has changed in it.
                                        .withUseSSAToPatchPrimaryResource(false));
        operator.register(
                new JosdkReconciler(there),
                settings -> settings.settingNamespace(arguments[2]).withName("groups"));
        operator.start();
        System.in.transferTo(OutputStream.nullOutputStream());
        operator.stop();
        there.close();
        System.exit(0);
    }

    private static KubernetesClient client(Path kubeconfig) throws IOException {
        JsonNode config = new YAMLMapper().readTree(Files.readString(kubeconfig));
        JsonNode cluster = config.at("/clusters/0/cluster");
        JsonNode user = config.at("/users/0/user");
        return new KubernetesClientBuilder()
                .withConfig(
                        new ConfigBuilder(Config.empty())
                                .withMasterUrl(cluster.path("server").asText())
                                .withCaCertData(cluster.path("certificate-authority-data").asText())
                                .withClientCertData(user.path("client-certificate-data").asText())
                                .withClientKeyData(user.path("client-key-data").asText())
                                .withClientKeyAlgo("EC")
                                .withOnlyHttpWatches(true)
                                .build())
                .build();
    }
}
