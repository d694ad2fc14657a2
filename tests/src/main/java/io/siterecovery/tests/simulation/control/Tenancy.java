package io.siterecovery.tests.simulation.control;

import io.siterecovery.events.Topics;
import io.siterecovery.events.cluster.ClusterFact;
import io.siterecovery.events.cluster.FactKey;
import io.siterecovery.events.cluster.PersistentVolumeFact;
import io.siterecovery.failover.adapter.Ports;
import io.siterecovery.failover.verticle.Decisions;
import io.siterecovery.failover.verticle.TenantWork;
import io.siterecovery.platform.KubernetesApi;
import io.siterecovery.platform.Tenant;
import io.siterecovery.tests.simulation.engine.Dice;
import io.siterecovery.tests.simulation.world.Author;
import io.siterecovery.tests.simulation.world.World;
import io.siterecovery.watchers.core.ResourceOwners;
import io.siterecovery.watchers.core.WatchedKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One deployment in one process: what follows its clusters, and what decides and acts for it. */
final class Tenancy {

    private final Process process;
    private final Tenant tenant;
    private final Surroundings around;
    private final Dice dice;
    private final FactsOut facts;
    private final FactsOut routed;
    private final ResourceOwners owners = new ResourceOwners();
    private final Map<String, ClusterFollow> follows = new LinkedHashMap<>();
    private final List<Router> routers = new ArrayList<>();
    private final List<TopicReader> readers = new ArrayList<>();
    private final Producer producer;
    private final TenantWork work;
    private int toRead = 2;
    private boolean closed;

    /**
     * @param assignment how many there have been, with this one
     */
    Tenancy(Process process, Tenant tenant, long assignment, Surroundings around, Dice dice) {
        this.process = process;
        this.tenant = tenant;
        this.around = around;
        this.dice = dice;
        World world = around.world();
        this.producer =
                new Producer(
                        process,
                        assignment,
                        world.broker(),
                        dice.fork(),
                        (topic, key) -> around.published().by(tenant.name(), topic, key));
        this.facts = new FactsOut(producer, world.broker(), Topics.clusters(tenant.name()));
        this.routed = new FactsOut(producer, world.broker(), Topics.drbd(tenant.name()));
        Ports ports =
                new Ports(
                        tenant,
                        process.name(),
                        client(World.QUORUM),
                        client(World.EAST),
                        client(World.WEST),
                        producer,
                        process.clock());
        Decisions decisions = around.bugs().decisions(new Decisions.Core());
        this.work =
                new TenantWork(
                        around.bugs().ports(ports),
                        around.bugs().turns(process.turns()),
                        decisions,
                        dice.fork().generator());
    }

    private KubernetesApi client(String cluster) {
        return new ApiClient(
                process,
                cluster,
                around.world().at(cluster),
                Author.controlPlane(process.name(), tenant.name()),
                around.network(),
                around.interference(),
                around.calls());
    }

    void start() {
        facts.states()
                .forEach(
                        (key, data) -> {
                            if (data instanceof PersistentVolumeFact volume) {
                                owners.put(key, volume);
                            }
                        });
        // The model has no configuration: its VMs refer to nothing.
        List<WatchedKind> kinds =
                WatchedKind.ofWorkloadCluster().stream()
                        .filter(kind -> !kind.isConfiguration())
                        .toList();
        follow(World.EAST, kinds, null);
        follow(World.WEST, kinds, null);
        follow(World.QUORUM, WatchedKind.ofQuorumCluster(), tenant.namespace());
        follows.values().forEach(ClusterFollow::withdraw);
        facts.settled().onComplete(_ -> watched());
    }

    private void follow(String cluster, List<WatchedKind> kinds, @Nullable String namespace) {
        follows.put(
                cluster,
                new ClusterFollow(
                        process,
                        around.world().at(cluster),
                        kinds,
                        namespace,
                        tenant::ownsNamespace,
                        around.network(),
                        facts,
                        this::volume,
                        dice.fork(),
                        around.watchTrouble()));
    }

    /** Nothing of an earlier life passes for complete any more: go on. */
    private void watched() {
        if (closed) {
            return;
        }
        follows.values().forEach(ClusterFollow::start);
        for (String site : List.of(World.EAST, World.WEST)) {
            String siteId = around.world().at(site).siteId();
            Router router = new Router(process, site, siteId, owners, routed);
            routers.add(router);
            readers.add(read(Topics.siteDrbd(siteId), router::received, router::caughtUp));
        }
        readers.add(
                read(
                        Topics.clusters(tenant.name()),
                        event -> {
                            if (facts.read(event)) {
                                lookFor(FactKey.parse(event.key()));
                            }
                            work.fact(event);
                        },
                        this::read));
        readers.add(
                read(
                        Topics.drbd(tenant.name()),
                        event -> {
                            routed.read(event);
                            work.drbd(event);
                        },
                        this::read));
    }

    private void lookFor(FactKey key) {
        ClusterFollow follow = follows.get(key.cluster());
        if (follow != null) {
            follow.listAnew(key.kind());
        }
    }

    private TopicReader read(
            String topic,
            java.util.function.Consumer<io.siterecovery.platform.ReceivedEvent> handler,
            Runnable caughtUp) {
        return new TopicReader(
                process,
                around.world().broker(),
                topic,
                dice.fork(),
                around.topicTrouble(),
                handler,
                caughtUp);
    }

    private void read() {
        toRead--;
        if (toRead == 0 && !closed) {
            process.story().tell(process.name(), () -> "works for " + tenant.name());
            work.begin();
        }
    }

    private void volume(String key, @Nullable ClusterFact fact) {
        for (String resource : owners.put(key, (PersistentVolumeFact) fact)) {
            routers.forEach(r -> r.ownershipChanged(resource));
        }
    }

    void breakSomeWatch() {
        if (!closed) {
            dice.of(List.copyOf(follows.values())).breakSome();
        }
    }

    /** The deployment is another process's now. */
    void close() {
        if (!closed) {
            closed = true;
            follows.values().forEach(ClusterFollow::close);
            routers.forEach(Router::close);
            readers.forEach(TopicReader::close);
            work.close();
        }
    }
}
