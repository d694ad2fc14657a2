package io.siterecovery.tenants.steward;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.siterecovery.model.ApiGroups;
import io.siterecovery.model.ResourceKind;
import io.siterecovery.platform.Follower;
import io.siterecovery.platform.KubernetesCluster;
import io.siterecovery.platform.KubernetesFailure;
import io.siterecovery.platform.KubernetesJson;
import io.siterecovery.platform.Selector;
import io.siterecovery.platform.Watch;
import io.siterecovery.tenants.core.Manifests;
import io.siterecovery.tenants.core.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which deployments there are or are to be, as the quorum cluster says: their namespaces, their
 * ProtectionZones, and orders that are not carried out yet.
 */
public final class Deployments {

    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);

    /** Label of an order's Secret. */
    static final String ORDER_LABEL = ApiGroups.PREFIX + "order";

    private static final int SITE_ID_LENGTH = 12;
    private static final String PREFIX = "dr-";

    private final KubernetesCluster quorum;
    private final String platformNamespace;
    private final SortedMap<String, JsonNode> namespaces = new ConcurrentSkipListMap<>();
    private final SortedMap<String, JsonNode> zones = new ConcurrentSkipListMap<>();
    private final SortedMap<String, JsonNode> orders = new ConcurrentSkipListMap<>();
    private final Set<Map<String, JsonNode>> known =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Watch> watches = new ArrayList<>();
    private volatile boolean complete;

    Deployments(KubernetesCluster quorum, String platformNamespace) {
        this.quorum = quorum;
        this.platformNamespace = platformNamespace;
    }

    /**
     * @param changed told the name of whatever deployment something has happened to, once all are
     *     known
     */
    void follow(Consumer<String> changed) {
        watches.add(
                quorum.follow(
                        ResourceKind.NAMESPACE,
                        null,
                        Selector.labels(ApiGroups.DEPLOYMENT_LABEL),
                        new Shelf(namespaces, changed) {
                            @Override
                            Optional<String> deployment(JsonNode object) {
                                return deploymentOf(name(object));
                            }
                        }));
        watches.add(
                quorum.follow(
                        ResourceKind.PROTECTION_ZONE,
                        null,
                        Selector.ALL,
                        new Shelf(zones, changed) {
                            @Override
                            Optional<String> deployment(JsonNode object) {
                                return deploymentOf(object.at("/metadata/namespace").asText());
                            }
                        }));
        watches.add(
                quorum.follow(
                        ResourceKind.SECRET,
                        platformNamespace,
                        Selector.labels(ORDER_LABEL),
                        new Shelf(orders, changed) {
                            @Override
                            Optional<String> deployment(JsonNode object) {
                                return Optional.of(
                                        object.path("metadata")
                                                .path("labels")
                                                .path(ORDER_LABEL)
                                                .asText());
                            }
                        }));
    }

    void stop() {
        watches.forEach(Watch::close);
    }

    /** Whether everything there is has been read. */
    public boolean complete() {
        return complete;
    }

    /** Every name that something is known of, in order. */
    public SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(zones.keySet());
        names.addAll(orders.keySet());
        return names;
    }

    public Optional<JsonNode> namespace(String deployment) {
        return Optional.ofNullable(namespaces.get(deployment));
    }

    public Optional<JsonNode> zone(String deployment) {
        return Optional.ofNullable(zones.get(deployment));
    }

    public Optional<JsonNode> order(String deployment) {
        return Optional.ofNullable(orders.get(deployment));
    }

    /** What we have just written is known at once; the watch brings the same later. */
    void wroteOrder(String deployment, JsonNode secret) {
        orders.put(deployment, secret);
    }

    /** First characters of the UIDs of a deployment's clusters, as far as its zone says. */
    static Set<String> sites(JsonNode zone) {
        Set<String> sites = new TreeSet<>();
        for (Role role : Role.values()) {
            siteOf(zone, role).ifPresent(sites::add);
        }
        return sites;
    }

    static Optional<String> siteOf(JsonNode zone, Role role) {
        String uid = zone.path("spec").path(role.word()).path("clusterId").asText("");
        return uid.length() < SITE_ID_LENGTH
                ? Optional.empty()
                : Optional.of(uid.substring(0, SITE_ID_LENGTH));
    }

    /** Whether another deployment uses a physical cluster. */
    boolean othersUse(String site, String besides) {
        return zones.entrySet().stream()
                .anyMatch(
                        zone ->
                                !zone.getKey().equals(besides)
                                        && sites(zone.getValue()).contains(site));
    }

    private static Optional<String> deploymentOf(String namespace) {
        return namespace.startsWith(PREFIX) && namespace.length() > PREFIX.length()
                ? Optional.of(namespace.substring(PREFIX.length()))
                : Optional.empty();
    }

    private static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    /** One kind of object, by deployment. */
    private abstract class Shelf implements Follower {

        private final Map<String, JsonNode> objects;
        private final Consumer<String> changed;

        Shelf(Map<String, JsonNode> objects, Consumer<String> changed) {
            this.objects = objects;
            this.changed = changed;
        }

        abstract Optional<String> deployment(JsonNode object);

        @Override
        public void observed(GenericKubernetesResource object) {
            JsonNode tree = KubernetesJson.tree(object);
            deployment(tree)
                    .ifPresent(
                            deployment -> {
                                objects.put(deployment, tree);
                                tell(deployment);
                            });
        }

        @Override
        public void vanished(String namespace, String name) {
            Optional<String> gone =
                    objects.entrySet().stream()
                            .filter(
                                    entry ->
                                            name(entry.getValue()).equals(name)
                                                    && entry.getValue()
                                                            .at("/metadata/namespace")
                                                            .asText("")
                                                            .equals(
                                                                    namespace == null
                                                                            ? ""
                                                                            : namespace))
                            .map(Map.Entry::getKey)
                            .findFirst();
            gone.ifPresent(
                    deployment -> {
                        objects.remove(deployment);
                        tell(deployment);
                    });
        }

        @Override
        public void listed() {
            known.add(objects);
            if (known.size() == 3 && !complete) {
                complete = true;
                names().forEach(changed);
            }
        }

        @Override
        public void lost(KubernetesFailure failure) {
            LOG.atWarn()
                    .addKeyValue("reason", failure.reason())
                    .log("cannot follow the deployments of the quorum cluster");
        }

        private void tell(String deployment) {
            if (complete) {
                changed.accept(deployment);
            }
        }
    }

    /** The name of an order's Secret. */
    static String orderName(String deployment) {
        return "order-" + deployment;
    }

    String platformNamespace() {
        return platformNamespace;
    }

    static boolean isGoing(JsonNode object) {
        return object.at("/metadata/deletionTimestamp").isTextual();
    }

    static boolean isOurs(JsonNode object) {
        return object.path("metadata")
                .path("labels")
                .path(Manifests.MANAGED_BY)
                .asText()
                .equals(Manifests.MANAGER);
    }
}
