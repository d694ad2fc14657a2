package io.siterecovery.tenants.api;

import static io.vertx.core.Future.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.platform.AddressRules.Cidr;
import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.KafkaEvents;
import io.siterecovery.platform.Kubeconfig;
import io.siterecovery.platform.KubeconfigReader;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.tenants.adapter.AgentsHeard;
import io.siterecovery.tenants.adapter.Inspection;
import io.siterecovery.tenants.adapter.KafkaAccess;
import io.siterecovery.tenants.adapter.Quorum;
import io.siterecovery.tenants.core.NeededRight;
import io.siterecovery.tenants.steward.ClusterChecks;
import io.siterecovery.tenants.steward.Steward;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: the onboarding API and the steward behind it. It alone may make namespaces and users
 * of Kafka; what executes tenants' wishes is another process.
 */
public final class TenantManager extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(TenantManager.class);

    private final Configuration configuration;
    private final Kubeconfig quorumKubeconfig;
    private final PrometheusMeterRegistry metrics =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Clock clock = Clock.systemUTC();
    private final Deque<Runnable> toStop = new ArrayDeque<>();

    private TenantManager(Configuration configuration, Kubeconfig quorumKubeconfig) {
        this.configuration = configuration;
        this.quorumKubeconfig = quorumKubeconfig;
    }

    public static void main(String[] args) {
        try {
            Configuration configuration = Configuration.load(System.getenv());
            Kubeconfig kubeconfig =
                    KubeconfigReader.read(Files.readAllBytes(configuration.quorumKubeconfig()));
            Vertx vertx = Vertx.vertx();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(vertx, configuration), "stop"));
            vertx.deployVerticle(
                            new TenantManager(configuration, kubeconfig),
                            new DeploymentOptions()
                                    .setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                    .await();
        } catch (Configuration.Faulty | Kubeconfig.Refused | IOException | RuntimeException e) {
            LOG.atError().addKeyValue("reason", e.getMessage()).log("cannot start");
            System.exit(2);
        }
    }

    private static void stop(Vertx vertx, Configuration configuration) {
        try {
            vertx.close().await(configuration.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
            LOG.info("tenant manager stopped");
        } catch (Exception e) {
            LOG.atWarn().addKeyValue("reason", String.valueOf(e)).log("stopped without waiting on");
        }
    }

    @Override
    public Future<?> start() throws IOException {
        new JvmMemoryMetrics().bindTo(metrics);
        KubernetesCluster quorum =
                KubernetesCluster.of(
                        vertx,
                        FactKey.QUORUM,
                        quorumKubeconfig,
                        configuration.kubernetesDeadline(),
                        null);
        toStop.push(quorum::close);
        KafkaEvents kafka = new KafkaEvents(vertx, configuration.kafka(), metrics);
        toStop.push(kafka::close);
        KafkaAccess access =
                new KafkaAccess(
                        vertx,
                        configuration.kafka(),
                        configuration.onboarding().kafkaReplication());
        Inspection inspection =
                new Inspection(vertx, configuration.kubernetesDeadline(), neededRights(), clock);
        List<Cidr> forbidden = configuration.onboarding().forbidden();
        ClusterChecks checks =
                new ClusterChecks(
                        new Quorum(quorum),
                        inspection,
                        new AgentsHeard(kafka.reader()),
                        forbidden,
                        clock);
        toStop.push(access::close);
        Steward steward =
                new Steward(
                        vertx,
                        vertx.getOrCreateContext(),
                        quorum,
                        access,
                        checks,
                        configuration,
                        clock);
        steward.start();
        toStop.push(steward::stop);
        Callers callers = new Callers(quorum, configuration.onboarding().tokenAudience(), clock);
        Router router = Router.router(vertx);
        endpoints(router, steward);
        router.route()
                .subRouter(
                        new Api(
                                        new DeploymentsApi(
                                                steward, new Quorum(quorum), checks, callers),
                                        new EventStreams(vertx, configuration.kafka()),
                                        callers)
                                .router(vertx));
        HttpServer server =
                await(
                        vertx.createHttpServer(
                                        new HttpServerOptions()
                                                .setMaxHeaderSize(32 << 10)
                                                .setIdleTimeout(120))
                                .requestHandler(router)
                                .listen(configuration.httpPort(), configuration.httpHost()));
        LOG.atInfo().addKeyValue("port", server.actualPort()).log("tenant manager started");
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        toStop.forEach(Runnable::run);
        return Future.succeededFuture();
    }

    private void endpoints(Router router, Steward steward) {
        router.get("/healthz")
                .handler(
                        context ->
                                context.response()
                                        .putHeader("Content-Type", "application/json")
                                        .end("{\"alive\":true}\n"));
        router.get("/readyz")
                .handler(
                        context -> {
                            boolean ready = steward.deployments().complete();
                            context.response()
                                    .setStatusCode(ready ? 200 : 503)
                                    .putHeader("Content-Type", "application/json")
                                    .end(new JsonObject().put("ready", ready).encode() + "\n");
                        });
        router.get("/metrics")
                .handler(
                        context ->
                                context.response()
                                        .putHeader("Content-Type", "text/plain; version=0.0.4")
                                        .end(metrics.scrape()));
    }

    /** The manifest that administrators apply is what a preflight asks for. */
    private static List<NeededRight> neededRights() throws IOException {
        try (InputStream in = TenantManager.class.getResourceAsStream("/rbac-workload.yaml");
                var documents =
                        new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(in)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.path("kind").asText().equals("ClusterRole")) {
                    return NeededRight.of(document);
                }
            }
        }
        throw new IOException("no ClusterRole in rbac-workload.yaml");
    }
}
