package io.siterecovery.failover.adapter;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.Tenant;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admission policies that hold the fence: installed once per cluster, long before a failover
 * needs them, since a new policy takes a moment to act while a change of its parameter does not.
 */
public final class FencePolicies {

    private static final Logger LOG = LoggerFactory.getLogger(FencePolicies.class);
    private static final String POLICY = "fence.siterecovery.trilio.io";

    private final Tenant tenant;
    private final Map<ClusterId, Boolean> inForce = new ConcurrentHashMap<>();

    public FencePolicies(Tenant tenant) {
        this.tenant = tenant;
    }

    /** Whether a policy is in force there; empty while that is not known. */
    public Optional<Boolean> inForce(ClusterId cluster) {
        return Optional.ofNullable(inForce.get(cluster));
    }

    /** Installs the policies where the API server knows the kind; else the fence is reactive. */
    public Future<Void> install(KubernetesCluster cluster) {
        // Without our own name the guard would lock us out too.
        return cluster.identify()
                .compose(
                        identity ->
                                identity.user()
                                        .map(user -> install(cluster, user))
                                        .orElseGet(() -> Future.failedFuture(nameless())))
                .onSuccess(_ -> inForce.put(new ClusterId(cluster.name()), true))
                .recover(e -> withoutPolicy(cluster, e));
    }

    /** Looks whether the policy is still there. */
    public Future<Boolean> check(KubernetesCluster cluster) {
        return cluster.get(ResourceKind.ADMISSION_POLICY, "", POLICY)
                .map(Optional::isPresent)
                .onSuccess(
                        there -> {
                            Boolean before = inForce.put(new ClusterId(cluster.name()), there);
                            if (!there && Boolean.TRUE.equals(before)) {
                                LOG.atWarn()
                                        .addKeyValue("tenant", tenant.name())
                                        .addKeyValue("cluster", cluster.name())
                                        .addKeyValue("policy", POLICY)
                                        .log("the fence's admission policy is gone");
                            }
                        });
    }

    private static KubernetesFailure nameless() {
        return new KubernetesFailure(
                Reason.NOT_FOUND, 0, "the cluster does not say who we are (SelfSubjectReview)");
    }

    private Future<Void> withoutPolicy(KubernetesCluster cluster, Throwable e) {
        boolean unsupported =
                e instanceof KubernetesFailure f
                        && (f.reason() == Reason.NOT_FOUND || f.reason() == Reason.FORBIDDEN);
        if (!unsupported) {
            return Future.failedFuture(e);
        }
        inForce.put(new ClusterId(cluster.name()), false);
        LOG.atWarn()
                .addKeyValue("tenant", tenant.name())
                .addKeyValue("cluster", cluster.name())
                .addKeyValue("reason", String.valueOf(e.getMessage()))
                .log("no admission policy possible: the fence is reactive here");
        return Future.succeededFuture();
    }

    private Future<Void> install(KubernetesCluster cluster, String user) {
        Future<Void> done = Future.succeededFuture();
        for (GenericKubernetesResource object : objects(user)) {
            ResourceKind kind =
                    object.getKind().equals(ResourceKind.ADMISSION_POLICY.kind())
                            ? ResourceKind.ADMISSION_POLICY
                            : ResourceKind.ADMISSION_POLICY_BINDING;
            done = done.compose(_ -> ensure(cluster, kind, object));
        }
        return done;
    }

    private static Future<Void> ensure(
            KubernetesCluster cluster, ResourceKind kind, GenericKubernetesResource object) {
        return cluster.create(kind, object)
                .<Void>mapEmpty()
                .recover(
                        e ->
                                e instanceof KubernetesFailure f
                                                && f.reason() == Reason.ALREADY_EXISTS
                                        ? cluster.mergePatch(
                                                        kind,
                                                        "",
                                                        object.getMetadata().getName(),
                                                        ResourceJson.mapper()
                                                                .createObjectNode()
                                                                .set(
                                                                        "spec",
                                                                        ResourceJson.mapper()
                                                                                .valueToTree(
                                                                                        object.getAdditionalProperties()
                                                                                                .get(
                                                                                                        "spec"))))
                                                .mapEmpty()
                                        : Future.failedFuture(e));
    }

    private List<GenericKubernetesResource> objects(String user) {
        List<String> namespaces = tenant.zone().namespaces();
        String mine =
                namespaces == null
                        ? "true"
                        : "request.namespace in ['" + String.join("', '", namespaces) + "']";
        String json =
                resource("/fence/policies.json")
                        .replace("${deployment}", tenant.name())
                        .replace("${user}", user)
                        .replace("${mine}", mine);
        try {
            List<GenericKubernetesResource> objects = new ArrayList<>();
            for (var node : ResourceJson.mapper().readTree(json)) {
                objects.add(
                        ResourceJson.mapper().treeToValue(node, GenericKubernetesResource.class));
            }
            return objects;
        } catch (IOException e) {
            throw new IllegalStateException("/fence/policies.json is not JSON", e);
        }
    }

    private static String resource(String path) {
        try (InputStream in = FencePolicies.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(path, e);
        }
    }
}
