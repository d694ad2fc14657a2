package io.siterecovery.tests.simulation.world;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.ReplicationState;

/** What one replica knows of one peer. */
final class Link {

    final Replica owner;
    final Replica peer;
    ConnectionState connection = ConnectionState.CONNECTED;
    ReplicationState replication = ReplicationState.ESTABLISHED;

    /** Writes that the peer is known to lack. */
    long outOfSync;

    /** Protocol A: acknowledged to the guest, not yet at the peer. */
    long inFlight;

    /** Counts connections: what was under way in an earlier one is lost. */
    int epoch;

    Link(Replica owner, Replica peer) {
        this.owner = owner;
        this.peer = peer;
    }

    boolean connected() {
        return connection == ConnectionState.CONNECTED;
    }

    boolean established() {
        return replication == ReplicationState.ESTABLISHED;
    }

    void lose(ConnectionState how) {
        connection = how;
        replication = ReplicationState.OFF;
        outOfSync += inFlight;
        inFlight = 0;
        epoch++;
    }
}
