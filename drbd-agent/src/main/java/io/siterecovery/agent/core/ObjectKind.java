package io.siterecovery.agent.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The objects of {@code events2}, with the keys that drbd-utils 9.5 to 9.34 print for them:
 * identity keys must be there for a line to be used, all others may be missing in some version.
 */
@SuppressWarnings("ImmutableEnumChecker") // The collections are unmodifiable copies.
public enum ObjectKind {
    RESOURCE(
            "resource",
            List.of("name"),
            List.of(
                    "role",
                    "suspended",
                    "force-io-failures",
                    "may_promote",
                    "promotion_score",
                    "write-ordering")),
    DEVICE(
            "device",
            List.of("name", "volume"),
            List.of(
                    "minor",
                    "backing_dev",
                    "disk",
                    "client",
                    "open",
                    "quorum",
                    "size",
                    "read",
                    "written",
                    "al-writes",
                    "bm-writes",
                    "upper-pending",
                    "lower-pending",
                    "al-suspended",
                    "blocked")),
    CONNECTION(
            "connection",
            List.of("name", "peer-node-id", "conn-name"),
            List.of("connection", "role", "congested", "ap-in-flight", "rs-in-flight", "tls")),
    PEER_DEVICE(
            "peer-device",
            List.of("name", "peer-node-id", "conn-name", "volume"),
            List.of(
                    "replication",
                    "peer-disk",
                    "peer-client",
                    "resync-suspended",
                    "done",
                    "received",
                    "sent",
                    "out-of-sync",
                    "pending",
                    "unacked",
                    "dbdt1",
                    "eta",
                    "rs-in-flight")),
    PATH(
            "path",
            List.of("name", "peer-node-id", "conn-name", "local", "peer"),
            List.of("established"));

    private static final Map<String, ObjectKind> BY_WORD = new HashMap<>();

    static {
        for (ObjectKind kind : values()) {
            BY_WORD.put(kind.word, kind);
        }
    }

    private final String word;
    private final List<String> identity;
    private final Map<String, String> canonical;

    ObjectKind(String word, List<String> identity, List<String> others) {
        this.word = word;
        this.identity = identity;
        Map<String, String> all = new HashMap<>();
        identity.forEach(key -> all.put(key, key));
        others.forEach(key -> all.put(key, key));
        canonical = Map.copyOf(all);
    }

    public String word() {
        return word;
    }

    static @Nullable ObjectKind ofWord(String word) {
        return BY_WORD.get(word);
    }

    List<String> identity() {
        return identity;
    }

    boolean knows(String key) {
        return canonical.containsKey(key);
    }

    /** One String for each known key, however many lines carry it. */
    String canonical(String key) {
        return canonical.getOrDefault(key, key);
    }
}
