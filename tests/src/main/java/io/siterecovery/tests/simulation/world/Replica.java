package io.siterecovery.tests.simulation.world;

import io.siterecovery.events.drbd.DiskState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One DRBD resource on one node: what its kernel knows, and what is truly on its disk. */
public final class Replica {

    final DrbdResource resource;
    final String site;
    final String node;
    final List<Link> links = new ArrayList<>();

    boolean up = true;
    boolean open;
    boolean primary;
    boolean quorum = true;
    DiskState disk = DiskState.UP_TO_DATE;

    /** When power was lost that found the disk up to date; 0 if it was not. */
    long wasGoodUntil;

    /** Lines of data this disk has followed, newest last: what DRBD keeps as UUIDs. */
    List<Long> generations = new ArrayList<>();

    /** Whether the last line of data was begun since a peer was last lost. */
    boolean ownLine;

    /** The last write that is on this disk. */
    long content;

    Replica(DrbdResource resource, String site, String node) {
        this.resource = resource;
        this.site = site;
        this.node = node;
        this.generations.add(0L);
    }

    public String site() {
        return site;
    }

    public String node() {
        return node;
    }

    public boolean isPrimary() {
        return primary;
    }

    public boolean upToDate() {
        return up && disk == DiskState.UP_TO_DATE;
    }

    /** It is, or was until its node lost power, at that moment or later. */
    public boolean upToDateSince(long micros) {
        return upToDate() || (!up && wasGoodUntil >= micros);
    }

    /** Every write that any guest was told to be safe is on this disk. */
    public boolean complete() {
        return content == resource.acknowledged();
    }

    /** A guest that has the device open here gets its writes acknowledged. */
    public boolean canWrite() {
        return up && open && primary && quorum && reachesData();
    }

    public String described() {
        return this + " " + disk.word() + " up to " + content + " of " + resource.acknowledged();
    }

    boolean reachesData() {
        return disk == DiskState.UP_TO_DATE
                || connected().anyMatch(l -> l.peer.disk == DiskState.UP_TO_DATE);
    }

    boolean mayPromote() {
        return !primary && quorum && reachesData() && connected().noneMatch(l -> l.peer.primary);
    }

    Stream<Link> connected() {
        return links.stream().filter(Link::connected);
    }

    Link to(Replica peer) {
        return links.stream().filter(l -> l.peer.equals(peer)).findFirst().orElseThrow();
    }

    @Override
    public String toString() {
        return resource.name() + "@" + node;
    }
}
