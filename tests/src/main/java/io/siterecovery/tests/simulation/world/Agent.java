package io.siterecovery.tests.simulation.world;

import io.siterecovery.events.Topics;
import io.siterecovery.events.drbd.AgentBeat;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdResourceState;
import io.siterecovery.events.drbd.DrbdResourceState.Options;
import io.siterecovery.events.drbd.DrbdResourceState.Peer;
import io.siterecovery.events.drbd.DrbdResourceState.PeerVolume;
import io.siterecovery.events.drbd.DrbdResourceState.Volume;
import io.siterecovery.events.drbd.Role;
import io.siterecovery.events.drbd.Word;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The agent of one node as the rest of the product sees it: full states when something changed,
 * figures when they are polled, a beat each second, a new incarnation after each start.
 */
public final class Agent {

    private static final long BEAT = Agenda.SECOND;
    private static final long BEATS_APART = 50 * Agenda.MILLI;

    /** With something older than this on its way, it does not say how far it has come. */
    private static final long BEHIND = 200 * Agenda.MILLI;

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
    private final Set<String> majoritySeen = new TreeSet<>();
    private boolean alive;
    private boolean complete;
    private boolean publishing;
    private int incarnation;
    private long sequence;
    private long acknowledged;
    private long dumped;
    private long lastArrival;
    private long lastAnswer;
    private long lastBeat;
    private long beaten;
    private boolean beatOnTheWay;
    private boolean beatPlanned;

    /** When each record that waits for its acknowledgement was given to Kafka's client. */
    private final ArrayDeque<Long> unsettled = new ArrayDeque<>();

    private @Nullable Long acknowledgedOffset;
    private @Nullable Long settledOffset;

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
        beaten = 0;
        beatOnTheWay = false;
        beatPlanned = false;
        acknowledgedOffset = null;
        settledOffset = null;
        unsettled.clear();
        told.clear();
        changed.clear();
        majoritySeen.clear();
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
            dumped = sequence;
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
        int mine = incarnation;
        long number = sequence;
        unsettled.add(agenda.micros());
        send(
                mine,
                node + "/" + resource.name(),
                numbered(state, number),
                () -> {
                    unsettled.poll();
                    acknowledged = number;
                    beatForChanges(mine);
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
        if (is(mine)) {
            beat();
            agenda.after(BEAT, () -> beat(mine));
        }
    }

    private void beat() {
        Long oldest = unsettled.peek();
        if (beatOnTheWay || (oldest != null && oldest < agenda.micros() - BEHIND)) {
            return;
        }
        if (oldest == null) {
            settledOffset = acknowledgedOffset;
        }
        beatOnTheWay = true;
        lastBeat = agenda.micros();
        beaten = acknowledged;
        int mine = incarnation;
        AgentBeat beat =
                new AgentBeat(
                        node,
                        word(),
                        acknowledged,
                        complete && acknowledged >= dumped,
                        agenda.now(),
                        Map.of(),
                        settledOffset,
                        "Following",
                        0L);
        send(
                mine,
                node,
                beat,
                () -> {
                    beatOnTheWay = false;
                    beatForChanges(mine);
                });
    }

    /** Says that all changes have arrived, if no beat has said so yet. */
    private void beatForChanges(int mine) {
        if (beaten == acknowledged || beatOnTheWay || beatPlanned || !unsettled.isEmpty()) {
            return;
        }
        beatPlanned = true;
        agenda.after(
                lastBeat + BEATS_APART - agenda.micros(),
                () -> {
                    if (is(mine)) {
                        beatPlanned = false;
                        if (beaten != acknowledged && unsettled.isEmpty()) {
                            beat();
                        }
                    }
                });
    }

    /** In order, and late: what was given to Kafka's client before may be appended long after. */
    private void send(int mine, String key, Record data, Runnable acknowledgement) {
        long arrival = agenda.micros() + broker.lag(dice);
        lastArrival = Math.max(lastArrival, arrival);
        agenda.after(
                lastArrival - agenda.micros(),
                () -> broker.whenThere(() -> append(mine, key, data, acknowledgement)));
    }

    private void append(int mine, String key, Record data, Runnable acknowledgement) {
        if (!is(mine)) {
            return;
        }
        long offset = broker.append(topic, key, data, Map.of());
        lastAnswer = Math.max(lastAnswer, agenda.micros() + dice.around(Agenda.MILLI));
        agenda.after(
                lastAnswer - agenda.micros(),
                () -> {
                    if (is(mine)) {
                        long before = acknowledgedOffset == null ? -1 : acknowledgedOffset;
                        acknowledgedOffset = Math.max(before, offset);
                        acknowledgement.run();
                    }
                });
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
                                            0L)),
                            replica.resource.options().asynchronous()
                                            && !link.peer.site.equals(replica.site)
                                    ? "A"
                                    : "C",
                            false,
                            null,
                            null));
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
                peers,
                new Options(replica.resource.options().majority() ? "majority" : "off", null),
                quorumWithoutPeer(replica));
    }

    /** Nobody forces anything here; but what was before its stream began an agent cannot know. */
    private @Nullable Boolean quorumWithoutPeer(Replica replica) {
        long there = 1 + replica.connected().count();
        if (there * 2 > replica.links.size() + 1) {
            majoritySeen.add(replica.resource.name());
        }
        return majoritySeen.contains(replica.resource.name()) ? false : null;
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
                s.peers(),
                s.options(),
                s.quorumWithoutPeer());
    }
}
