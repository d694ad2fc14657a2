package io.siterecovery.tests.platform;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.siterecovery.events.Topics;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.ControlPlane;
import io.siterecovery.platform.KafkaEvents;
import io.siterecovery.platform.KubeconfigReader;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.ServiceModule;
import io.siterecovery.sandbox.kafka.EmbeddedKafka;
import io.siterecovery.sandbox.kubernetes.KubernetesApiServer;
import io.siterecovery.watchers.WatchersModule;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.core.ConditionFactory;

/** Three API servers and a broker, and a control plane that a test starts and stops. */
final class TwoSites {

    private static final int TENANT_PARTITIONS = 8;
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final Path dir;
    private final Vertx vertx = Vertx.vertx();
    private EmbeddedKafka kafka;
    final KubernetesApiServer primary;
    final KubernetesApiServer dr;
    final KubernetesApiServer quorum;
    final KubernetesCluster onPrimary;
    final KubernetesCluster onDr;
    final KubernetesCluster onQuorum;
    final KafkaEvents events;
    private final List<ControlPlane> controlPlanes = new ArrayList<>();

    /** What a topic says now, and every record it ever had. */
    record Reading(ConcurrentMap<String, Record> latest, List<ReceivedEvent> all) {}

    TwoSites(Path dir) throws Exception {
        this.dir = dir;
        kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
        kafka.createUser("platform", "secret");
        for (String prefix : List.of("dr-", "site-")) {
            kafka.allow(
                    "platform",
                    new ResourcePattern(ResourceType.TOPIC, prefix, PatternType.PREFIXED),
                    AclOperation.READ,
                    AclOperation.WRITE);
        }
        kafka.createTopic(Topics.TENANTS, true, TENANT_PARTITIONS);
        for (ResourceType type : List.of(ResourceType.TOPIC, ResourceType.GROUP)) {
            kafka.allow(
                    "platform",
                    new ResourcePattern(type, "site-recovery.", PatternType.PREFIXED),
                    AclOperation.READ);
        }
        primary = server("cluster1");
        dr = server("cluster2");
        quorum = server("cluster3");
        onPrimary = client(primary);
        onDr = client(dr);
        onQuorum = client(quorum);
        for (KubernetesCluster cluster : List.of(onPrimary, onDr, onQuorum)) {
            soon().ignoreExceptions().until(() -> reachable(cluster));
            installCrds(cluster);
            awaitServed(cluster);
        }
        events = new KafkaEvents(vertx, kafkaSettings(), new SimpleMeterRegistry());
        for (KubernetesApiServer site : List.of(primary, dr)) {
            kafka.createTopic(Topics.siteDrbd(site.kubeSystemUid().substring(0, 12)), true, 1);
        }
    }

    void deployment(String name, String... namespaces) throws Exception {
        for (String topic : List.of(Topics.clusters(name), Topics.drbd(name))) {
            kafka.createTopic(topic, true, 1);
        }
        kafka.createTopic(Topics.poison(name), false, 1);
        for (String namespace : namespaces) {
            apply(onPrimary, ResourceKind.NAMESPACE, "{metadata: {name: %s}}", namespace);
            apply(onDr, ResourceKind.NAMESPACE, "{metadata: {name: %s}}", namespace);
        }
        apply(
                onQuorum,
                ResourceKind.NAMESPACE,
                "{metadata: {name: dr-%1$s, labels: {siterecovery.trilio.io/deployment: %1$s}}}",
                name);
        secret(name, "primary-kubeconfig", primary);
        secret(name, "dr-kubeconfig", dr);
        apply(
                onQuorum,
                ResourceKind.PROTECTION_ZONE,
                "{metadata: {name: %1$s, namespace: dr-%1$s}, spec: {primary: {name: cluster1},"
                        + " dr: {name: cluster2, aliases: [dr-site]}, namespaces: [%2$s]}}",
                name,
                String.join(",", namespaces));
    }

    /** A control plane in this process. */
    record Instance(ControlPlane controlPlane, int port) {}

    /** Starts the control plane; completes with its HTTP port. */
    int startControlPlane(ServiceModule... more) throws Exception {
        List<ServiceModule> modules =
                Stream.concat(Stream.of(new WatchersModule()), Stream.of(more)).toList();
        return startInstance(Optional.empty(), modules).port();
    }

    /** One more beside those that run. */
    Instance startInstance(Optional<String> deployment, List<ServiceModule> modules)
            throws Exception {
        Path kubeconfig = dir.resolve("quorum.kubeconfig");
        Files.writeString(kubeconfig, quorum.kubeconfig("site-recovery", "system:masters"));
        Map<String, String> environment = new HashMap<>();
        environment.put("SITE_RECOVERY_QUORUM_KUBECONFIG", kubeconfig.toString());
        environment.put("SITE_RECOVERY_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap());
        environment.put("SITE_RECOVERY_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT");
        environment.put("SITE_RECOVERY_KAFKA_USER", "platform");
        environment.put("SITE_RECOVERY_KAFKA_PASSWORD", "secret");
        environment.put("SITE_RECOVERY_HTTP_HOST", "127.0.0.1");
        environment.put("SITE_RECOVERY_HTTP_PORT", "0");
        ControlPlane controlPlane =
                new ControlPlane(Configuration.load(environment), modules, deployment);
        controlPlanes.add(controlPlane);
        return new Instance(controlPlane, get(controlPlane.start()));
    }

    void stopControlPlane() {
        List.copyOf(controlPlanes).forEach(this::stopInstance);
    }

    void stopInstance(ControlPlane controlPlane) {
        controlPlane.stop();
        controlPlanes.remove(controlPlane);
    }

    /** Kafka gives up all who are in a group, as it does with those it does not hear from. */
    void evictAll(String group) throws Exception {
        kafka.admin()
                .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    /** Stops the broker; its port. */
    int stopKafka() {
        kafka.close();
        return kafka.port();
    }

    void restartKafka(int port) {
        kafka = EmbeddedKafka.start(dir.resolve("kafka"), port);
    }

    Reading read(String topic) {
        Reading reading = new Reading(new ConcurrentHashMap<>(), new CopyOnWriteArrayList<>());
        events.reader()
                .subscribe(
                        topic,
                        null,
                        event -> {
                            reading.all().add(event);
                            if (event.data() == null) {
                                reading.latest().remove(event.key());
                            } else {
                                reading.latest().put(event.key(), event.data());
                            }
                        });
        return reading;
    }

    /** Creates an object given as one line of YAML without apiVersion and kind. */
    static void apply(KubernetesCluster cluster, ResourceKind kind, String yaml, Object... args)
            throws Exception {
        JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(String.format(yaml, args));
        var object = KubernetesJson.object(tree);
        object.setApiVersion(kind.apiVersion());
        object.setKind(kind.kind());
        get(cluster.create(kind, object));
    }

    /** Looks at once and often: what is waited for comes within milliseconds. */
    static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20));
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    void close() throws Exception {
        stopControlPlane();
        get(events.close());
        for (KubernetesCluster cluster : List.of(onPrimary, onDr, onQuorum)) {
            cluster.close();
        }
        for (KubernetesApiServer server : List.of(primary, dr, quorum)) {
            server.close();
        }
        get(vertx.close());
        kafka.close();
    }

    private Configuration.Kafka kafkaSettings() {
        return new Configuration.Kafka(
                kafka.bootstrap(),
                "SASL_PLAINTEXT",
                "platform",
                "secret",
                null,
                Duration.ofSeconds(60));
    }

    private KubernetesApiServer server(String name) {
        return KubernetesApiServer.start(
                vertx, new KubernetesApiServer.Options(name, dir.resolve(name), 0));
    }

    private KubernetesCluster client(KubernetesApiServer server) throws Exception {
        byte[] kubeconfig =
                server.kubeconfig("admin", "system:masters").getBytes(StandardCharsets.UTF_8);
        return KubernetesCluster.of(
                vertx, server.name(), KubeconfigReader.read(kubeconfig), DEADLINE, null);
    }

    private void secret(String deployment, String name, KubernetesApiServer server)
            throws Exception {
        String kubeconfig = server.kubeconfig("tenant-" + deployment, "system:masters");
        apply(
                onQuorum,
                ResourceKind.SECRET,
                "{metadata: {name: %s, namespace: dr-%s}, data: {kubeconfig: %s}}",
                name,
                deployment,
                Base64.getEncoder().encodeToString(kubeconfig.getBytes(StandardCharsets.UTF_8)));
    }

    private static void installCrds(KubernetesCluster cluster) throws Exception {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        for (Path file : crdFiles()) {
            get(
                    cluster.create(
                            ResourceKind.CUSTOM_RESOURCE_DEFINITION,
                            KubernetesJson.object(yaml.readTree(file.toFile()))));
        }
        for (String kind : List.of("VirtualMachine", "VirtualMachineInstance")) {
            apply(
                    cluster,
                    ResourceKind.CUSTOM_RESOURCE_DEFINITION,
                    "{metadata: {name: %2$ss.kubevirt.io}, spec: {group: kubevirt.io, scope: Namespaced,"
                            + " names: {kind: %1$s, listKind: %1$sList, plural: %2$ss, singular: %2$s},"
                            + " versions: [{name: v1, served: true, storage: true, subresources: {status:"
                            + " {}}, schema: {openAPIV3Schema: {type: object,"
                            + " x-kubernetes-preserve-unknown-fields: true}}}]}}",
                    kind,
                    kind.toLowerCase(java.util.Locale.ROOT));
        }
    }

    private static boolean reachable(KubernetesCluster cluster) throws Exception {
        get(cluster.probe(DEADLINE));
        return true;
    }

    private static void awaitServed(KubernetesCluster cluster) {
        for (ResourceKind kind :
                List.of(
                        ResourceKind.PROTECTION_ZONE,
                        ResourceKind.FAILOVER,
                        ResourceKind.VIRTUAL_MACHINE,
                        ResourceKind.VIRTUAL_MACHINE_INSTANCE)) {
            soon().ignoreExceptions()
                    .until(() -> get(cluster.list(kind, null, (String) null)).isEmpty());
        }
    }

    private static List<Path> crdFiles() throws IOException {
        Path folder = Path.of("..", "resource-model", "crds");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }
}
