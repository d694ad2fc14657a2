package io.siterecovery.tests.simulation.control;

import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.RoutedBeats;
import io.siterecovery.events.drbd.RoutedBeats.RoutedBeat;
import io.siterecovery.events.drbd.RoutedDrbdState;
import io.siterecovery.platform.ReceivedEvent;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.watchers.core.AgentProgress;
import io.siterecovery.watchers.core.ResourceOwners;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the agents of one site say about the deployment's own resources, with its age. */
final class Router {

    private final Process process;
    private final String cluster;
    private final String siteId;
    private final ResourceOwners owners;
    private final FactsOut routed;
    private final Map<String, RoutedDrbdState> latest = new TreeMap<>();
    private final Map<String, AgentProgress> agents = new TreeMap<>();
    private final Set<String> changedNodes = new TreeSet<>();
    private boolean live;
    private boolean beatsChanged;
    private boolean closed;

    Router(Process process, String cluster, String siteId, ResourceOwners owners, FactsOut routed) {
        this.process = process;
        this.cluster = cluster;
        this.siteId = siteId;
        this.owners = owners;
        this.routed = routed;
    }

    void caughtUp() {
        live = true;
        publishBeats();
        tick();
    }

    void close() {
        closed = true;
    }

    void ownershipChanged(String resource) {
        latest.values().stream()
                .filter(s -> s.state().resource().equals(resource))
                .forEach(this::route);
    }

    void received(ReceivedEvent event) {
        switch (event.data()) {
            case DrbdResourceState state -> {
                agent(state.node()).read(state.incarnation(), state.sequence());
                RoutedDrbdState known =
                        new RoutedDrbdState(
                                cluster, siteId, event.offset(), event.appendedAt(), state);
                latest.put(event.key(), known);
                if (owners.owns(state.resource())) {
                    changedNodes.add(state.node());
                }
                route(known);
            }
            case AgentBeat beat -> {
                AgentProgress progress = agent(beat.node());
                RoutedBeat before = progress.lastBeat();
                RoutedBeat now = progress.beat(beat, event.offset(), event.appendedAt(), live);
                beatsChanged = true;
                boolean turned =
                        before == null
                                || before.complete() != now.complete()
                                || !before.incarnation().equals(now.incarnation());
                if (live && (changedNodes.remove(beat.node()) || turned)) {
                    publishBeats();
                }
            }
            case null, default -> {}
        }
    }

    private void route(RoutedDrbdState known) {
        DrbdResourceState state = known.state();
        String key = cluster + "/" + state.node() + "/" + state.resource();
        if (owners.owns(state.resource())) {
            routed.put(key, known);
        } else {
            routed.remove(key);
        }
    }

    private void tick() {
        process.agenda()
                .after(
                        Agenda.SECOND,
                        () ->
                                process.deliver(
                                        () -> {
                                            if (!closed) {
                                                if (beatsChanged) {
                                                    publishBeats();
                                                }
                                                tick();
                                            }
                                        }));
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
        if (!beats.isEmpty()) {
            routed.put(cluster, new RoutedBeats(cluster, siteId, beats));
        }
    }

    private AgentProgress agent(String node) {
        return agents.computeIfAbsent(node, none -> new AgentProgress());
    }
}
