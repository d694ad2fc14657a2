package io.siterecovery.tests.simulation.world;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.tests.simulation.engine.Agenda;
import io.siterecovery.tests.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One DRBD resource over all its nodes: how roles, disks and connections follow from opens, cuts
 * and power, as drbd-facts were measured; and where each acknowledged write truly is.
 */
public final class DrbdResource {

    /** How it replicates, and whether it asks for a majority before it lets anybody write. */
    public record Options(boolean asynchronous, boolean majority) {}

    private final String name;
    private final Options options;
    private final Agenda agenda;
    private final Dice dice;
    private final BiPredicate<String, String> sitesReachOneAnother;
    private final List<Replica> replicas = new ArrayList<>();
    private Consumer<Replica> changed = r -> {};
    private long writes;
    private long acknowledged;
    private long generations;

    DrbdResource(
            String name,
            Options options,
            Agenda agenda,
            Dice dice,
            BiPredicate<String, String> sitesReachOneAnother) {
        this.name = name;
        this.options = options;
        this.agenda = agenda;
        this.dice = dice;
        this.sitesReachOneAnother = sitesReachOneAnother;
    }

    void place(String site, String node) {
        replicas.add(new Replica(this, site, node));
    }

    /** In sync, as a finished first sync leaves it. */
    void bringUp(Consumer<Replica> whenChanged) {
        for (Replica a : replicas) {
            replicas.stream().filter(b -> !b.equals(a)).forEach(b -> a.links.add(new Link(a, b)));
        }
        changed = whenChanged;
    }

    public String name() {
        return name;
    }

    Options options() {
        return options;
    }

    public List<Replica> replicas() {
        return replicas;
    }

    /** The last write that a guest was told to be safe. */
    long acknowledged() {
        return acknowledged;
    }

    public Stream<Replica> primaries() {
        return replicas.stream().filter(r -> r.primary);
    }

    public int primaryCount() {
        int count = 0;
        for (Replica replica : replicas) {
            count += replica.primary ? 1 : 0;
        }
        return count;
    }

    /** One that was cut off without a quorum keeps the role, and can do nothing with it. */
    public long quoratePrimaries() {
        return replicas.stream().filter(r -> r.primary && r.quorum).count();
    }

    Replica on(String node) {
        return replicas.stream().filter(r -> r.node.equals(node)).findFirst().orElseThrow();
    }

    boolean isOn(String node) {
        return replicas.stream().anyMatch(r -> r.node.equals(node));
    }

    /** Whether the device is open afterwards; opening for writing promotes. */
    boolean open(Replica replica) {
        if (!replica.up || (!replica.open && !replica.mayPromote())) {
            return false;
        }
        if (!replica.open) {
            replica.open = true;
            replica.primary = true;
            touched(replica);
        }
        return true;
    }

    void close(Replica replica) {
        if (replica.open) {
            replica.open = false;
            replica.primary = false;
            touched(replica);
        }
    }

    /** A guest writes once. */
    void write(Replica replica) {
        if (!replica.canWrite()) {
            return;
        }
        long number = ++writes;
        acknowledged = number;
        replica.content = number;
        boolean somebodyMissesIt = false;
        for (Link link : replica.links) {
            if (!link.connected()) {
                link.outOfSync++;
                somebodyMissesIt = true;
            } else if (options.asynchronous && !link.peer.site.equals(replica.site)) {
                send(link, number);
            } else if (link.established() || replica.disk == DiskState.INCONSISTENT) {
                // One that is being synced works through its source.
                link.peer.content = number;
            }
        }
        if (somebodyMissesIt && !replica.ownLine) {
            newGeneration(replica);
        }
    }

    private void send(Link link, long number) {
        link.inFlight++;
        int epoch = link.epoch;
        long delay = dice.around(50 * Agenda.MILLI);
        agenda.after(
                delay,
                () -> {
                    if (link.epoch == epoch) {
                        link.inFlight--;
                        if (link.established()) {
                            link.peer.content = Math.max(link.peer.content, number);
                        }
                    }
                });
    }

    /** Every connection that cannot be now breaks, every one that can be again is made. */
    void reconsiderLinks() {
        for (Replica replica : replicas) {
            for (Link link : replica.links) {
                if (link.connected() && !reachable(link)) {
                    breakOff(link);
                }
            }
        }
        for (Replica replica : replicas) {
            for (Link link : replica.links) {
                if (link.connection == ConnectionState.CONNECTING && reachable(link)) {
                    connect(link);
                }
            }
        }
    }

    private boolean reachable(Link link) {
        return link.owner.up
                && link.peer.up
                && (link.owner.site.equals(link.peer.site)
                        || sitesReachOneAnother.test(link.owner.site, link.peer.site));
    }

    private void breakOff(Link link) {
        Link back = link.peer.to(link.owner);
        link.lose(ConnectionState.CONNECTING);
        back.lose(ConnectionState.CONNECTING);
        for (Replica side : List.of(link.owner, link.peer)) {
            side.ownLine = false;
            settle(side);
        }
        touched(link.owner);
        touched(link.peer);
    }

    /** What a disk still is after a peer was lost. */
    private void settle(Replica replica) {
        replica.quorum = hasQuorum(replica);
        if (replica.primary || replica.disk == DiskState.INCONSISTENT) {
            return;
        }
        boolean writerSeenByAPeer =
                replica.links.stream()
                        .filter(l -> !l.connected() && l.peer.primary)
                        .anyMatch(l -> replica.connected().anyMatch(c -> sees(c.peer, l.peer)));
        if (writerSeenByAPeer) {
            replica.disk = DiskState.OUTDATED;
        } else if (!replica.quorum && replica.disk == DiskState.UP_TO_DATE) {
            replica.disk = DiskState.CONSISTENT;
        }
    }

    private static boolean sees(Replica a, Replica b) {
        return a.links.stream().anyMatch(l -> l.peer.equals(b) && l.connected());
    }

    private boolean hasQuorum(Replica replica) {
        return !options.majority || (1 + replica.connected().count()) * 2 > replicas.size();
    }

    private void connect(Link link) {
        Link back = link.peer.to(link.owner);
        Replica a = link.owner;
        Replica b = link.peer;
        boolean aFollowsB = startsWith(a.generations, b.generations);
        boolean bFollowsA = startsWith(b.generations, a.generations);
        if ((a.primary && b.primary) || (!aFollowsB && !bFollowsA)) {
            link.lose(ConnectionState.STAND_ALONE);
            back.lose(ConnectionState.STAND_ALONE);
            touched(a);
            touched(b);
            return;
        }
        link.connection = ConnectionState.CONNECTED;
        back.connection = ConnectionState.CONNECTED;
        a.quorum = hasQuorum(a);
        b.quorum = hasQuorum(b);
        boolean same = aFollowsB && bFollowsA;
        long behind = Math.max(link.outOfSync, back.outOfSync);
        if (same
                && behind == 0
                && a.disk != DiskState.INCONSISTENT
                && b.disk != DiskState.INCONSISTENT) {
            establish(link, back);
        } else {
            boolean fromA = same ? isSource(a, link) : aFollowsB;
            resync(fromA ? link : back, fromA ? back : link);
        }
        touched(a);
        touched(b);
    }

    private static boolean isSource(Replica a, Link link) {
        return a.primary
                || (!link.peer.primary
                        && a.disk != DiskState.INCONSISTENT
                        && (link.outOfSync > 0 || link.peer.disk == DiskState.INCONSISTENT));
    }

    private static boolean startsWith(List<Long> longer, List<Long> shorter) {
        return longer.size() >= shorter.size() && longer.subList(0, shorter.size()).equals(shorter);
    }

    private void establish(Link link, Link back) {
        link.replication = ReplicationState.ESTABLISHED;
        back.replication = ReplicationState.ESTABLISHED;
        for (Replica side : List.of(link.owner, link.peer)) {
            if (side.quorum && side.disk != DiskState.INCONSISTENT) {
                side.disk = DiskState.UP_TO_DATE;
            }
        }
    }

    private void resync(Link source, Link target) {
        source.outOfSync = Math.max(1, Math.max(source.outOfSync, target.outOfSync));
        target.outOfSync = source.outOfSync;
        source.replication = ReplicationState.SYNC_SOURCE;
        target.replication = ReplicationState.SYNC_TARGET;
        if (source.owner.quorum && source.owner.disk != DiskState.INCONSISTENT) {
            source.owner.disk = DiskState.UP_TO_DATE;
        }
        target.owner.disk = DiskState.INCONSISTENT;
        int epoch = source.epoch;
        agenda.after(
                dice.around(3 * Agenda.SECOND),
                () -> {
                    if (source.epoch == epoch
                            && source.replication == ReplicationState.SYNC_SOURCE) {
                        finish(source, target);
                    }
                });
    }

    private void finish(Link source, Link target) {
        target.owner.content = source.owner.content;
        target.owner.generations = new ArrayList<>(source.owner.generations);
        target.owner.disk = DiskState.UP_TO_DATE;
        // With the last block from one peer nothing is lacking from the others either.
        target.owner.links.stream()
                .filter(l -> l.replication == ReplicationState.SYNC_TARGET)
                .forEach(this::inSync);
        touched(target.owner);
    }

    /** What was written meanwhile came over every connection. */
    private void inSync(Link target) {
        Link source = target.peer.to(target.owner);
        source.outOfSync = 0;
        target.outOfSync = 0;
        target.owner.content = Math.max(target.owner.content, source.owner.content);
        establish(source, target);
        touched(source.owner);
    }

    /**
     * What a human types on two sides that have gone their own ways: the loser forgets what it
     * wrote since. Not while it is in use.
     */
    public void discard(String losingSite) {
        for (Replica loser : replicas) {
            for (Link link : loser.links) {
                boolean apart = link.connection == ConnectionState.STAND_ALONE;
                if (apart && loser.site.equals(losingSite) && !loser.primary) {
                    loser.generations = new ArrayList<>(link.peer.generations.subList(0, 1));
                    loser.disk = DiskState.INCONSISTENT;
                    link.connection = ConnectionState.CONNECTING;
                    link.peer.to(loser).connection = ConnectionState.CONNECTING;
                }
            }
        }
        reconsiderLinks();
    }

    /** Whether any two replicas do not speak to one another any more. */
    public boolean isApart() {
        return replicas.stream()
                .flatMap(r -> r.links.stream())
                .anyMatch(l -> l.connection == ConnectionState.STAND_ALONE);
    }

    /** What is written while a peer is away starts a line of data that the peer does not know. */
    private void newGeneration(Replica replica) {
        long generation = ++generations;
        replica.generations.add(generation);
        replica.ownLine = true;
        replica.connected()
                .filter(Link::established)
                .forEach(l -> l.peer.generations = new ArrayList<>(replica.generations));
    }

    void power(Replica replica, boolean on) {
        replica.up = on;
        if (!on) {
            replica.wasGoodUntil = replica.disk == DiskState.UP_TO_DATE ? agenda.micros() : 0;
            replica.open = false;
            replica.primary = false;
        } else {
            replica.quorum = hasQuorum(replica);
            if (replica.disk == DiskState.UP_TO_DATE && !replica.links.isEmpty()) {
                replica.disk = DiskState.CONSISTENT;
            }
        }
        reconsiderLinks();
        if (on) {
            if (replica.disk == DiskState.CONSISTENT && replica.quorum) {
                replica.disk = DiskState.UP_TO_DATE;
            }
            touched(replica);
        }
    }

    private void touched(Replica replica) {
        changed.accept(replica);
        replica.connected().forEach(l -> changed.accept(l.peer));
    }
}
