package io.siterecovery.tests.simulation.world;

import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The agent of one node as the rest of the product sees it: full states when something changed,
 * figures when they are polled, a beat each second, a new incarnation after each start.
 */
public final class Agent {

    private static final long BEAT = Agenda.SECOND;
    private static final long POLL = 2 * Agenda.SECOND;
    private static final long POLL_AFTER_DEMOTION = 100 * Agenda.MILLI;
    private static final long BLOCK = 4096;

    private final String node;
    private final String topic;
    private final List<DrbdResource> resources;
    private final Broker broker;
    private final Agenda agenda;
    private final Dice dice;
    private final Map<String, DrbdResourceState> told = new TreeMap<>();
    private final Set<String> changed = new TreeSet<>();
    private boolean alive;
    private boolean complete;
    private boolean publishing;
    private int incarnation;
    private long sequence;
    private long acknowledged;

    Agent(
            String node,
            String siteId,
            List<DrbdResource> resources,
            Broker broker,
            Agenda agenda,
            Dice dice) {
        this.node = node;
        this.topic = Topics.siteDrbd(siteId);
        this.resources = resources;
        this.broker = broker;
        this.agenda = agenda;
        this.dice = dice;
    }

    public String node() {
        return node;
    }

    public boolean alive() {
        return alive;
    }

    public void start() {
        alive = true;
        complete = false;
        incarnation++;
        sequence = 0;
        acknowledged = 0;
        told.clear();
        changed.clear();
        resources.stream().filter(r -> r.isOn(node)).forEach(r -> changed.add(r.name()));
        int mine = incarnation;
        agenda.after(dice.between(1, 50) * Agenda.MILLI, () -> dump(mine));
        agenda.after(dice.between(0, BEAT), () -> beat(mine));
        agenda.after(dice.between(0, POLL), () -> poll(mine));
    }

    public void stop() {
        alive = false;
    }

    /** The kernel says that something is different now. */
    void changed(DrbdResource resource) {
        if (!alive) {
            return;
        }
        changed.add(resource.name());
        if (complete && !publishing) {
            publishing = true;
            int mine = incarnation;
            agenda.after(
                    dice.around(3 * Agenda.MILLI),
                    () -> {
                        publishing = false;
                        if (is(mine)) {
                            publish();
                        }
                    });
        }
    }

    private void dump(int mine) {
        if (is(mine)) {
            publishing = false;
            complete = true;
            publish();
        }
    }

    private boolean is(int mine) {
        return alive && incarnation == mine;
    }

    private void publish() {
        for (DrbdResource resource : resources) {
            if (changed.remove(resource.name())) {
                tell(resource);
            }
        }
    }

    private void tell(DrbdResource resource) {
        DrbdResourceState state = state(resource.on(node));
        DrbdResourceState before = told.put(resource.name(), state);
        if (before != null && same(before, state)) {
            return;
        }
        sequence++;
        DrbdResourceState numbered = numbered(state, sequence);
        int mine = incarnation;
        long number = sequence;
        broker.whenThere(
                () -> {
                    broker.append(topic, node + "/" + resource.name(), numbered, Map.of());
                    if (is(mine)) {
                        acknowledged = Math.max(acknowledged, number);
                    }
                });
        if (before != null && before.role().is(Role.PRIMARY) && !state.role().is(Role.PRIMARY)) {
            pollUntilQuiet(mine, resource, agenda.micros() + 10 * Agenda.SECOND);
        }
    }

    private void pollUntilQuiet(int mine, DrbdResource resource, long until) {
        agenda.after(
                POLL_AFTER_DEMOTION,
                () -> {
                    if (is(mine)) {
                        tell(resource);
                        boolean busy =
                                resource.on(node).links.stream().anyMatch(l -> l.inFlight > 0);
                        if (busy && agenda.micros() < until) {
                            pollUntilQuiet(mine, resource, until);
                        }
                    }
                });
    }

    private void poll(int mine) {
        if (is(mine)) {
            if (complete) {
                resources.stream().filter(r -> r.isOn(node)).forEach(this::tell);
            }
            agenda.after(POLL, () -> poll(mine));
        }
    }

    private void beat(int mine) {
        if (!is(mine)) {
            return;
        }
        if (!broker.away()) {
            AgentBeat beat =
                    new AgentBeat(
                            node,
                            word(),
                            acknowledged,
                            complete && acknowledged == sequence,
                            agenda.now(),
                            Map.of());
            broker.append(topic, node, beat, Map.of());
        }
        agenda.after(BEAT, () -> beat(mine));
    }

    private String word() {
        return node + "-" + incarnation;
    }

    private DrbdResourceState state(Replica replica) {
        List<Peer> peers = new ArrayList<>();
        int id = 0;
        for (Link link : replica.links) {
            boolean there = link.connected();
            peers.add(
                    new Peer(
                            link.peer.node,
                            ++id,
                            Word.of(link.connection),
                            Word.of(
                                    !there
                                            ? Role.UNKNOWN
                                            : link.peer.primary ? Role.PRIMARY : Role.SECONDARY),
                            link.inFlight * BLOCK,
                            List.of(
                                    new PeerVolume(
                                            0,
                                            Word.of(link.replication),
                                            Word.of(there ? link.peer.disk : DiskState.DUNKNOWN),
                                            List.of("no"),
                                            null,
                                            link.outOfSync * BLOCK,
                                            0L,
                                            0L))));
        }
        return new DrbdResourceState(
                node,
                replica.resource.name(),
                word(),
                0,
                agenda.now(),
                Word.of(replica.primary ? Role.PRIMARY : Role.SECONDARY),
                List.of(replica.primary && !replica.quorum ? "quorum" : "no"),
                false,
                replica.mayPromote(),
                null,
                List.of(
                        new Volume(
                                0,
                                Word.of(replica.disk),
                                replica.quorum,
                                replica.open,
                                1L << 30,
                                0L)),
                peers);
    }

    private static boolean same(DrbdResourceState a, DrbdResourceState b) {
        return a.role().equals(b.role())
                && a.suspended().equals(b.suspended())
                && java.util.Objects.equals(a.mayPromote(), b.mayPromote())
                && a.volumes().equals(b.volumes())
                && a.peers().equals(b.peers());
    }

    private static DrbdResourceState numbered(DrbdResourceState s, long sequence) {
        return new DrbdResourceState(
                s.node(),
                s.resource(),
                s.incarnation(),
                sequence,
                s.observedAt(),
                s.role(),
                s.suspended(),
                s.forceIoFailures(),
                s.mayPromote(),
                s.promotionScore(),
                s.volumes(),
                s.peers());
    }
}
