package io.siterecovery.tests.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** fabric8 as the product uses it: HTTP/2 watches through the JDK client. */
class InformerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path dir;

    @Test
    void an_informer_recovers_from_an_outage_and_from_a_forgotten_history() throws Exception {
        try (EmbeddedServer cluster = new EmbeddedServer(dir);
                KubernetesClient client = fabric8(cluster)) {
            SharedIndexInformer<ConfigMap> informer =
                    client.configMaps().inNamespace("default").runnableInformer(0);
            informer.exceptionHandler((started, failure) -> true);
            informer.start();
            write(client, "before", "1");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(seen(informer)).containsKey("before"));
            int port = cluster.server().port();

            cluster.server().stop();
            cluster.server().resume();
            assertThat(cluster.server().port()).isEqualTo(port);
            write(client, "after", "1");
            cluster.server().stop();
            cluster.server().expireWatchHistory();
            cluster.server().resume();
            write(client, "before", "2");

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(seen(informer))
                                            .isEqualTo(Map.of("before", "2", "after", "1")));
            informer.close();
        }
    }

    @Test
    void the_verbs_of_the_client_work() throws Exception {
        try (EmbeddedServer cluster = new EmbeddedServer(dir);
                KubernetesClient client = fabric8(cluster)) {
            ConfigMap made = write(client, "verbs", "1");
            ConfigMap edited =
                    client.resource(made)
                            .edit(m -> new ConfigMapBuilder(m).addToData("b", "2").build());
            ConfigMap patched =
                    client.resource(edited)
                            .patch(
                                    PatchContext.of(PatchType.JSON),
                                    "[{\"op\":\"test\",\"path\":\"/data/b\",\"value\":\"2\"},"
                                            + "{\"op\":\"remove\",\"path\":\"/data/b\"}]");
            assertThat(patched.getData()).isEqualTo(Map.of("v", "1"));
            assertThat(client.resource(patched).delete()).hasSize(1);
            assertThat(client.configMaps().inNamespace("default").list().getItems()).isEmpty();
            assertThat(client.getKubernetesVersion().getMinor()).isEqualTo("32");
        }
    }

    private static KubernetesClient fabric8(EmbeddedServer cluster) {
        String kubeconfig = cluster.server().kubeconfig("admin", "system:masters");
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

    private static ConfigMap write(KubernetesClient client, String name, String value) {
        ConfigMap map =
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("default")
                        .endMetadata()
                        .addToData("v", value)
                        .build();
        return client.resource(map).createOr(existing -> existing.update());
    }

    private static Map<String, String> seen(SharedIndexInformer<ConfigMap> informer) {
        Map<String, String> seen = new TreeMap<>();
        informer.getStore()
                .list()
                .forEach(m -> seen.put(m.getMetadata().getName(), m.getData().get("v")));
        return seen;
    }
}
