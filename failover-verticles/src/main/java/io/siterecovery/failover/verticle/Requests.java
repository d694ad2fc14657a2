package io.siterecovery.failover.verticle;

import static io.vertx.core.Future.await;

import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.CustomResourceFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.ReachabilityFact;
import io.siterecovery.failover.adapter.RequestEffects;
import io.siterecovery.failover.core.ownership.ClusterId;
import io.siterecovery.failover.core.request.RequestPolicy;
import io.siterecovery.failover.core.request.RequestPolicy.Place;
import io.siterecovery.failover.core.request.RequestPolicy.Step;
import io.siterecovery.failover.view.GroupViews;
import io.siterecovery.failover.view.TenantView;
import io.siterecovery.model.ResourceKind;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Lets objects follow one another at the edge: aliases and their canonical twins, Failovers made on
 * workload clusters and the operations made from them.
 */
final class Requests {

    private final String namespace;
    private final TenantView view;
    private final GroupViews views;
    private final RequestEffects effects;
    private final Lane lane;

    Requests(
            Desk desk,
            String namespace,
            TenantView view,
            GroupViews views,
            RequestEffects effects) {
        this.namespace = namespace;
        this.view = view;
        this.views = views;
        this.effects = effects;
        this.lane = desk.lane("requests", this::look);
    }

    void wake() {
        lane.wake();
    }

    void close() {
        lane.close();
    }

    private Optional<Instant> look() {
        List<Step> steps = new ArrayList<>();
        for (String cluster : clusters()) {
            aliases(
                    cluster,
                    ResourceKind.ALIAS_PROTECTION_GROUP,
                    ResourceKind.PROTECTION_GROUP,
                    steps);
            aliases(cluster, ResourceKind.ALIAS_FAILOVER, ResourceKind.FAILOVER, steps);
        }
        for (ClusterId site : views.sites()) {
            requests(site.name(), steps);
        }
        List<Future<?>> running = new ArrayList<>();
        for (Step step : steps) {
            running.add(effects.carryOut(step));
        }
        await(Future.join(running));
        return Optional.empty();
    }

    private List<String> clusters() {
        return Stream.concat(views.sites().stream().map(ClusterId::name), Stream.of(FactKey.QUORUM))
                .toList();
    }

    private void aliases(
            String cluster, ResourceKind aliasKind, ResourceKind kind, List<Step> steps) {
        Set<String> namespaces = new TreeSet<>(view.namespaces(cluster, aliasKind));
        namespaces.addAll(view.namespaces(cluster, kind));
        boolean listed = listed(cluster);
        for (String in : namespaces) {
            Set<String> names = new TreeSet<>(view.shelf(cluster, aliasKind, in).keySet());
            names.addAll(view.shelf(cluster, kind, in).keySet());
            for (String name : names) {
                add(
                        steps,
                        RequestPolicy.alias(
                                new Place(cluster, aliasKind, in, name),
                                fact(cluster, aliasKind, in, name),
                                new Place(cluster, kind, in, name),
                                fact(cluster, kind, in, name),
                                listed));
            }
        }
    }

    private void requests(String cluster, List<Step> steps) {
        boolean listed = listed(cluster) && listed(FactKey.QUORUM);
        for (String in : view.namespaces(cluster, ResourceKind.FAILOVER)) {
            view.shelf(cluster, ResourceKind.FAILOVER, in)
                    .forEach((name, fact) -> request(cluster, in, name, fact, listed, steps));
        }
    }

    private void request(
            String cluster,
            String in,
            String name,
            ClusterFact fact,
            boolean listed,
            List<Step> steps) {
        if (!(fact instanceof CustomResourceFact request)) {
            return;
        }
        String operation = cluster + "." + in + "." + name;
        add(
                steps,
                RequestPolicy.request(
                        new Place(cluster, ResourceKind.FAILOVER, in, name),
                        request,
                        new Place(FactKey.QUORUM, ResourceKind.FAILOVER, namespace, operation),
                        fact(FactKey.QUORUM, ResourceKind.FAILOVER, namespace, operation),
                        listed));
    }

    private Optional<CustomResourceFact> fact(
            String cluster, ResourceKind kind, String in, String name) {
        return view.get(CustomResourceFact.class, cluster, kind, in, name);
    }

    private boolean listed(String cluster) {
        return view.reachability(cluster)
                .filter(r -> r.complete() && r.reachable())
                .map(ReachabilityFact::complete)
                .orElse(false);
    }

    private static void add(List<Step> steps, Step step) {
        if (!(step instanceof Step.Nothing)) {
            steps.add(step);
        }
    }
}
