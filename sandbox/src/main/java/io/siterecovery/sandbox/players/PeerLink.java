package io.siterecovery.sandbox.players;

import io.siterecovery.sandbox.players.EventObject.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What one replica knows of one peer: the connection, the path and the peer's disk. */
final class PeerLink {

    final Replica owner;
    final Replica peer;
    final String local;
    final String remote;

    String connection = "StandAlone";
    String peerRole = "Unknown";
    boolean path;
    String replication = "Off";
    String peerDisk = "DUnknown";
    long outOfSyncKib;
    long receivedKib;
    long sentKib;

    /** KiB that the running resync began with; 0 when none runs. */
    long resyncKib;

    /** Set by an administrator or after a split brain: no reconnect by itself. */
    boolean standAlone;

    PeerLink(Replica owner, Replica peer, int port) {
        this.owner = owner;
        this.peer = peer;
        this.local = owner.address + ":" + port;
        this.remote = peer.address + ":" + port;
    }

    boolean connected() {
        return connection.equals("Connected");
    }

    boolean resyncing() {
        return replication.equals("SyncSource") || replication.equals("SyncTarget");
    }

    void lost(String why) {
        connection = why;
        peerRole = "Unknown";
        replication = "Off";
        peerDisk = "DUnknown";
        resyncKib = 0;
    }

    String keys() {
        return "name:%s peer-node-id:%d conn-name:%s"
                .formatted(owner.resource.name, peer.nodeId, peer.node);
    }

    List<EventObject> peerObjects() {
        var objects = new ArrayList<EventObject>();
        objects.add(peerDevice());
        String keys = keys() + " local:ipv4:%s peer:ipv4:%s".formatted(local, remote);
        objects.add(
                new EventObject(
                        "path",
                        owner.resource.name,
                        keys,
                        keys,
                        List.of(Field.of("established", yes(path)))));
        return objects;
    }

    EventObject connectionObject() {
        return new EventObject(
                "connection",
                owner.resource.name,
                keys(),
                keys(),
                List.of(
                        Field.of("connection", connection),
                        Field.of("role", peerRole),
                        Field.statistic("congested", "no"),
                        Field.statistic("ap-in-flight", inFlightSectors()),
                        Field.statistic("rs-in-flight", 0)));
    }

    /** Of what was out of sync when the resync began, so much has been copied. */
    void resynced(long kib) {
        if (replication.equals("SyncSource") && resyncKib > 0) {
            outOfSyncKib = Math.max(4, resyncKib - kib);
            peer.linkTo(owner).outOfSyncKib = outOfSyncKib;
        }
    }

    /** Protocol A acknowledges a write before the peer has it: some are always on their way. */
    long inFlightSectors() {
        boolean async = owner.resource.options.protocol() == DrbdWorld.Protocol.A;
        return async && connected() && owner.writing() ? 64 : 0;
    }

    double percentInSync() {
        return 100.0 * (owner.resource.sizeKib - outOfSyncKib) / owner.resource.sizeKib;
    }

    private EventObject peerDevice() {
        String keys = keys() + " volume:0";
        var fields = new ArrayList<Field>();
        fields.add(Field.of("replication", replication));
        fields.add(Field.grouped("peer-disk", peerDisk, "peer-disk"));
        fields.add(Field.grouped("peer-client", "no", "peer-disk"));
        fields.add(Field.of("resync-suspended", "no"));
        if (resyncing() && resyncKib > 0) {
            double done = 100.0 * (resyncKib - outOfSyncKib) / resyncKib;
            fields.add(Field.statistic("done", String.format(Locale.ROOT, "%.2f", done)));
        }
        fields.add(Field.statistic("received", receivedKib));
        fields.add(Field.statistic("sent", sentKib));
        fields.add(Field.statistic("out-of-sync", outOfSyncKib));
        fields.add(Field.statistic("pending", 0));
        fields.add(Field.statistic("unacked", 0));
        if (resyncing() && resyncKib > 0) {
            boolean begun = outOfSyncKib < resyncKib;
            double rate = begun ? owner.resource.resyncKibPerSecond() / 1024.0 : 0;
            long eta = begun ? outOfSyncKib / owner.resource.resyncKibPerSecond() : 0;
            fields.add(Field.statistic("dbdt1", String.format(Locale.ROOT, "%.2f", rate)));
            fields.add(Field.statistic("eta", begun ? Long.toString(eta) : "nan"));
        }
        return new EventObject("peer-device", owner.resource.name, keys, keys, fields);
    }

    static String yes(boolean value) {
        return value ? "yes" : "no";
    }
}
