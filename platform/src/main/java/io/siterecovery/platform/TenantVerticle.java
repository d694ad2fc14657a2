package io.siterecovery.platform;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs for one tenant, on virtual threads of its own: its clients, then every module. Needs
 * only the quorum cluster to start: a site that is down is one reason to be here.
 */
final class TenantVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(TenantVerticle.class);
    private static final Duration IDENTITY_PATIENCE = Duration.ofSeconds(2);

    /** What all tenants share. */
    interface Surroundings {

        List<ServiceModule> modules();

        /**
         * Our own credential on a connection of the tenant's: one connection carries 100 streams,
         * and one tenant's calls must not wait for another's.
         */
        KubernetesCluster newQuorumClient(Tenant tenant);

        /** The ways to physical clusters, which several tenants may share. */
        Gates gates();

        TenantContext context(
                Tenant tenant,
                KubernetesCluster quorum,
                KubernetesCluster primary,
                KubernetesCluster dr);

        Duration kubernetesDeadline();

        /** Where no deployment's API server may be. */
        List<AddressRules.Cidr> forbidden();
    }

    record Deployed(Vertx vertx, String id, TenantVerticle verticle) implements TenantRun.Running {

        @Override
        public Future<Void> stop() {
            return vertx.undeploy(id).otherwiseEmpty();
        }

        @Override
        public Optional<String> notReady() {
            return verticle.notReady();
        }
    }

    private record Part(String module, TenantPart part) {}

    private final Surroundings surroundings;
    private final Tenant tenant;
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private final List<KubernetesCluster> clusters = new ArrayList<>();
    private final CredentialAges ages = new CredentialAges();

    private TenantVerticle(Surroundings surroundings, Tenant tenant) {
        this.surroundings = surroundings;
        this.tenant = tenant;
    }

    static Future<Deployed> deploy(Vertx vertx, Surroundings surroundings, Tenant tenant) {
        TenantVerticle verticle = new TenantVerticle(surroundings, tenant);
        DeploymentOptions options =
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
        return vertx.deployVerticle(verticle, options).map(id -> new Deployed(vertx, id, verticle));
    }

    @Override
    public Future<?> start() {
        try {
            KubernetesCluster quorum = surroundings.newQuorumClient(tenant);
            clusters.add(quorum);
            KubernetesCluster primary =
                    cluster(quorum, "primary-kubeconfig", tenant.zone().primary());
            KubernetesCluster dr = cluster(quorum, "dr-kubeconfig", tenant.zone().dr());
            TenantContext given = surroundings.context(tenant, quorum, primary, dr);
            ages.show(given);
            for (ServiceModule module : surroundings.modules()) {
                parts.add(new Part(module.name(), Future.await(module.start(given))));
            }
            return Future.succeededFuture();
        } catch (RuntimeException | Kubeconfig.Refused e) {
            Future.await(stopAll());
            return Future.failedFuture(e);
        }
    }

    @Override
    public Future<?> stop() {
        return stopAll();
    }

    /** What of this tenant cannot be relied on yet. */
    Optional<String> notReady() {
        List<String> missing = new ArrayList<>();
        for (Part part : parts) {
            part.part().notReady().ifPresent(why -> missing.add(part.module() + ": " + why));
        }
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", missing));
    }

    private Future<Void> stopAll() {
        List<Future<?>> stopping = new ArrayList<>();
        for (Part part : parts.reversed()) {
            stopping.add(part.part().stop());
        }
        parts.clear();
        ages.close();
        Future<?> stopped = stopping.isEmpty() ? Future.succeededFuture() : Future.join(stopping);
        return stopped.<Void>mapEmpty()
                .otherwiseEmpty()
                .onComplete(done -> clusters.forEach(KubernetesCluster::close));
    }

    private KubernetesCluster cluster(
            KubernetesCluster quorum, String secretName, ProtectionZoneSpec.Site site)
            throws Kubeconfig.Refused {
        GenericKubernetesResource secret =
                Future.await(quorum.get(ResourceKind.SECRET, tenant.namespace(), secretName))
                        .orElseThrow(() -> new Kubeconfig.Refused("no Secret " + secretName));
        ages.uses(secretName, secret);
        Kubeconfig kubeconfig;
        try {
            kubeconfig = KubeconfigReader.read(content(secret));
        } catch (Kubeconfig.Refused e) {
            throw new Kubeconfig.Refused(secretName + ": " + e.getMessage());
        }
        KubernetesCluster cluster =
                KubernetesCluster.of(
                        vertx,
                        site.name(),
                        kubeconfig,
                        surroundings.kubernetesDeadline(),
                        site.clusterId(),
                        new Door(surroundings.gates(), tenant.name()),
                        new AddressRules(surroundings.forbidden(), tenant.granted().allowed()));
        clusters.add(cluster);
        identify(cluster);
        return cluster;
    }

    private void identify(KubernetesCluster cluster) {
        try {
            Future.await(
                    cluster.identify()
                            .timeout(IDENTITY_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (RuntimeException e) {
            if (e instanceof KubernetesFailure failure
                    && failure.reason() == KubernetesFailure.Reason.WRONG_CLUSTER) {
                throw failure;
            }
            LOG.atWarn()
                    .addKeyValue("tenant", tenant.name())
                    .addKeyValue("cluster", cluster.name())
                    .addKeyValue("reason", e.getMessage())
                    .log("starting without this cluster");
        }
    }

    private static byte[] content(GenericKubernetesResource secret) throws Kubeconfig.Refused {
        Object data = secret.getAdditionalProperties().get("data");
        @Nullable Object kubeconfig = data instanceof Map<?, ?> map ? map.get("kubeconfig") : null;
        if (!(kubeconfig instanceof String text)) {
            throw new Kubeconfig.Refused("no data key kubeconfig");
        }
        try {
            return Base64.getDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new Kubeconfig.Refused("data key kubeconfig is not Base64");
        }
    }
}
