package io.siterecovery.sandbox.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Kubeconfig;
import io.siterecovery.platform.KubeconfigReader;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.KubernetesJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One cluster of the world, as its administrator. Calls block. */
final class SiteApi implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** How long a server may take to come up, asked again every so often. */
    private static final Duration START = Duration.ofMinutes(1);

    private static final Duration RETRY = Duration.ofMillis(200);

    private final Role role;
    private final Path kubeconfig;
    private final KubernetesCluster cluster;
    private final String uid;

    private SiteApi(Role role, Path kubeconfig, KubernetesCluster cluster, String uid) {
        this.role = role;
        this.kubeconfig = kubeconfig;
        this.cluster = cluster;
        this.uid = uid;
    }

    /** Returns when the server has answered. */
    static SiteApi connect(Vertx vertx, Role role, Path kubeconfig) {
        try {
            Kubeconfig read = KubeconfigReader.read(Files.readAllBytes(kubeconfig));
            KubernetesCluster cluster =
                    KubernetesCluster.of(vertx, role.cluster(), read, DEADLINE, null);
            return new SiteApi(role, kubeconfig, cluster, uid(cluster));
        } catch (IOException | Kubeconfig.Refused e) {
            throw new QuickstartFailure(kubeconfig + ": " + e.getMessage(), e);
        } catch (KubernetesFailure e) {
            throw new QuickstartFailure(
                    "%s (%s) does not answer: %s"
                            .formatted(role.cluster(), kubeconfig, e.message()),
                    e);
        }
    }

    private static String uid(KubernetesCluster cluster) {
        long end = System.nanoTime() + START.toNanos();
        while (true) {
            try {
                return await(cluster.get(ResourceKind.NAMESPACE, "", "kube-system"))
                        .orElseThrow(
                                () -> new QuickstartFailure(cluster.name() + " has no kube-system"))
                        .getMetadata()
                        .getUid();
            } catch (KubernetesFailure e) {
                if (e.reason() != Reason.UNREACHABLE || System.nanoTime() > end) {
                    throw e;
                }
                new CompletableFuture<@Nullable Void>()
                        .completeOnTimeout(null, RETRY.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
            }
        }
    }

    Role role() {
        return role;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    KubernetesCluster cluster() {
        return cluster;
    }

    /** UID of the namespace kube-system: what tells physical clusters apart. */
    String uid() {
        return uid;
    }

    String siteId() {
        return uid.substring(0, 12);
    }

    /** Creates it, or brings what is there to the same fields. Gives back what the server has. */
    JsonNode ensure(ResourceKind kind, ObjectNode object) {
        try {
            return KubernetesJson.tree(await(cluster.create(kind, KubernetesJson.object(object))));
        } catch (KubernetesFailure e) {
            if (e.reason() != Reason.ALREADY_EXISTS) {
                throw new QuickstartFailure(
                        "%s refuses %s %s: %s"
                                .formatted(
                                        role.cluster(),
                                        kind.kind(),
                                        object.at("/metadata/name").asText(),
                                        e.message()),
                        e);
            }
            return merge(kind, object);
        }
    }

    Optional<JsonNode> find(ResourceKind kind, String namespace, String name) {
        return await(cluster.get(kind, namespace, name)).map(KubernetesJson::tree);
    }

    /** Merges the given fields into an object that exists. */
    JsonNode merge(ResourceKind kind, ObjectNode patch) {
        return KubernetesJson.tree(
                await(
                        cluster.mergePatch(
                                kind,
                                patch.at("/metadata/namespace").asText(""),
                                patch.at("/metadata/name").asText(),
                                patch)));
    }

    @Override
    public void close() {
        cluster.close();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof KubernetesFailure failure ? failure : e;
        }
    }
}
