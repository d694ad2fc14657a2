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
 * a ProtectionZone is one, however it was made. Each that is in our {@link Share} gets its own
 * {@link TenantRun}.
 */
final class Tenants {

    private static final Logger LOG = LoggerFactory.getLogger(Tenants.class);
    private static final String NAMESPACE_PREFIX = "dr-";

    private final KubernetesCluster quorum;
    private final TenantRun.Factory runs;
    private final Map<String, Home> homes = new HashMap<>();
    private final Map<String, Map<String, GenericKubernetesResource>> zones = new HashMap<>();
    private final Map<String, String> faults = new ConcurrentHashMap<>();
    private final Map<String, TenantRun> running = new ConcurrentHashMap<>();
    private final List<Watch> watches = new ArrayList<>();
    private Share share;
    private volatile boolean namespacesKnown;
    private volatile boolean zonesKnown;
    private volatile Optional<String> waitsFor = Optional.empty();

    /** What the labels of a namespace say. */
    private record Home(String deployment, Isolation isolation) {}

    /**
     * @param mode for whom this process is there; it runs nothing before it has a share
     */
    Tenants(KubernetesCluster quorum, Share.Mode mode, TenantRun.Factory runs) {
        this.quorum = quorum;
        this.share = Share.nothing(mode);
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

    /**
     * What is ours from now on; on the context of {@link #start()}.
     *
     * @return completes when what is not ours any more has stopped
     */
    Future<Void> share(Share now) {
        share = now;
        lookAtAll();
        return Future.join(
                        running.values().stream()
                                .filter(run -> !run.isWanted())
                                .map(TenantRun::gone)
                                .toList())
                .mapEmpty();
    }

    Future<Void> stop() {
        watches.forEach(Watch::close);
        return Future.join(running.values().stream().map(TenantRun::end).toList()).mapEmpty();
    }

    /** What is missing, by tenant; empty: everything that should run here does. */
    Map<String, String> notReady() {
        Map<String, String> missing = new TreeMap<>(faults);
        if (!namespacesKnown || !zonesKnown) {
            missing.put("(quorum)", "the list of deployments has not been read");
        }
        waitsFor.ifPresent(what -> missing.put("(deployment)", what));
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
        waitsFor = whyNothingIsOurs();
    }

    private void lookAtAll() {
        if (namespacesKnown && zonesKnown) {
            homes.keySet().forEach(this::look);
            waitsFor = whyNothingIsOurs();
        }
    }

    /** An instance for one deployment says why that one is not run this way; others have many. */
    private Optional<String> whyNothingIsOurs() {
        return switch (share.mode()) {
            case Share.Mode.Pooled _ -> Optional.empty();
            case Share.Mode.Dedicated(String deployment) ->
                    whyNotDedicated(NAMESPACE_PREFIX + deployment, deployment);
        };
    }

    private Optional<String> whyNotDedicated(String namespace, String deployment) {
        Home home = homes.get(namespace);
        if (home == null || !home.deployment().equals(deployment)) {
            return Optional.of(
                    "no namespace %s with the label %s: %s"
                            .formatted(namespace, ApiGroups.DEPLOYMENT_LABEL, deployment));
        }
        if (home.isolation() != Isolation.DEDICATED) {
            return Optional.of(
                    "namespace %s has no label %s: %s, so it is not for instances of its own"
                            .formatted(
                                    namespace,
                                    ApiGroups.ISOLATION_LABEL,
                                    Isolation.DEDICATED_WORD));
        }
        return zones.getOrDefault(namespace, Map.of()).isEmpty()
                ? Optional.of("no ProtectionZone in namespace " + namespace)
                : Optional.empty();
    }

    private Optional<Tenant> tenantOf(String namespace) {
        Home home = homes.get(namespace);
        Map<String, GenericKubernetesResource> here = zones.getOrDefault(namespace, Map.of());
        if (home == null || here.isEmpty() || !share.covers(home.deployment(), home.isolation())) {
            return Optional.empty();
        }
        String deployment = home.deployment();
        if (home.isolation() == Isolation.UNKNOWN) {
            throw new IllegalArgumentException(
                    "label %s of namespace %s must be %s or absent"
                            .formatted(
                                    ApiGroups.ISOLATION_LABEL,
                                    namespace,
                                    Isolation.DEDICATED_WORD));
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
            Map<String, String> labels =
                    Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
            String deployment = labels.get(ApiGroups.DEPLOYMENT_LABEL);
            boolean going = object.getMetadata().getDeletionTimestamp() != null;
            remember(
                    name,
                    going || deployment == null
                            ? null
                            : new Home(
                                    deployment,
                                    Isolation.of(labels.get(ApiGroups.ISOLATION_LABEL))));
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

        private void remember(String name, @Nullable Home home) {
            Home before = home == null ? homes.remove(name) : homes.put(name, home);
            if (!Objects.equals(before, home)) {
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
