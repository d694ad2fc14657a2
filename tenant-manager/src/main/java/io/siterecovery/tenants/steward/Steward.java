package io.siterecovery.tenants.steward;

import static io.vertx.core.Future.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionZoneStatus;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Configuration;
import io.siterecovery.platform.JsonPatch;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.tenants.adapter.KafkaAccess;
import io.siterecovery.tenants.adapter.Quorum;
import io.siterecovery.tenants.core.DeploymentOrder;
import io.siterecovery.tenants.core.KafkaPlan;
import io.siterecovery.tenants.core.KafkaPlan.Party;
import io.siterecovery.tenants.core.Manifests;
import io.siterecovery.tenants.core.Preflight;
import io.siterecovery.tenants.core.Preflight.Finding;
import io.siterecovery.tenants.core.Removal;
import io.siterecovery.tenants.core.Role;
import io.siterecovery.tenants.core.Terms;
import io.siterecovery.tenants.core.ZoneProgress;
import io.siterecovery.tenants.core.ZoneProgress.News;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after every deployment: makes what an order or a ProtectionZone asks for, checks it, and
 * takes it apart when it goes. Each look begins from what is there, so it does not matter where the
 * one before was interrupted.
 */
public final class Steward {

    private static final Logger LOG = LoggerFactory.getLogger(Steward.class);
    private static final Duration NOT_YET_ACTIVE = Duration.ofSeconds(5);
    private static final Duration STILL_LEAVING = Duration.ofSeconds(1);

    /** On an order: it is not to be carried out after all; what was made of it goes. */
    static final String WITHDRAWN = ApiGroups.PREFIX + "withdrawn";

    /** On a zone: remove the deployment although groups are failed over or a site is silent. */
    public static final String FORCE_REMOVAL = ApiGroups.PREFIX + "force-removal";

    /** On a zone: the namespace goes, too, whoever made it. */
    public static final String REMOVE_NAMESPACE = ApiGroups.PREFIX + "remove-namespace";

    private final Quorum quorum;
    private final KafkaAccess kafka;
    private final Credentials credentials;
    private final Deployments deployments;
    private final ClusterChecks checks;
    private final Clock clock;
    private final Lanes lanes;

    /**
     * What each deployment was last seen to be made for: nothing is asked twice without a reason.
     */
    private final Map<String, String> established = new HashMap<>();

    public Steward(
            Vertx vertx,
            Context context,
            KubernetesCluster cluster,
            KafkaAccess kafka,
            ClusterChecks checks,
            Configuration configuration,
            Clock clock) {
        this.quorum = new Quorum(cluster);
        this.kafka = kafka;
        this.checks = checks;
        this.clock = clock;
        String namespace = configuration.onboarding().namespace();
        this.deployments = new Deployments(cluster, namespace);
        this.credentials = new Credentials(quorum, kafka, configuration.kafka(), namespace, clock);
        this.lanes = new Lanes(vertx, context, this::look);
    }

    public void start() {
        deployments.follow(lanes::wake);
    }

    public void stop() {
        deployments.stop();
        lanes.close();
    }

    public Deployments deployments() {
        return deployments;
    }

    /** Puts an order down, where it survives us; from then on it is carried out. */
    public void accept(DeploymentOrder order, Map<String, String> annotations) {
        Manifests.Manifest secret =
                Manifests.secret(
                        deployments.platformNamespace(),
                        Deployments.orderName(order.name()),
                        Map.of("order", ResourceJson.write(order).toString()));
        secret.object().withObject("/metadata/labels").put(Deployments.ORDER_LABEL, order.name());
        ObjectNode marks = secret.object().withObject("/metadata/annotations");
        annotations.forEach(marks::put);
        if (!quorum.create(secret)) {
            throw new KubernetesFailure(Reason.ALREADY_EXISTS, 409, "it is being made already");
        }
        deployments.wroteOrder(order.name(), secret.object());
        lanes.wake(order.name());
    }

    /** Takes an order back that has not become a deployment yet. */
    public void withdraw(String deployment) {
        ObjectNode patch = KubernetesJson.mapper().createObjectNode();
        patch.withObject("/metadata/annotations").put(WITHDRAWN, "true");
        quorum.merge(
                ResourceKind.SECRET,
                deployments.platformNamespace(),
                Deployments.orderName(deployment),
                patch);
    }

    /** What was ordered and is not there yet. */
    public Optional<DeploymentOrder> orderOf(String deployment) {
        return deployments
                .order(deployment)
                .map(secret -> secret.path("data").path("order").asText())
                .map(encoded -> new String(Base64.getDecoder().decode(encoded), UTF_8))
                .map(Steward::read);
    }

    /** What came with an order stays on its namespace: who sends it again is told so. */
    private Map<String, String> marks(String deployment) {
        return deployments
                .order(deployment)
                .map(secret -> texts(secret.path("metadata").path("annotations")))
                .orElse(Map.of());
    }

    /**
     * Puts one that was tried in the old one's place; who runs the deployment begins anew with it.
     */
    public void replaceKubeconfig(String deployment, Role role, String kubeconfig) {
        String namespace = Manifests.namespaceOf(deployment);
        ObjectNode secret = KubernetesJson.mapper().createObjectNode();
        secret.putObject("data").put("kubeconfig", Manifests.encoded(kubeconfig));
        quorum.merge(ResourceKind.SECRET, namespace, role.kubeconfigSecret(), secret);
        ObjectNode mark = KubernetesJson.mapper().createObjectNode();
        mark.withObject("/metadata/annotations")
                .put(ApiGroups.CREDENTIALS_SINCE, clock.instant().toString());
        quorum.merge(ResourceKind.NAMESPACE, "", namespace, mark);
    }

    public void rotate(String deployment, Party party) {
        credentials.rotate(deployment, party);
        lanes.wake(deployment);
    }

    /** What stands in the way of a removal. */
    public List<String> blockers(String deployment, JsonNode zone) {
        String namespace = Manifests.namespaceOf(deployment);
        return Removal.blockers(
                list(ResourceKind.GROUP_OWNERSHIP, namespace),
                list(ResourceKind.FAILOVER, namespace),
                zone.path("spec").path("primary").path("name").asText());
    }

    private Optional<Duration> look(String deployment) {
        Optional<JsonNode> zone = deployments.zone(deployment);
        Optional<JsonNode> order = deployments.order(deployment);
        if (zone.isPresent() && Deployments.isGoing(zone.get())) {
            return remove(deployment, zone.get());
        }
        if (order.isPresent()) {
            return order.get().path("metadata").path("annotations").has(WITHDRAWN)
                    ? forget(deployment)
                    : carryOut(deployment);
        }
        if (zone.isPresent() && deployments.namespace(deployment).isPresent()) {
            return lookAfter(deployment, zone.get());
        }
        established.remove(deployment);
        return Optional.empty();
    }

    private Optional<Duration> carryOut(String deployment) {
        Optional<DeploymentOrder> read = orderOf(deployment);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        DeploymentOrder order = read.get();
        Manifests.Manifest namespace = Manifests.namespace(deployment, Terms.of(order));
        marks(deployment).forEach(namespace.object().withObject("/metadata/annotations")::put);
        Optional<JsonNode> present = quorum.get(ResourceKind.NAMESPACE, "", namespace.name());
        if (present.isPresent()
                && (Deployments.isGoing(present.get()) || !Deployments.isOurs(present.get()))) {
            // One that is going makes room; one that is somebody else's was refused at the door.
            return Optional.of(STILL_LEAVING);
        }
        quorum.ensure(namespace);
        Map<Role, String> ids = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            String kubeconfig = order.clusters().of(role).kubeconfig();
            quorum.ensure(Manifests.kubeconfig(deployment, role, kubeconfig));
            checks.uid(order.clusters().of(role).name(), kubeconfig, Terms.of(order))
                    .ifPresent(uid -> ids.put(role, uid));
        }
        establish(deployment, Terms.of(order), Set.of());
        if (deployments.zone(deployment).isEmpty()) {
            quorum.create(Manifests.zone(deployment, order.zone(ids)));
        }
        quorum.delete(
                ResourceKind.SECRET,
                deployments.platformNamespace(),
                Deployments.orderName(deployment));
        LOG.atInfo().addKeyValue("tenant", deployment).log("deployment made");
        return Optional.empty();
    }

    private static DeploymentOrder read(String order) {
        try {
            return ResourceJson.read(
                    "order", ResourceJson.mapper().readTree(order), DeploymentOrder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the order cannot be read");
        }
    }

    private Optional<Duration> lookAfter(String deployment, JsonNode zone) {
        JsonNode namespace = deployments.namespace(deployment).orElseThrow();
        Terms terms = termsOf(namespace);
        if (!zone.path("metadata")
                .path("finalizers")
                .toString()
                .contains(ApiGroups.DEPLOYMENT_FINALIZER)) {
            ObjectNode patch = KubernetesJson.mapper().createObjectNode();
            var finalizers = patch.withObject("/metadata").putArray("finalizers");
            zone.path("metadata").path("finalizers").forEach(finalizers::add);
            finalizers.add(ApiGroups.DEPLOYMENT_FINALIZER);
            quorum.merge(
                    ResourceKind.PROTECTION_ZONE,
                    Manifests.namespaceOf(deployment),
                    zone.at("/metadata/name").asText(),
                    patch);
        }
        Set<String> sites = new TreeSet<>(Deployments.sites(zone));
        String state = terms + " " + sites;
        Optional<Duration> later = Optional.empty();
        if (!state.equals(established.get(deployment))) {
            later = establish(deployment, terms, sites);
            established.put(deployment, state);
        }
        ProtectionZoneStatus before = status(zone);
        if (ZoneProgress.ACTIVE.equals(before.phase())) {
            return later;
        }
        return check(deployment, zone, terms, before) ? later : Optional.of(NOT_YET_ACTIVE);
    }

    private Optional<Duration> establish(String deployment, Terms terms, Set<String> sites) {
        Manifests.guards(deployment).forEach(quorum::ensure);
        kafka.establish(KafkaPlan.ofDeployment(deployment, terms.limits(), sites));
        Optional<Duration> later = Optional.empty();
        for (Party party : Party.values()) {
            Optional<Duration> due = credentials.ensure(deployment, party);
            later = later.or(() -> due);
        }
        for (String site : sites) {
            kafka.establish(KafkaPlan.ofSite(site));
            credentials.ensureAgents(site);
        }
        return later;
    }

    /** Whether it is as it should be now. */
    private boolean check(
            String deployment, JsonNode zone, Terms terms, ProtectionZoneStatus before) {
        Map<Role, List<Finding>> findings = checks.preflight(deployment, zone, terms);
        learnSites(deployment, zone, checks.sitesSeen(deployment));
        boolean passed = findings.values().stream().allMatch(Preflight::passed);
        List<String> faults = new ArrayList<>();
        findings.forEach(
                (role, found) -> {
                    if (!Preflight.passed(found)) {
                        faults.add(
                                zone.path("spec").path(role.word()).path("name").asText()
                                        + ": "
                                        + Preflight.summary(found));
                    }
                });
        tell(
                deployment,
                zone,
                before,
                ZoneProgress.phase(before, passed),
                List.of(
                        new News(
                                ZoneProgress.PROVISIONED,
                                true,
                                "Made",
                                "namespace, topics, users and rights are there"),
                        new News(
                                ZoneProgress.PREFLIGHT,
                                passed,
                                passed ? "Passed" : "Findings",
                                passed
                                        ? "both clusters have and allow what is needed"
                                        : String.join(". ", faults))));
        return passed;
    }

    /** From then on a kubeconfig that leads to another cluster is noticed. */
    private void learnSites(String deployment, JsonNode zone, Map<Role, String> seen) {
        ObjectNode patch = KubernetesJson.mapper().createObjectNode();
        seen.forEach(
                (role, uid) -> {
                    if (zone.path("spec").path(role.word()).path("clusterId").isMissingNode()) {
                        patch.withObject("/spec/" + role.word()).put("clusterId", uid);
                    }
                });
        if (!patch.isEmpty()) {
            quorum.merge(
                    ResourceKind.PROTECTION_ZONE,
                    Manifests.namespaceOf(deployment),
                    zone.at("/metadata/name").asText(),
                    patch);
        }
    }

    private void tell(
            String deployment,
            JsonNode zone,
            ProtectionZoneStatus before,
            String phase,
            List<News> news) {
        ProtectionZoneStatus next =
                ZoneProgress.with(
                        before,
                        phase,
                        news,
                        zone.at("/metadata/generation").asLong(),
                        clock.instant());
        if (next.equals(before)) {
            return;
        }
        JsonPatch patch =
                JsonPatch.create()
                        .testVersion(zone.at("/metadata/resourceVersion").asText())
                        .add("/status", ResourceJson.write(next));
        try {
            await(
                    quorum.cluster()
                            .patchStatus(
                                    ResourceKind.PROTECTION_ZONE,
                                    Manifests.namespaceOf(deployment),
                                    zone.at("/metadata/name").asText(),
                                    patch));
        } catch (KubernetesFailure e) {
            if (e.reason() != Reason.CONFLICT) {
                throw e;
            }
            // Somebody else wrote it meanwhile: what they wrote wakes us again.
        }
    }

    private Optional<Duration> remove(String deployment, JsonNode zone) {
        JsonNode annotations = zone.path("metadata").path("annotations");
        boolean force = annotations.path(FORCE_REMOVAL).asText().equals("true");
        if (!zone.path("metadata")
                .path("finalizers")
                .toString()
                .contains(ApiGroups.DEPLOYMENT_FINALIZER)) {
            return Optional.empty();
        }
        List<String> blockers = force ? List.of() : blockers(deployment, zone);
        tell(
                deployment,
                zone,
                status(zone),
                ZoneProgress.REMOVING,
                List.of(
                        new News(
                                ZoneProgress.REMOVABLE,
                                blockers.isEmpty(),
                                blockers.isEmpty() ? "Leaving" : "InUse",
                                blockers.isEmpty()
                                        ? "claims, copies, topics and users are being removed"
                                        : String.join("; ", blockers)
                                                + ". Fail back first, or set the annotation "
                                                + FORCE_REMOVAL
                                                + "=true")));
        if (!blockers.isEmpty()) {
            return Optional.of(NOT_YET_ACTIVE);
        }
        String namespace = Manifests.namespaceOf(deployment);
        if (!force && !list(ResourceKind.GROUP_OWNERSHIP, namespace).isEmpty()) {
            return Optional.of(STILL_LEAVING);
        }
        disband(deployment, Deployments.sites(zone));
        boolean whole =
                annotations.path(REMOVE_NAMESPACE).asText().equals("true")
                        || deployments
                                .namespace(deployment)
                                .filter(Deployments::isOurs)
                                .isPresent();
        release(zone);
        if (whole) {
            quorum.delete(ResourceKind.NAMESPACE, "", namespace);
        }
        LOG.atInfo()
                .addKeyValue("tenant", deployment)
                .addKeyValue("force", force)
                .log("deployment removed");
        return Optional.empty();
    }

    /** What was made of an order that is taken back. */
    private Optional<Duration> forget(String deployment) {
        disband(deployment, Set.of());
        Optional<JsonNode> namespace =
                quorum.get(ResourceKind.NAMESPACE, "", Manifests.namespaceOf(deployment));
        if (namespace.filter(Deployments::isOurs).isPresent()) {
            quorum.delete(ResourceKind.NAMESPACE, "", Manifests.namespaceOf(deployment));
        }
        quorum.delete(
                ResourceKind.SECRET,
                deployments.platformNamespace(),
                Deployments.orderName(deployment));
        return Optional.empty();
    }

    private void disband(String deployment, Set<String> sites) {
        String namespace = Manifests.namespaceOf(deployment);
        if (quorum.get(ResourceKind.NAMESPACE, "", namespace).isPresent()) {
            ObjectNode nobody = KubernetesJson.mapper().createObjectNode();
            nobody.withObject("/metadata/labels").put(ApiGroups.ISOLATION_LABEL, Terms.NOBODY);
            quorum.merge(ResourceKind.NAMESPACE, "", namespace, nobody);
        }
        kafka.remove(KafkaPlan.prefix(deployment), List.of("site-recovery.dr-" + deployment));
        for (Party party : Party.values()) {
            quorum.delete(ResourceKind.SECRET, namespace, party.secret());
        }
        Manifests.guards(deployment)
                .forEach(made -> quorum.delete(made.kind(), made.namespace(), made.name()));
        for (String site : sites) {
            if (!deployments.othersUse(site, deployment)) {
                kafka.remove(KafkaPlan.agents(site), List.of());
                credentials.removeAgents(site);
            }
        }
        established.remove(deployment);
    }

    private void release(JsonNode zone) {
        ObjectNode patch = KubernetesJson.mapper().createObjectNode();
        var kept = patch.withObject("/metadata").putArray("finalizers");
        zone.path("metadata")
                .path("finalizers")
                .forEach(
                        finalizer -> {
                            if (!finalizer.asText().equals(ApiGroups.DEPLOYMENT_FINALIZER)) {
                                kept.add(finalizer);
                            }
                        });
        quorum.merge(
                ResourceKind.PROTECTION_ZONE,
                zone.at("/metadata/namespace").asText(),
                zone.at("/metadata/name").asText(),
                patch);
    }

    private List<JsonNode> list(ResourceKind kind, String namespace) {
        return await(quorum.cluster().list(kind, namespace, (String) null)).stream()
                .map(KubernetesJson::tree)
                .toList();
    }

    /** What the platform grants a deployment, as its Namespace says. */
    public static Terms termsOf(JsonNode namespace) {
        return Terms.read(
                texts(namespace.path("metadata").path("labels")),
                texts(namespace.path("metadata").path("annotations")));
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new HashMap<>();
        object.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    static ProtectionZoneStatus status(JsonNode zone) {
        return ResourceJson.status(zone, ProtectionZoneStatus.class)
                .orElse(new ProtectionZoneStatus(null, null, null, null));
    }
}
