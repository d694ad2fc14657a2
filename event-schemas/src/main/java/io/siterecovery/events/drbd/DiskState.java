package io.siterecovery.events.drbd;

/** DRBD's states of a disk, here or at a peer. */
public enum DiskState implements DrbdWord {
    DISKLESS("Diskless"),
    ATTACHING("Attaching"),
    DETACHING("Detaching"),
    FAILED("Failed"),
    NEGOTIATING("Negotiating"),
    INCONSISTENT("Inconsistent"),
    OUTDATED("Outdated"),
    DUNKNOWN("DUnknown"),
    CONSISTENT("Consistent"),
    UP_TO_DATE("UpToDate");

    private final String word;

    DiskState(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
