package io.siterecovery.events.drbd;

/** DRBD's states of the replication of one volume. */
public enum ReplicationState implements DrbdWord {
    OFF("Off"),
    ESTABLISHED("Established"),
    STARTING_SYNC_S("StartingSyncS"),
    STARTING_SYNC_T("StartingSyncT"),
    WFBIT_MAP_S("WFBitMapS"),
    WFBIT_MAP_T("WFBitMapT"),
    WFSYNC_UUID("WFSyncUUID"),
    SYNC_SOURCE("SyncSource"),
    SYNC_TARGET("SyncTarget"),
    VERIFY_S("VerifyS"),
    VERIFY_T("VerifyT"),
    PAUSED_SYNC_S("PausedSyncS"),
    PAUSED_SYNC_T("PausedSyncT"),
    AHEAD("Ahead"),
    BEHIND("Behind");

    private final String word;

    ReplicationState(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
