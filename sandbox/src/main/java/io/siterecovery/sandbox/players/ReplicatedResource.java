package io.siterecovery.sandbox.players;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One DRBD resource over all its nodes: how roles, disks and connections follow from opens, cuts
 * and power. Each {@link Kernel#event} is one kernel event. The world calls it under its lock.
 */
final class ReplicatedResource {

    /** Where the kernels' events go. */
    interface Kernel {
        /**
         * @param touched replicas whose peer devices get a line although no key of them changed
         */
        void event(ReplicatedResource resource, Set<Replica> touched);

        void helper(Replica replica, String keys, String helper);

        void startResync(ReplicatedResource resource, PeerLink source);

        long newGeneration();

        long resyncKibPerSecond();
    }

    final String name;
    final long sizeKib;
    final int minor;
    final DrbdWorld.Options options;
    final List<Replica> replicas = new ArrayList<>();
    private final Kernel kernel;
    private final BiPredicate<String, String> reachable;

    ReplicatedResource(
            String name,
            long sizeKib,
            int minor,
            DrbdWorld.Options options,
            Kernel kernel,
            BiPredicate<String, String> reachable) {
        this.name = name;
        this.sizeKib = sizeKib;
        this.minor = minor;
        this.options = options;
        this.kernel = kernel;
        this.reachable = reachable;
    }

    void link(int port) {
        for (Replica a : replicas) {
            replicas.stream()
                    .filter(b -> !b.equals(a))
                    .forEach(b -> a.links.add(new PeerLink(a, b, port)));
        }
    }

    Optional<Replica> on(String node) {
        return replicas.stream().filter(r -> r.node.equals(node)).findFirst();
    }

    long resyncKibPerSecond() {
        return kernel.resyncKibPerSecond();
    }

    // --- bring-up and power ---

    /** The disks hold the same data: what a finished initial sync leaves behind. */
    void bringUpInSync(List<Replica> powered) {
        long generation = kernel.newGeneration();
        replicas.forEach(r -> r.generations.add(generation));
        powered.forEach(this::attach);
        powered.forEach(this::connectAll);
    }

    void bringUp(Replica replica) {
        attach(replica);
        connectAll(replica);
    }

    private void attach(Replica replica) {
        replica.up = true;
        replica.disk = "Diskless";
        replica.quorum = quorumOff();
        replica.links.forEach(l -> l.lost("StandAlone"));
        event();
        replica.disk = "Attaching";
        event();
        replica.disk =
                replica.inconsistentOnDisk
                        ? "Inconsistent"
                        : replica.outdatedOnDisk ? "Outdated" : "Consistent";
        setQuorum(replica);
        event();
        for (String state : List.of("Unconnected", "Connecting")) {
            replica.links.stream().filter(l -> !l.standAlone).forEach(l -> l.connection = state);
            event();
        }
    }

    private void connectAll(Replica replica) {
        replica.links.stream()
                .filter(l -> l.peer.up && reachable.test(replica.node, l.peer.node))
                .forEach(this::connect);
        settle(replica);
    }

    /** The node lost power: its kernel is gone, its disk keeps what it knew. */
    void powerOff(Replica replica) {
        replica.up = false;
        replica.open = false;
        replica.primary = false;
        replica.disk = "Diskless";
        replica.links.forEach(l -> l.lost("StandAlone"));
        replica.links.forEach(l -> l.path = false);
        links(r -> r.peer.equals(replica)).forEach(this::lose);
    }

    void takeDown() {
        links(l -> true).forEach(l -> l.lost("Disconnecting"));
        links(l -> true).forEach(l -> l.path = false);
        event();
        links(l -> true).forEach(l -> l.connection = "StandAlone");
        event();
        replicas.forEach(r -> r.links.clear());
        event();
        for (String disk : List.of("Detaching", "Diskless", "")) {
            replicas.forEach(r -> r.disk = disk);
            event();
        }
        replicas.forEach(r -> r.up = false);
        event();
    }

    // --- open and close ---

    /** Empty when the device is now open and Primary, else the kernel's words. */
    Optional<String> open(Replica replica) {
        String device = "open(/dev/drbd%d): ".formatted(minor);
        if (!replica.up) {
            return Optional.of(device + "No such device or address (node is off)");
        }
        if (replica.open) {
            return Optional.empty();
        }
        if (replica.primaryPeer().isPresent()) {
            return Optional.of(
                    device
                            + "Wrong medium type: State change failed: (-1) Multiple primaries not"
                            + " allowed by config");
        }
        Optional<Replica> witness =
                replica.connectedLinks()
                        .map(l -> l.peer)
                        .filter(p -> p.primaryPeer().isPresent())
                        .findFirst();
        if (witness.isPresent()) {
            return Optional.of(
                    device
                            + "Input/output error: State change failed: (-10) State change was"
                            + " refused by peer node; Declined by peer %s (id: %d)"
                                    .formatted(witness.get().node, witness.get().nodeId));
        }
        if (!replica.quorum) {
            return Optional.of(device + "Input/output error: State change failed: (-25) No quorum");
        }
        if (!replica.reachesUpToDateData()) {
            return Optional.of(
                    device
                            + "Input/output error: State change failed: (-2) Need access to"
                            + " UpToDate data");
        }
        replica.open = true;
        event();
        replica.primary = true;
        replica.readKib += 4;
        replica.connectedLinks().forEach(l -> l.peer.linkTo(replica).peerRole = "Primary");
        newGenerationIfAlone(replica);
        event(replica);
        return Optional.empty();
    }

    void close(Replica replica) {
        if (!replica.open) {
            return;
        }
        replica.primary = false;
        replica.connectedLinks().forEach(l -> l.peer.linkTo(replica).peerRole = "Secondary");
        event();
        replica.open = false;
        event(replica);
    }

    /** Account for what a guest wrote: peers that are not there fall behind by as much. */
    void write(Replica writer, long kib) {
        writer.writtenKib += kib;
        for (PeerLink link : writer.links) {
            if (link.connected()) {
                link.sentKib += kib;
                link.peer.linkTo(writer).receivedKib += kib;
                link.peer.writtenKib += kib;
            } else {
                Replica absent = link.peer;
                link.outOfSyncKib = Math.min(sizeKib, link.outOfSyncKib + kib);
                writer.connectedLinks()
                        .map(l -> l.peer.linkTo(absent))
                        .filter(l -> !l.connected())
                        .forEach(l -> l.outOfSyncKib = link.outOfSyncKib);
            }
        }
    }

    // --- connections ---

    void cut(Replica a, Replica b) {
        Stream.of(a.linkTo(b), b.linkTo(a)).filter(l -> l.owner.up).forEach(this::lose);
    }

    void heal(Replica a, Replica b) {
        if (a.up && b.up) {
            connect(a.linkTo(b));
        }
    }

    /**
     * {@code disconnect; connect --discard-my-data} on the loser, {@code connect} on the winner.
     */
    void discardData(Replica loser, Replica winner) {
        loser.generations = new ArrayList<>(List.of(winner.generations.getFirst()));
        PeerLink link = winner.linkTo(loser);
        link.outOfSyncKib = Math.max(link.outOfSyncKib, loser.linkTo(winner).outOfSyncKib);
        for (PeerLink side : List.of(link, loser.linkTo(winner))) {
            side.standAlone = false;
            side.connection = "Unconnected";
        }
        event();
        connecting(link);
        connecting(loser.linkTo(winner));
        event();
        if (reachable.test(loser.node, winner.node)) {
            connect(link);
        }
    }

    /** Overrides quorum, which is shown as there until a connection changes (measured). */
    void force(Replica replica) {
        replica.primary = true;
        replica.quorum = true;
        markUpToDate(replica);
        replica.generations.add(kernel.newGeneration());
        event(replica);
        replica.primary = false;
        event(replica);
    }

    private void lose(PeerLink link) {
        Replica replica = link.owner;
        boolean wasThere = link.connected();
        link.lost(link.standAlone ? "StandAlone" : "NetworkFailure");
        boolean wasQuorate = replica.quorum;
        setQuorum(replica);
        if (!replica.primary && replica.upToDate() && wasThere && replica.primaryPeer().isEmpty()) {
            replica.disk = "Consistent";
        }
        event();
        if (!wasThere) {
            link.path = false;
            if (!link.standAlone) {
                link.connection = "Connecting";
            }
            event();
            return;
        }
        if (wasQuorate && !replica.quorum && replica.primary) {
            kernel.helper(replica, deviceKeys(), "quorum-lost");
        }
        newGenerationIfAlone(replica);
        link.path = false;
        event();
        kernel.helper(replica, link.keys(), "disconnected");
        link.connection = "Unconnected";
        event();
        link.connection = "Connecting";
        event();
        settle(replica);
    }

    private void connect(PeerLink link) {
        PeerLink back = link.peer.linkTo(link.owner);
        if (link.connected() || link.standAlone || back.standAlone) {
            return;
        }
        link.path = true;
        back.path = true;
        event(link.owner, link.peer);
        Replica a = link.owner;
        Replica b = link.peer;
        boolean aHasSeenB = a.generations.contains(b.generation());
        boolean bHasSeenA = b.generations.contains(a.generation());
        if (a.primary && b.primary) {
            splitBrain(link, back, quorumOff());
        } else if (!aHasSeenB && !bHasSeenA) {
            splitBrain(link, back, true);
        } else if (a.generation() == b.generation()) {
            establish(link, back);
        } else {
            PeerLink source = aHasSeenB ? link : back;
            if (source.peer.primary) {
                splitBrain(link, back, true);
            } else {
                synchronize(source, source.peer.linkTo(source.owner));
            }
        }
    }

    /** Nothing reconnects by itself afterwards. With quorum no helper is called (measured). */
    private void splitBrain(PeerLink link, PeerLink back, boolean helpers) {
        for (PeerLink side : List.of(link, back)) {
            if (helpers) {
                String keys = side.keys() + " volume:0 minor:" + minor;
                kernel.helper(side.owner, keys, "initial-split-brain");
                kernel.helper(side.owner, keys, "split-brain");
            }
            side.lost("Disconnecting");
            event();
            side.path = false;
            event();
            kernel.helper(side.owner, side.keys(), "disconnected");
            side.connection = "StandAlone";
            side.standAlone = true;
            event();
        }
    }

    private void establish(PeerLink link, PeerLink back) {
        boolean fresh = link.owner.upToDate() || link.peer.upToDate();
        for (PeerLink side : List.of(link, back)) {
            side.connection = "Connected";
            side.peerRole = side.peer.primary ? "Primary" : "Secondary";
            side.replication = "Established";
            side.outOfSyncKib = 0;
        }
        for (PeerLink side : List.of(link, back)) {
            setQuorum(side.owner);
            if (fresh && !side.owner.disk.equals("Inconsistent")) {
                markUpToDate(side.owner);
            }
        }
        tellPeers(link.owner);
        tellPeers(link.peer);
        event();
        settle(link.owner);
        settle(link.peer);
    }

    private void synchronize(PeerLink source, PeerLink target) {
        source.outOfSyncKib = Math.max(source.outOfSyncKib, target.outOfSyncKib);
        if (source.outOfSyncKib == 0) {
            target.owner.generations = new ArrayList<>(source.owner.generations);
            establish(source, target);
            return;
        }
        source.replication = "WFBitMapS";
        target.replication = "WFBitMapT";
        for (PeerLink side : List.of(source, target)) {
            side.connection = "Connected";
            side.peerRole = side.peer.primary ? "Primary" : "Secondary";
            setQuorum(side.owner);
        }
        target.owner.disk = "Outdated";
        target.owner.outdatedOnDisk = true;
        // The source may itself have been unsure until it met a replica that knows less.
        settle(source.owner);
        tellPeers(source.owner);
        tellPeers(target.owner);
        event();
        String suffix = " volume:0 minor:" + minor;
        kernel.helper(source.owner, source.keys() + suffix, "before-resync-source");
        kernel.helper(target.owner, target.keys() + suffix, "before-resync-target");
        source.replication = "SyncSource";
        target.replication = "SyncTarget";
        target.owner.disk = "Inconsistent";
        target.owner.inconsistentOnDisk = true;
        target.outOfSyncKib = source.outOfSyncKib;
        source.resyncKib = source.outOfSyncKib;
        target.resyncKib = source.outOfSyncKib;
        tellPeers(target.owner);
        event();
        kernel.startResync(this, source);
    }

    /** The resync ran to its end; nothing happens when it was interrupted before. */
    void finishResync(PeerLink source) {
        if (!source.replication.equals("SyncSource")) {
            return;
        }
        PeerLink target = source.peer.linkTo(source.owner);
        source.sentKib += source.resyncKib;
        target.receivedKib += source.resyncKib;
        target.owner.writtenKib += source.resyncKib;
        source.outOfSyncKib = 0;
        target.outOfSyncKib = 0;
        event(source.owner, target.owner);
        kernel.helper(
                target.owner, target.keys() + " volume:0 minor:" + minor, "after-resync-target");
        target.owner.inconsistentOnDisk = false;
        target.owner.generations = new ArrayList<>(source.owner.generations);
        for (PeerLink side : List.of(source, target)) {
            side.replication = "Established";
            side.resyncKib = 0;
        }
        markUpToDate(target.owner);
        tellPeers(target.owner);
        event();
    }

    // --- rules ---

    /** A replica that is merely Consistent becomes sure, or learns that it is behind. */
    private void settle(Replica replica) {
        if (!replica.up || !replica.disk.equals("Consistent")) {
            return;
        }
        boolean newerElsewhere = replica.connectedLinks().anyMatch(l -> isNewer(l.peer, replica));
        boolean primaryBehindAPeer =
                replica.links.stream()
                        .filter(l -> !l.connected() && l.peer.primary)
                        .anyMatch(
                                l ->
                                        replica.connectedLinks()
                                                .anyMatch(c -> c.peer.linkTo(l.peer).connected()));
        if (newerElsewhere || primaryBehindAPeer) {
            replica.disk = "Outdated";
            replica.outdatedOnDisk = true;
            replica.links.stream()
                    .filter(l -> !l.connected() && l.peer.primary)
                    .forEach(l -> l.peer.linkTo(replica).peerDisk = "Outdated");
        } else if (replica.quorum) {
            markUpToDate(replica);
        } else {
            return;
        }
        tellPeers(replica);
        event();
    }

    private static boolean isNewer(Replica a, Replica than) {
        return a.generation() != than.generation() && a.generations.contains(than.generation());
    }

    private void markUpToDate(Replica replica) {
        replica.disk = "UpToDate";
        replica.outdatedOnDisk = false;
    }

    private void tellPeers(Replica replica) {
        replica.connectedLinks().forEach(l -> l.peer.linkTo(replica).peerDisk = replica.disk);
        replica.connectedLinks().forEach(l -> l.peerDisk = l.peer.disk);
    }

    /** Data written while a peer is away gets a generation that the peer does not know. */
    private void newGenerationIfAlone(Replica replica) {
        boolean alone = !replica.links.stream().allMatch(PeerLink::connected);
        if (!replica.writing() || !replica.upToDate() || !alone) {
            return;
        }
        long generation = kernel.newGeneration();
        replica.generations.add(generation);
        replica.connectedLinks()
                .filter(l -> l.replication.equals("Established"))
                .forEach(l -> l.peer.generations = new ArrayList<>(replica.generations));
    }

    private void setQuorum(Replica replica) {
        long visible = 1 + replica.connectedLinks().count();
        replica.quorum = quorumOff() || visible > replicas.size() / 2;
    }

    private boolean quorumOff() {
        return options.quorum() == DrbdWorld.Quorum.OFF;
    }

    private static void connecting(PeerLink link) {
        link.connection = "Connecting";
    }

    private String deviceKeys() {
        return "name:%s volume:0 minor:%d".formatted(name, minor);
    }

    private Stream<PeerLink> links(Predicate<PeerLink> wanted) {
        return replicas.stream()
                .filter(r -> r.up)
                .flatMap(r -> r.links.stream())
                .filter(wanted)
                .toList()
                .stream();
    }

    private void event(Replica... touched) {
        kernel.event(this, Set.of(touched));
    }
}
