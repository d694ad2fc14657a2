package io.siterecovery.platform;

import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.siterecovery.events.cluster.FactKey;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: configuration, metrics, health, tenants and the modules that run for them. */
public final class ControlPlane implements TenantVerticle.Surroundings {

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

    /** No tenant has an empty name. */
    private static final String OURSELVES = "";

    private final Configuration configuration;
    private final Gates gates = new Gates();
    private final List<ServiceModule> modules;
    private final PrometheusMeterRegistry metrics =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final String instanceId =
            hostName() + "-" + UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong starts = new AtomicLong();
    private final Clock clock = Clock.systemUTC();
    private final Vertx vertx;
    private final Kubeconfig quorumKubeconfig;
    private final KubernetesCluster quorum;
    private final KafkaEvents kafka;
    private final Tenants tenants;
    private final Context ofTenants;
    private final Sharing sharing;

    /**
     * Makes everything and starts nothing.
     *
     * @param deployment the only one it is there for; empty: all that have no instances of their
     *     own
     * @throws Kubeconfig.Refused if the kubeconfig of the quorum cluster is not accepted
     */
    public ControlPlane(
            Configuration configuration, List<ServiceModule> modules, Optional<String> deployment)
            throws IOException, Kubeconfig.Refused {
        this.configuration = configuration;
        this.modules =
                modules.stream().sorted(Comparator.comparingInt(ServiceModule::order)).toList();
        this.quorumKubeconfig =
                KubeconfigReader.read(Files.readAllBytes(configuration.quorumKubeconfig()));
        this.vertx =
                Vertx.builder()
                        .with(
                                new VertxOptions()
                                        .setMetricsOptions(
                                                new MicrometerMetricsOptions().setEnabled(true)))
                        .withMetrics(new MicrometerMetricsFactory(metrics))
                        .build();
        this.quorum = newQuorumClient(OURSELVES);
        this.kafka = new KafkaEvents(vertx, configuration.kafka(), metrics);
        Share.Mode mode =
                deployment
                        .<Share.Mode>map(Share.Mode.Dedicated::new)
                        .orElseGet(Share.Mode.Pooled::new);
        this.tenants =
                new Tenants(
                        quorum,
                        mode,
                        (name, whenGone) ->
                                new TenantRun(
                                        vertx,
                                        name,
                                        tenant -> TenantVerticle.deploy(vertx, this, tenant),
                                        whenGone));
        this.ofTenants = vertx.getOrCreateContext();
        this.sharing = new Sharing(configuration.kafka(), mode, this::shareChanged);
    }

    /** Starts to serve; completes with the HTTP port. Tenants start as they are found. */
    public Future<Integer> start() {
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        Meters own = new Meters(metrics, Map.of());
        own.gauge(Metric.TENANTS_RUNNING, Map.of(), () -> tenants.names().size());
        own.gauge(Metric.PARTITIONS_HELD, Map.of(), () -> sharing.share().held().size());
        ofTenants.runOnContext(now -> tenants.start());
        sharing.start();
        return new HttpEndpoints(vertx, tenants, sharing, kafka, metrics)
                .listen(configuration.httpHost(), configuration.httpPort())
                .map(
                        server -> {
                            LOG.atInfo()
                                    .addKeyValue("instance", instanceId)
                                    .addKeyValue("port", server.actualPort())
                                    .addKeyValue(
                                            "modules",
                                            modules.stream().map(ServiceModule::name).toList())
                                    .log("control plane started");
                            return server.actualPort();
                        });
    }

    private Future<Void> shareChanged(Share share) {
        Promise<Void> stopped = Promise.promise();
        ofTenants.runOnContext(now -> tenants.share(share).onComplete(stopped));
        return stopped.future();
    }

    /** Gives its tenants back, then stops clients; gives up waiting after the configured time. */
    public void stop() {
        Promise<Void> stopped = Promise.promise();
        sharing.leave()
                .eventually(tenants::stop)
                .eventually(kafka::close)
                .onComplete(done -> quorum.close())
                .eventually(vertx::close)
                .onComplete(stopped);
        Duration patience = configuration.stopTimeout();
        try {
            stopped.future().await(patience.toMillis(), TimeUnit.MILLISECONDS);
            LOG.atInfo().addKeyValue("instance", instanceId).log("control plane stopped");
        } catch (TimeoutException | RuntimeException e) {
            LOG.atWarn().addKeyValue("reason", String.valueOf(e)).log("stopped without waiting on");
        }
    }

    @Override
    public List<ServiceModule> modules() {
        return modules;
    }

    @Override
    public KubernetesCluster newQuorumClient(Tenant tenant) {
        return newQuorumClient(tenant.name());
    }

    private KubernetesCluster newQuorumClient(String party) {
        Door door = new Door(gates, party);
        door.leadsTo(FactKey.QUORUM);
        return KubernetesCluster.of(
                vertx,
                FactKey.QUORUM,
                quorumKubeconfig,
                configuration.kubernetesDeadline(),
                null,
                door);
    }

    @Override
    public Gates gates() {
        return gates;
    }

    @Override
    public TenantContext context(
            Tenant tenant,
            KubernetesCluster quorum,
            KubernetesCluster primary,
            KubernetesCluster dr) {
        return new TenantContext(
                vertx,
                tenant,
                instanceId + "-" + starts.incrementAndGet(),
                quorum,
                primary,
                dr,
                kafka.reader(),
                kafka.writer(),
                metrics,
                configuration,
                clock);
    }

    @Override
    public List<AddressRules.Cidr> forbidden() {
        return configuration.onboarding().forbidden();
    }

    @Override
    public Duration kubernetesDeadline() {
        return configuration.kubernetesDeadline();
    }

    private static String hostName() {
        String given = System.getenv("HOSTNAME");
        if (given != null && !given.isEmpty()) {
            return given;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unnamed-host";
        }
    }
}
