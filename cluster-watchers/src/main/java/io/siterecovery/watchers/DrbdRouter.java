package io.siterecovery.watchers;

import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.platform.Subscription;
import io.siterecovery.platform.TenantContext;
import io.siterecovery.watchers.core.AgentProgress;
import io.siterecovery.watchers.core.ResourceOwners;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on what the agents of one physical cluster say about the tenant's own DRBD resources, with
 * offset and append time of the original: who reads it can tell how old a word is, however long it
 * lay here.
 */
final class DrbdRouter {

    private static final Logger LOG = LoggerFactory.getLogger(DrbdRouter.class);
    private static final Duration BEATS = Duration.ofSeconds(1);

    private record NodeResource(String node, String resource) {

        static Optional<NodeResource> parse(String key) {
            int slash = key.indexOf('/');
            return slash < 0
                    ? Optional.empty()
                    : Optional.of(
                            new NodeResource(key.substring(0, slash), key.substring(slash + 1)));
        }
    }

    private final TenantContext tenant;
    private final String cluster;
    private final String siteId;
    private final ResourceOwners owners;
    private final LatestStates routed;
    private final BooleanSupplier hurry;
    private final Map<NodeResource, RoutedDrbdState> latest = new HashMap<>();
    private final Map<String, AgentProgress> agents = new TreeMap<>();
    private final Set<String> changedNodes = new HashSet<>();
    private @Nullable Subscription subscription;
    private boolean live;
    private boolean beatsChanged;
    private long timer = -1;
    private volatile boolean caughtUp;

    /**
     * @param hurry whether beats are to be passed on as they come: something is wrong with a site,
     *     and failovers may be waiting for the next word of the other one's nodes
     */
    DrbdRouter(
            TenantContext tenant,
            String cluster,
            String siteId,
            ResourceOwners owners,
            LatestStates routed,
            BooleanSupplier hurry) {
        this.tenant = tenant;
        this.cluster = cluster;
        this.siteId = siteId;
        this.owners = owners;
        this.routed = routed;
        this.hurry = hurry;
    }

    void start() {
        Subscription reading =
                tenant.reader().subscribe(Topics.siteDrbd(siteId), null, this::received);
        subscription = reading;
        reading.caughtUp()
                .onSuccess(
                        done -> {
                            live = true;
                            caughtUp = true;
                            buryUnknown();
                            publishBeats();
                        });
        timer = tenant.vertx().setPeriodic(BEATS.toMillis(), tick -> publishBeatsIfChanged());
        LOG.atInfo()
                .addKeyValue("tenant", tenant.tenant().name())
                .addKeyValue("cluster", cluster)
                .addKeyValue("site", siteId)
                .log("routing DRBD state");
    }

    void stop() {
        tenant.vertx().cancelTimer(timer);
        if (subscription != null) {
            subscription.close();
        }
    }

    Optional<String> notReady() {
        return caughtUp
                ? Optional.empty()
                : Optional.of("DRBD state of " + cluster + " not read yet");
    }

    /** A resource became the tenant's, or ceased to be. */
    void ownershipChanged(String resource) {
        latest.forEach(
                (at, state) -> {
                    if (at.resource().equals(resource)) {
                        route(at, state);
                    }
                });
    }

    /** Another instance wrote over what was routed under a key. */
    void routeAgain(String key) {
        if (!live) {
            return;
        }
        if (key.equals(cluster)) {
            publishBeats();
            return;
        }
        NodeResource.parse(key.substring(cluster.length() + 1))
                .ifPresent(
                        at -> {
                            RoutedDrbdState state = latest.get(at);
                            if (state == null) {
                                routed.remove(key, source(at.node()));
                            } else {
                                route(at, state);
                            }
                        });
    }

    private void received(ReceivedEvent event) {
        switch (event.data()) {
            case DrbdResourceState state -> state(event, state);
            case AgentBeat beat -> beat(event, beat);
            case null -> tombstone(event);
            default ->
                    LOG.atWarn()
                            .addKeyValue("tenant", tenant.tenant().name())
                            .addKeyValue("topic", event.topic())
                            .addKeyValue("offset", event.offset())
                            .log("neither a state nor a beat; passed over");
        }
    }

    private void state(ReceivedEvent event, DrbdResourceState state) {
        NodeResource at = new NodeResource(state.node(), state.resource());
        if (!event.key().equals(at.node() + "/" + at.resource())) {
            LOG.atWarn()
                    .addKeyValue("tenant", tenant.tenant().name())
                    .addKeyValue("topic", event.topic())
                    .addKeyValue("offset", event.offset())
                    .log("a state under another resource's key; passed over");
            return;
        }
        progress(state.node()).read(state.incarnation(), state.sequence());
        RoutedDrbdState routedState =
                new RoutedDrbdState(cluster, siteId, event.offset(), event.appendedAt(), state);
        latest.put(at, routedState);
        if (owners.owns(at.resource())) {
            changedNodes.add(at.node());
        }
        route(at, routedState);
    }

    private void tombstone(ReceivedEvent event) {
        Optional<NodeResource> at = NodeResource.parse(event.key());
        if (at.isEmpty()) {
            agents.remove(event.key());
            beatsChanged = true;
            return;
        }
        latest.remove(at.get());
        routed.remove(key(at.get()), source(at.get().node()));
        changedNodes.add(at.get().node());
        countTombstone(event, at.get().node());
    }

    /** A tombstone has no body: its id, {@code <incarnation>-<sequence>}, tells its place. */
    private void countTombstone(ReceivedEvent event, String node) {
        String id = event.headers().getOrDefault("ce_id", "");
        int dash = id.lastIndexOf('-');
        if (dash < 0) {
            return;
        }
        try {
            progress(node).read(id.substring(0, dash), Long.parseLong(id.substring(dash + 1)));
        } catch (NumberFormatException e) {
            LOG.atDebug().addKeyValue("offset", event.offset()).log("an id without a sequence");
        }
    }

    private void beat(ReceivedEvent event, AgentBeat beat) {
        AgentProgress progress = progress(beat.node());
        RoutedBeat before = progress.lastBeat();
        RoutedBeat now = progress.beat(beat, event.offset(), event.appendedAt(), live);
        beatsChanged = true;
        boolean turned =
                before == null
                        || before.complete() != now.complete()
                        || !before.incarnation().equals(now.incarnation());
        if (live && (changedNodes.remove(beat.node()) || turned || hurry.getAsBoolean())) {
            publishBeats();
        }
    }

    private void route(NodeResource at, RoutedDrbdState state) {
        if (owners.owns(at.resource())) {
            routed.put(key(at), state, source(at.node()));
        } else {
            routed.remove(key(at), source(at.node()));
        }
    }

    private void publishBeatsIfChanged() {
        if (live && beatsChanged) {
            publishBeats();
        }
    }

    private void publishBeats() {
        beatsChanged = false;
        Map<String, RoutedBeat> beats = new TreeMap<>();
        agents.forEach(
                (node, progress) -> {
                    RoutedBeat beat = progress.lastBeat();
                    if (beat != null) {
                        beats.put(node, beat);
                    }
                });
        if (!beats.isEmpty() || routed.has(cluster)) {
            routed.put(cluster, new RoutedBeats(cluster, siteId, beats), "/clusters/" + cluster);
        }
    }

    /** What an earlier life routed and no agent has a record of any more. */
    private void buryUnknown() {
        String prefix = cluster + "/";
        for (String key : routed.keys()) {
            if (key.startsWith(prefix)
                    && NodeResource.parse(key.substring(prefix.length()))
                            .map(at -> !latest.containsKey(at))
                            .orElse(true)) {
                routed.remove(key, "/clusters/" + cluster);
            }
        }
        latest.forEach(this::route);
    }

    private AgentProgress progress(String node) {
        return agents.computeIfAbsent(node, none -> new AgentProgress());
    }

    private String key(NodeResource at) {
        return cluster + "/" + at.node() + "/" + at.resource();
    }

    private String source(String node) {
        return "/clusters/" + cluster + "/nodes/" + node;
    }
}
