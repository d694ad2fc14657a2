package io.siterecovery.sandbox.quickstart;

import io.siterecovery.sandbox.players.DrbdWorld;

/** Where the replicas of each disk are, and what DRBD may do without the others. */
enum Replicas {
    /** One on each site: a cut leaves two that cannot know of one another. */
    ONE_EACH(1, DrbdWorld.Quorum.OFF),
    /** The majority is on the DR site: a primary that is cut off cannot write. */
    TWO_AT_DR(2, DrbdWorld.Quorum.MAJORITY);

    private final int atDr;
    private final DrbdWorld.Quorum quorum;

    Replicas(int atDr, DrbdWorld.Quorum quorum) {
        this.atDr = atDr;
        this.quorum = quorum;
    }

    int atDr() {
        return atDr;
    }

    DrbdWorld.Options options() {
        return new DrbdWorld.Options(DrbdWorld.Protocol.C, quorum);
    }
}
