package io.siterecovery.agent.core;

import io.siterecovery.events.drbd.ConnectionState;
import io.siterecovery.events.drbd.DiskState;
import io.siterecovery.events.drbd.DrbdWord;
import io.siterecovery.events.drbd.ReplicationState;
import io.siterecovery.events.drbd.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was said for a key. */
public sealed interface Value {

    /** A word of one of DRBD's vocabularies. */
    record OneOf(DrbdWord word) implements Value {}

    record Truth(boolean yes) implements Value {}

    /** DRBD said that it does not know. */
    record Undecided() implements Value {}

    /** Bytes, or a number of things. */
    record Amount(long amount) implements Value {}

    /**
     * @param measure not a number while DRBD has none to give
     */
    record Measure(double measure) implements Value {}

    /** Why something is suspended or blocked; empty: it is not. */
    record Reasons(List<String> reasons) implements Value {
        public Reasons {
            reasons = List.copyOf(reasons);
        }
    }

    record Text(String text) implements Value {}

    /** Not a value that we know for its key; kept as printed and taken for nothing. */
    record Unknown(String raw) implements Value {}

    static Value parse(Key.Form form, String raw) {
        return switch (form) {
            case ROLE -> Vocabulary.ROLES.read(raw);
            case DISK -> Vocabulary.DISKS.read(raw);
            case CONNECTION -> Vocabulary.CONNECTIONS.read(raw);
            case REPLICATION -> Vocabulary.REPLICATIONS.read(raw);
            case SUSPENDED -> reasons(raw, Vocabulary.SUSPENDED);
            case RESYNC_SUSPENDED -> reasons(raw, Vocabulary.RESYNC_SUSPENDED);
            case BLOCKED -> reasons(raw, Vocabulary.BLOCKED);
            case WRITE_ORDERING ->
                    Vocabulary.ORDERINGS.contains(raw) ? new Text(raw) : new Unknown(raw);
            case YES_NO -> yesNo(raw);
            case YES_NO_UNKNOWN -> raw.equals("unknown") ? Vocabulary.UNDECIDED : yesNo(raw);
            case KIB -> amount(raw, Vocabulary.KIB);
            case SECTORS -> amount(raw, Vocabulary.SECTOR);
            case COUNT -> amount(raw, 1);
            case MEASURE -> measure(raw);
            case TEXT -> raw.isEmpty() ? new Unknown(raw) : new Text(raw);
        };
    }

    private static Value yesNo(String raw) {
        return switch (raw) {
            case "yes" -> Vocabulary.YES;
            case "no" -> Vocabulary.NO;
            default -> new Unknown(raw);
        };
    }

    private static Value reasons(String raw, Set<String> known) {
        if (raw.equals("no")) {
            return Vocabulary.NO_REASON;
        }
        List<String> reasons = List.of(raw.split(",", -1));
        return known.containsAll(reasons) ? new Reasons(reasons) : new Unknown(raw);
    }

    private static Value amount(String raw, long unit) {
        if (raw.equals("0")) {
            return Vocabulary.ZERO;
        }
        long amount = whole(raw);
        return amount < 0 || amount > Long.MAX_VALUE / unit
                ? new Unknown(raw)
                : new Amount(amount * unit);
    }

    /** Negative if it is not a number as DRBD prints it: at most 18 digits, no zero in front. */
    static long whole(String text) {
        return text.length() > 1 && text.charAt(0) == '0' ? -1 : digits(text);
    }

    private static long digits(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static Value measure(String raw) {
        if (raw.equals("nan") || raw.equals("-nan")) {
            return Vocabulary.NO_MEASURE;
        }
        int dot = raw.indexOf('.');
        boolean plain =
                dot < 0
                        ? whole(raw) >= 0
                        : whole(raw.substring(0, dot)) >= 0 && digits(raw.substring(dot + 1)) >= 0;
        return plain ? new Measure(Double.parseDouble(raw)) : new Unknown(raw);
    }

    /** The words of one kind, each read into the same object every time. */
    final class Vocabulary {
        static final long KIB = 1024;
        static final long SECTOR = 512;
        static final Value YES = new Truth(true);
        static final Value NO = new Truth(false);
        static final Value UNDECIDED = new Undecided();
        static final Value ZERO = new Amount(0);
        static final Value NO_REASON = new Reasons(List.of());
        static final Value NO_MEASURE = new Measure(Double.NaN);
        static final Vocabulary ROLES = new Vocabulary(Role.values());
        static final Vocabulary DISKS = new Vocabulary(DiskState.values());
        static final Vocabulary CONNECTIONS = new Vocabulary(ConnectionState.values());
        static final Vocabulary REPLICATIONS = new Vocabulary(ReplicationState.values());
        static final Set<String> SUSPENDED = Set.of("user", "no-data", "fencing", "quorum");
        static final Set<String> RESYNC_SUSPENDED =
                Set.of("user", "peer", "dependency", "max-parallel");
        static final Set<String> BLOCKED = Set.of("upper", "lower");
        static final Set<String> ORDERINGS = Set.of("none", "drain", "flush", "barrier");

        private final Map<String, Value> words = new HashMap<>();

        private Vocabulary(DrbdWord[] all) {
            for (DrbdWord word : all) {
                words.put(word.word(), new OneOf(word));
            }
        }

        private Value read(String raw) {
            Value known = words.get(raw);
            return known == null ? new Unknown(raw) : known;
        }
    }
}
