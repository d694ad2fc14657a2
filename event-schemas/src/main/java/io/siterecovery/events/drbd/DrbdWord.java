package io.siterecovery.events.drbd;

/** A word of DRBD's own vocabulary, spelled as DRBD prints it. */
public interface DrbdWord {
    String word();
}
