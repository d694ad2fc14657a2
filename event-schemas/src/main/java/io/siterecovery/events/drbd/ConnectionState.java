package io.siterecovery.events.drbd;

/** DRBD's states of a connection. */
public enum ConnectionState implements DrbdWord {
    STAND_ALONE("StandAlone"),
    DISCONNECTING("Disconnecting"),
    UNCONNECTED("Unconnected"),
    TIMEOUT("Timeout"),
    BROKEN_PIPE("BrokenPipe"),
    NETWORK_FAILURE("NetworkFailure"),
    PROTOCOL_ERROR("ProtocolError"),
    TEAR_DOWN("TearDown"),
    CONNECTING("Connecting"),
    CONNECTED("Connected");

    private final String word;

    ConnectionState(String word) {
        this.word = word;
    }

    @Override
    public String word() {
        return word;
    }
}
