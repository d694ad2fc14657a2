package io.siterecovery.agent.core;

/** A key that drbdsetup prints in some version from 9.5 to 9.34 or 8.4, and how to read it. */
public enum Key {
    ROLE("role", Form.ROLE),
    SUSPENDED("suspended", Form.SUSPENDED),
    FORCE_IO_FAILURES("force-io-failures", Form.YES_NO),
    MAY_PROMOTE("may_promote", Form.YES_NO),
    PROMOTION_SCORE("promotion_score", Form.COUNT),
    WRITE_ORDERING("write-ordering", Form.WRITE_ORDERING),

    CONNECTION("connection", Form.CONNECTION),
    CONGESTED("congested", Form.YES_NO),
    TLS("tls", Form.YES_NO),
    AP_IN_FLIGHT("ap-in-flight", Form.SECTORS),
    RS_IN_FLIGHT("rs-in-flight", Form.SECTORS),

    MINOR("minor", Form.COUNT),
    BACKING_DEV("backing_dev", Form.TEXT),
    DISK("disk", Form.DISK),
    CLIENT("client", Form.YES_NO_UNKNOWN),
    OPEN("open", Form.YES_NO_UNKNOWN),
    QUORUM("quorum", Form.YES_NO),
    SIZE("size", Form.KIB),
    READ("read", Form.KIB),
    WRITTEN("written", Form.KIB),
    AL_WRITES("al-writes", Form.COUNT),
    BM_WRITES("bm-writes", Form.COUNT),
    UPPER_PENDING("upper-pending", Form.COUNT),
    LOWER_PENDING("lower-pending", Form.COUNT),
    AL_SUSPENDED("al-suspended", Form.YES_NO),
    BLOCKED("blocked", Form.BLOCKED),

    REPLICATION("replication", Form.REPLICATION),
    PEER_DISK("peer-disk", Form.DISK),
    PEER_CLIENT("peer-client", Form.YES_NO_UNKNOWN),
    RESYNC_SUSPENDED("resync-suspended", Form.RESYNC_SUSPENDED),
    DONE("done", Form.MEASURE),
    RECEIVED("received", Form.KIB),
    SENT("sent", Form.KIB),
    OUT_OF_SYNC("out-of-sync", Form.KIB),
    PENDING("pending", Form.COUNT),
    UNACKED("unacked", Form.COUNT),
    DBDT1("dbdt1", Form.MEASURE),
    ETA("eta", Form.MEASURE),

    ESTABLISHED("established", Form.YES_NO);

    /** What the values of a key look like; quantities become bytes. */
    enum Form {
        ROLE,
        DISK,
        CONNECTION,
        REPLICATION,
        SUSPENDED,
        RESYNC_SUSPENDED,
        BLOCKED,
        WRITE_ORDERING,
        YES_NO,
        YES_NO_UNKNOWN,
        /** 1,024 bytes. */
        KIB,
        /** 512 bytes. */
        SECTORS,
        /** Requests, writes, points: no unit. */
        COUNT,
        /** Percent, MiB/s or seconds, with decimals; {@code nan} while there is none. */
        MEASURE,
        TEXT
    }

    private final String word;
    private final Form form;

    Key(String word, Form form) {
        this.word = word;
        this.form = form;
    }

    public String word() {
        return word;
    }

    Form form() {
        return form;
    }

    /** Whether DRBD tells its changes only when asked. */
    boolean isFigure() {
        return switch (form) {
            case KIB, SECTORS, MEASURE -> true;
            case COUNT -> this != MINOR && this != PROMOTION_SCORE;
            case BLOCKED, WRITE_ORDERING -> true;
            case YES_NO -> this == CONGESTED || this == AL_SUSPENDED;
            case ROLE,
                    DISK,
                    CONNECTION,
                    REPLICATION,
                    SUSPENDED,
                    RESYNC_SUSPENDED,
                    YES_NO_UNKNOWN,
                    TEXT ->
                    false;
        };
    }
}
