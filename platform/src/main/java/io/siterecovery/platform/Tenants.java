package io.siterecovery.platform;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ProtectionZoneSpec;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which deployments there are: a namespace {@code dr-<d>} of the quorum cluster with our label and
 * a ProtectionZone is one, however it was made. Each gets its own {@link TenantRun}.
 */
final class Tenants {

    private static final Logger LOG = LoggerFactory.getLogger(Tenants.class);
    private static final String NAMESPACE_PREFIX = "dr-";

    private final KubernetesCluster quorum;
    private final TenantRun.Factory runs;
    private final Map<String, String> deploymentOfNamespace = new HashMap<>();
    private final Map<String, Map<String, GenericKubernetesResource>> zones = new HashMap<>();
    private final Map<String, String> faults = new ConcurrentHashMap<>();
    private final Map<String, TenantRun> running = new ConcurrentHashMap<>();
    private final List<Watch> watches = new ArrayList<>();
    private volatile boolean namespacesKnown;
    private volatile boolean zonesKnown;

    Tenants(KubernetesCluster quorum, TenantRun.Factory runs) {
        this.quorum = quorum;
        this.runs = runs;
    }

    /** On a context of its own: everything here happens there. */
    void start() {
        watches.add(
                quorum.follow(
                        ResourceKind.NAMESPACE,
                        null,
                        Selector.labels(ApiGroups.DEPLOYMENT_LABEL),
                        new Namespaces()));
        watches.add(quorum.follow(ResourceKind.PROTECTION_ZONE, null, Selector.ALL, new Zones()));
    }

    Future<Void> stop() {
        watches.forEach(Watch::close);
        return Future.join(running.values().stream().map(TenantRun::end).toList()).mapEmpty();
    }

    /** What is missing, by tenant; empty: everything that should run does. */
    Map<String, String> notReady() {
        Map<String, String> missing = new TreeMap<>(faults);
        if (!namespacesKnown || !zonesKnown) {
            missing.put("(quorum)", "the list of deployments has not been read");
        }
        running.values()
                .forEach(run -> run.notReady().ifPresent(why -> missing.put(run.name(), why)));
        return missing;
    }

    List<String> names() {
        return running.values().stream().map(TenantRun::name).sorted().toList();
    }

    private void look(String namespace) {
        if (!namespacesKnown || !zonesKnown) {
            return;
        }
        Optional<Tenant> wanted = Optional.empty();
        faults.remove(namespace);
        try {
            wanted = tenantOf(namespace);
        } catch (IllegalArgumentException e) {
            faults.put(namespace, String.valueOf(e.getMessage()));
            LOG.atWarn()
                    .addKeyValue("tenant", deploymentOfNamespace.get(namespace))
                    .addKeyValue("namespace", namespace)
                    .addKeyValue("reason", e.getMessage())
                    .log("not a usable deployment");
        }
        TenantRun run = running.get(namespace);
        if (run == null && wanted.isPresent()) {
            run = runs.create(wanted.get().name(), () -> running.remove(namespace));
            running.put(namespace, run);
        }
        if (run != null) {
            run.want(wanted.orElse(null));
        }
    }

    private void lookAtAll() {
        if (namespacesKnown && zonesKnown) {
            deploymentOfNamespace.keySet().forEach(this::look);
        }
    }

    private Optional<Tenant> tenantOf(String namespace) {
        String deployment = deploymentOfNamespace.get(namespace);
        Map<String, GenericKubernetesResource> here = zones.getOrDefault(namespace, Map.of());
        if (deployment == null || here.isEmpty()) {
            return Optional.empty();
        }
        if (!namespace.equals(NAMESPACE_PREFIX + deployment)) {
            throw new IllegalArgumentException(
                    "the namespace of deployment " + deployment + " must be dr-" + deployment);
        }
        GenericKubernetesResource zone =
                here.size() == 1 ? here.values().iterator().next() : here.get(deployment);
        if (zone == null) {
            throw new IllegalArgumentException(
                    here.size() + " ProtectionZones and none is named " + deployment);
        }
        Tenant tenant =
                new Tenant(
                        deployment,
                        namespace,
                        KubernetesJson.part(zone, "spec", ProtectionZoneSpec.class));
        tenant.fault()
                .ifPresent(
                        fault -> {
                            throw new IllegalArgumentException(fault);
                        });
        return Optional.of(tenant);
    }

    private final class Namespaces implements Follower {

        @Override
        public void observed(GenericKubernetesResource object) {
            String name = object.getMetadata().getName();
            Map<String, String> labels = object.getMetadata().getLabels();
            String deployment = labels == null ? null : labels.get(ApiGroups.DEPLOYMENT_LABEL);
            boolean going = object.getMetadata().getDeletionTimestamp() != null;
            remember(name, going ? null : deployment);
        }

        @Override
        public void vanished(String namespace, String name) {
            remember(name, null);
        }

        @Override
        public void listed() {
            namespacesKnown = true;
            lookAtAll();
        }

        @Override
        public void lost(KubernetesFailure failure) {
            warn("namespaces", failure);
        }

        private void remember(String name, @Nullable String deployment) {
            String before =
                    deployment == null
                            ? deploymentOfNamespace.remove(name)
                            : deploymentOfNamespace.put(name, deployment);
            if (!Objects.equals(before, deployment)) {
                look(name);
            }
        }
    }

    private final class Zones implements Follower {

        @Override
        public void observed(GenericKubernetesResource object) {
            String namespace = object.getMetadata().getNamespace();
            zones.computeIfAbsent(namespace, none -> new HashMap<>())
                    .put(object.getMetadata().getName(), object);
            look(namespace);
        }

        @Override
        public void vanished(String namespace, String name) {
            Map<String, GenericKubernetesResource> here = zones.get(namespace);
            if (here != null) {
                here.remove(name);
                look(namespace);
            }
        }

        @Override
        public void listed() {
            zonesKnown = true;
            lookAtAll();
        }

        @Override
        public void lost(KubernetesFailure failure) {
            warn("protection zones", failure);
        }
    }

    private static void warn(String what, KubernetesFailure failure) {
        LOG.atWarn()
                .addKeyValue("reason", failure.reason())
                .addKeyValue("said", failure.message())
                .log("cannot follow the {} of the quorum cluster", what);
    }
}
