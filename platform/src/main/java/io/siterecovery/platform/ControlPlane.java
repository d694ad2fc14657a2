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
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private final Clock clock = Clock.systemUTC();
    private final Vertx vertx;
    private final Kubeconfig quorumKubeconfig;
    private final KubernetesCluster quorum;
    private final KafkaEvents kafka;
    private final Tenants tenants;

    public static void main(String[] args) {
        try {
            Configuration configuration = Configuration.load(System.getenv());
            List<ServiceModule> modules =
                    ServiceLoader.load(ServiceModule.class).stream()
                            .map(ServiceLoader.Provider::get)
                            .toList();
            ControlPlane controlPlane = new ControlPlane(configuration, modules);
            Runtime.getRuntime().addShutdownHook(new Thread(controlPlane::stop, "stop"));
            Future.await(controlPlane.start());
        } catch (Configuration.Faulty | Kubeconfig.Refused | IOException | RuntimeException e) {
            LOG.atError().addKeyValue("reason", e.getMessage()).log("cannot start");
            System.exit(2);
        }
    }

    /**
     * Makes everything and starts nothing.
     *
     * @throws Kubeconfig.Refused if the kubeconfig of the quorum cluster is not accepted
     */
    public ControlPlane(Configuration configuration, List<ServiceModule> modules)
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
        this.tenants =
                new Tenants(
                        quorum,
                        (name, whenGone) ->
                                new TenantRun(
                                        vertx,
                                        name,
                                        tenant -> TenantVerticle.deploy(vertx, this, tenant),
                                        whenGone));
    }

    /** Starts to serve; completes with the HTTP port. Tenants start as they are found. */
    public Future<Integer> start() {
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        Context own = vertx.getOrCreateContext();
        own.runOnContext(now -> tenants.start());
        return new HttpEndpoints(vertx, tenants, kafka, metrics)
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

    /** Stops tenants, then clients; gives up waiting after the configured time. */
    public void stop() {
        Promise<Void> stopped = Promise.promise();
        tenants.stop()
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
                instanceId,
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
