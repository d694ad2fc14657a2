package io.siterecovery.agent.core;

import static io.siterecovery.agent.core.Key.*;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of {@code events2} and the keys that are printed for them. */
@SuppressWarnings("ImmutableEnumChecker") // The collections are unmodifiable copies.
public enum ObjectKind {
    RESOURCE(
            "resource",
            ROLE,
            SUSPENDED,
            FORCE_IO_FAILURES,
            MAY_PROMOTE,
            PROMOTION_SCORE,
            WRITE_ORDERING),
    CONNECTION("connection", Key.CONNECTION, ROLE, CONGESTED, AP_IN_FLIGHT, RS_IN_FLIGHT, TLS),
    DEVICE(
            "device",
            MINOR,
            BACKING_DEV,
            DISK,
            CLIENT,
            OPEN,
            QUORUM,
            SIZE,
            READ,
            WRITTEN,
            AL_WRITES,
            BM_WRITES,
            UPPER_PENDING,
            LOWER_PENDING,
            AL_SUSPENDED,
            BLOCKED),
    PEER_DEVICE(
            "peer-device",
            REPLICATION,
            PEER_DISK,
            PEER_CLIENT,
            RESYNC_SUSPENDED,
            DONE,
            RECEIVED,
            SENT,
            OUT_OF_SYNC,
            PENDING,
            UNACKED,
            RS_IN_FLIGHT,
            DBDT1,
            ETA),
    PATH("path", ESTABLISHED);

    private final String word;
    private final Map<String, Key> keys;

    ObjectKind(String word, Key... keys) {
        this.word = word;
        Map<String, Key> all = new HashMap<>();
        for (Key key : keys) {
            all.put(key.word(), key);
        }
        this.keys = Map.copyOf(all);
    }

    public String word() {
        return word;
    }

    static @Nullable ObjectKind ofWord(String word) {
        return switch (word) {
            case "resource" -> RESOURCE;
            case "connection" -> CONNECTION;
            case "device" -> DEVICE;
            case "peer-device" -> PEER_DEVICE;
            case "path" -> PATH;
            default -> null;
        };
    }

    @Nullable Key key(String word) {
        return keys.get(word);
    }

    List<Key> keys() {
        return List.copyOf(keys.values());
    }
}
