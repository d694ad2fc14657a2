package io.siterecovery.events.drbd;

/** DRBD's roles of a resource. */
public enum Role implements DrbdWord {
    UNKNOWN("Unknown"),
    PRIMARY("Primary"),
    SECONDARY("Secondary");

    private final String word;

    Role(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
