package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.DrbdWord;

/** What the kernel asks user space to do. Only {@code split-brain} means that it was not solved. */
public enum Handler implements DrbdWord {
    BEFORE_RESYNC_SOURCE("before-resync-source"),
    BEFORE_RESYNC_TARGET("before-resync-target"),
    AFTER_RESYNC_TARGET("after-resync-target"),
    OUT_OF_SYNC("out-of-sync"),
    DISCONNECTED("disconnected"),
    QUORUM_LOST("quorum-lost"),
    FENCE_PEER("fence-peer"),
    UNFENCE_PEER("unfence-peer"),
    INITIAL_SPLIT_BRAIN("initial-split-brain"),
    SPLIT_BRAIN("split-brain"),
    PRI_LOST("pri-lost"),
    PRI_LOST_AFTER_SB("pri-lost-after-sb"),
    PRI_ON_INCON_DEGR("pri-on-incon-degr"),
    LOCAL_IO_ERROR("local-io-error");

    private final String word;

    Handler(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
