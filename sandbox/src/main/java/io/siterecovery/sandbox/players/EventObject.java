package io.siterecovery.sandbox.players;

import java.util.List;

/**
 * One object of an events2 stream as the kernel would describe it now: what it is, and its keys in
 * the order in which drbdsetup prints them.
 *
 * @param kind {@code resource}, {@code connection}, {@code device}, {@code peer-device}, {@code
 *     path}
 * @param identity the keys that are on every line of the object
 * @param gone the keys of its {@code destroy} line; a device's has no minor
 */
record EventObject(String kind, String resource, String identity, String gone, List<Field> fields) {

    EventObject {
        fields = List.copyOf(fields);
    }

    String id() {
        return kind + " " + identity;
    }

    /** Fields of one group are printed together when one of them changed. */
    record Field(String key, String value, String group) {

        static final String STATISTICS = "statistics";

        /** Printed on every line of its object, changed or not. */
        static final String ALWAYS = "always";

        /** A statistic that a change line carries only when it moved. */
        static final String BLOCKED = "blocked";

        static Field of(String key, String value) {
            return new Field(key, value, key);
        }

        static Field grouped(String key, String value, String group) {
            return new Field(key, value, group);
        }

        static Field statistic(String key, Object value) {
            return new Field(key, value.toString(), STATISTICS);
        }

        boolean isStatistic() {
            return group.equals(STATISTICS) || group.equals(BLOCKED);
        }
    }
}
