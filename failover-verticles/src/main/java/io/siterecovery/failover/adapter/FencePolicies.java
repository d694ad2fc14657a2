package io.siterecovery.failover.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.model.FencePolicy;
import io.siterecovery.model.FencePolicy.PolicyObject;
import io.siterecovery.model.ResourceJson;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesFailure.Reason;
import io.siterecovery.platform.Tenant;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private final Tenant tenant;
    private final String policyName;
    private final Map<ClusterId, Boolean> inForce = new ConcurrentHashMap<>();

    public FencePolicies(Tenant tenant) {
        this.tenant = tenant;
        this.policyName = FencePolicy.fenceName(tenant.name());
    }

    /** Whether a policy is in force there; empty while that is not known. */
    public Optional<Boolean> inForce(ClusterId cluster) {
        return Optional.ofNullable(inForce.get(cluster));
    }

    /** Installs the policies where the API server knows the kind; else the fence is reactive. */
    public Future<Void> install(KubernetesApi cluster) {
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
    public Future<Boolean> check(KubernetesApi cluster) {
        return cluster.get(ResourceKind.ADMISSION_POLICY, "", policyName)
                .map(Optional::isPresent)
                .onSuccess(
                        there -> {
                            Boolean before = inForce.put(new ClusterId(cluster.name()), there);
                            if (!there && Boolean.TRUE.equals(before)) {
                                LOG.atWarn()
                                        .addKeyValue("tenant", tenant.name())
                                        .addKeyValue("cluster", cluster.name())
                                        .addKeyValue("policy", policyName)
                                        .log("the fence's admission policy is gone");
                            }
                        });
    }

    private static KubernetesFailure nameless() {
        return new KubernetesFailure(
                Reason.NOT_FOUND, 0, "the cluster does not say who we are (SelfSubjectReview)");
    }

    private Future<Void> withoutPolicy(KubernetesApi cluster, Throwable e) {
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

    private Future<Void> install(KubernetesApi cluster, String user) {
        List<String> namespaces =
                Objects.requireNonNullElse(tenant.zone().namespaces(), List.<String>of());
        Future<Void> done = Future.succeededFuture();
        for (PolicyObject policy : FencePolicy.of(tenant.name(), namespaces, user)) {
            done = done.compose(_ -> ensure(cluster, policy));
        }
        return done;
    }

    private static Future<Void> ensure(KubernetesApi cluster, PolicyObject policy) {
        GenericKubernetesResource object =
                ResourceJson.mapper()
                        .convertValue(policy.object(), GenericKubernetesResource.class);
        String name = object.getMetadata().getName();
        ObjectNode spec = ResourceJson.mapper().createObjectNode();
        spec.set("spec", policy.object().get("spec"));
        return cluster.create(policy.kind(), object)
                .recover(
                        e ->
                                e instanceof KubernetesFailure f
                                                && f.reason() == Reason.ALREADY_EXISTS
                                        ? cluster.mergePatch(policy.kind(), "", name, spec)
                                        : Future.failedFuture(e))
                .mapEmpty();
    }
}
