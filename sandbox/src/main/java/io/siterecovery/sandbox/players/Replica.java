package io.siterecovery.sandbox.players;

import static io.siterecovery.sandbox.players.PeerLink.yes;

import io.siterecovery.sandbox.players.EventObject.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One resource on one node: its disk, its role and its links; what that node's kernel knows. */
final class Replica {

    private static final Set<String> COUNTS_AS_LOCAL =
            Set.of("Consistent", "Inconsistent", "UpToDate");

    final ReplicatedResource resource;
    final String node;
    final int nodeId;
    final String address;
    final List<PeerLink> links = new ArrayList<>();

    /** Configured in this node's kernel; false before bring-up and while the node is off. */
    boolean up;

    boolean primary;
    boolean open;
    boolean quorum = true;
    String disk = "Diskless";

    /** Generations of data this disk has held, newest last: what DRBD keeps as UUIDs. */
    List<Long> generations = new ArrayList<>();

    /** The disk's own verdict, which survives a reboot. */
    boolean outdatedOnDisk;

    boolean inconsistentOnDisk;
    long readKib;
    long writtenKib;

    Replica(ReplicatedResource resource, String node, int nodeId, String address) {
        this.resource = resource;
        this.node = node;
        this.nodeId = nodeId;
        this.address = address;
    }

    PeerLink linkTo(Replica peer) {
        return links.stream().filter(l -> l.peer.equals(peer)).findFirst().orElseThrow();
    }

    long generation() {
        return generations.getLast();
    }

    boolean upToDate() {
        return disk.equals("UpToDate");
    }

    /** A guest here would have its writes acknowledged. */
    boolean writing() {
        return up && open && primary && quorum && reachesUpToDateData();
    }

    Optional<PeerLink> primaryPeer() {
        return connectedLinks().filter(l -> l.peerRole.equals("Primary")).findFirst();
    }

    Stream<PeerLink> connectedLinks() {
        return links.stream().filter(PeerLink::connected);
    }

    boolean reachesUpToDateData() {
        return upToDate() || connectedLinks().anyMatch(l -> l.peerDisk.equals("UpToDate"));
    }

    long upToDateReplicas() {
        return (upToDate() ? 1 : 0)
                + connectedLinks().filter(l -> l.peerDisk.equals("UpToDate")).count();
    }

    /** As drbdsetup computes it; drbd-facts.md 1.2. */
    long promotionScore() {
        long replicas = upToDateReplicas();
        if (!quorum || replicas == 0) {
            return 0;
        }
        return (COUNTS_AS_LOCAL.contains(disk) ? 10_000 : 0)
                + (upToDate() ? 100 : 0)
                + Math.min(replicas, 99);
    }

    boolean mayPromote() {
        return !primary && primaryPeer().isEmpty() && promotionScore() > 0;
    }

    /** In the order of one kernel event: resource, connections, devices, peer devices, paths. */
    List<EventObject> objects() {
        if (!up) {
            return List.of();
        }
        var objects = new ArrayList<EventObject>();
        String name = "name:" + resource.name;
        objects.add(
                new EventObject(
                        "resource",
                        resource.name,
                        name,
                        name,
                        List.of(
                                Field.of("role", primary ? "Primary" : "Secondary"),
                                Field.of("suspended", "no"),
                                Field.of("force-io-failures", "no"),
                                Field.statistic("write-ordering", "flush"),
                                Field.grouped("may_promote", yes(mayPromote()), Field.ALWAYS),
                                Field.grouped(
                                        "promotion_score",
                                        Long.toString(promotionScore()),
                                        Field.ALWAYS))));
        links.forEach(l -> objects.add(l.connectionObject()));
        deviceObject().ifPresent(objects::add);
        links.forEach(l -> objects.addAll(l.peerObjects()));
        return objects;
    }

    private Optional<EventObject> deviceObject() {
        if (disk.equals("")) {
            return Optional.empty();
        }
        String gone = "name:%s volume:0".formatted(resource.name);
        String group = "device";
        boolean attached = !disk.equals("Diskless") && !disk.equals("Detaching");
        return Optional.of(
                new EventObject(
                        "device",
                        resource.name,
                        gone + " minor:" + resource.minor,
                        gone,
                        List.of(
                                Field.grouped(
                                        "backing_dev",
                                        attached && !disk.equals("Attaching")
                                                ? backingDevice()
                                                : "none",
                                        group),
                                Field.grouped("disk", disk, group),
                                Field.grouped("client", "no", group),
                                Field.grouped("open", yes(open), group),
                                Field.grouped("quorum", yes(quorum), group),
                                Field.statistic("size", attached ? resource.sizeKib : 0),
                                Field.statistic("read", readKib),
                                Field.statistic("written", writtenKib),
                                Field.statistic("al-writes", 0),
                                Field.statistic("bm-writes", 0),
                                Field.statistic("upper-pending", 0),
                                Field.statistic("lower-pending", 0),
                                Field.statistic("al-suspended", "no"),
                                Field.grouped("blocked", "no", Field.BLOCKED))));
    }

    String backingDevice() {
        return "/dev/storage/" + resource.name + "_00000";
    }
}
